#pragma once

#include <string>
#include <string_view>

namespace rr::http {

/// True when every byte is below 0x80. Looks at eight bytes at a time.
bool is_ascii(std::string_view text);

/// True when `text` is well-formed UTF-8.
bool is_utf8(std::string_view text);

/// Appends `text` with every byte that is no part of well-formed UTF-8 replaced by U+FFFD.
void append_utf8_text(std::string& out, std::string_view text);

/// Appends `text` as a JSON string with its quotes; bad bytes as append_utf8_text does.
/// @source RFC 8259, section 7
void append_json_string(std::string& out, std::string_view text);

} // namespace rr::http
