#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rr::config {

/// ASCII lower case; other bytes are kept.
std::string to_lower(std::string_view text);

/// Whether two keys are the same key: keys are compared without ASCII case.
bool same_key(std::string_view a, std::string_view b);

/// `text` without leading and trailing characters out of `drop`.
std::string_view trim(std::string_view text, std::string_view drop = " \t\r\n");

/// The pieces between the separators, empty ones included; no piece for an empty text.
std::vector<std::string> split(std::string_view text, char separator);

/// The words between runs of white space.
std::vector<std::string> split_words(std::string_view text);

/// `{"a", "b"}` as `a, b`.
std::string join(const std::vector<std::string>& parts, std::string_view between = ", ");

} // namespace rr::config
