#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rr::http {

/// True when every `%` of `text` starts an escape of two hexadecimal digits.
bool has_valid_escapes(std::string_view text);

/// Appends one byte as `%XX`, upper case.
void append_escaped(std::string& out, char byte);

/// Appends `text` with its escapes decoded; with `plus_is_space` a `+` becomes a space, as in queries and
/// forms. Never appends more bytes than `text` has. False on a bad escape: what was appended is then
/// incomplete.
bool append_unescaped(std::string& out, std::string_view text, bool plus_is_space);

} // namespace rr::http
