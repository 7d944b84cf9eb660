#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace rr::http {

/// One header line: views into storage that outlives it. A name with several lines is several fields in a row
/// of arrival.
struct header_field {
  std::string_view name;
  std::string_view value;

  friend bool operator==(const header_field&, const header_field&) = default;
};

using header_fields = std::span<const header_field>;

/// True for the characters of a token: header names, methods, cookie names.
/// @source RFC 9110, section 5.6.2
bool is_token_char(char c);

/// True when `text` is a token; an empty text is none.
bool is_token(std::string_view text);

/// True when `name` is spelled canonically already.
bool is_canonical(std::string_view name);

/// Writes a name in its canonical spelling, in place: first letter and letters after `-` upper case, the rest
/// lower.
void canonicalise(char* name, std::size_t size);

/// True when both are the same name, ASCII case aside.
bool same_name(std::string_view a, std::string_view b);

/// `text` without spaces and tabs at its ends.
std::string_view trim_blanks(std::string_view text);

/// The first value of `name` (matched without case); nullptr when there is none.
const std::string_view* find_value(header_fields fields, std::string_view name);

/// True when a comma-separated list holds `token`, ASCII case aside.
bool list_has(std::string_view list, std::string_view token);

} // namespace rr::http
