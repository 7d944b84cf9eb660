#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace rr {

/// Appends `text` as a JSON string with its quotes. Escapes `"`, `\`, newline, carriage return and tab by a
/// letter, other control characters as `\u00XX`, each byte that is no UTF-8 as `\ufffd`; nothing else, so no
/// HTML escaping.
void append_json_string(std::string& out, std::string_view text);

/// Appends `value` in the shortest form that reads back the same, without an exponent. NaN and the infinities
/// become the JSON strings "NaN", "+Inf" and "-Inf".
void append_json_number(std::string& out, double value);

/// A duration in the words of Go, for example `1.5s`, `2m0s`, `250µs`, `0s`.
std::string duration_text(std::chrono::nanoseconds value);

/// `2026-11-21T23:49:17+0000`: whole seconds, UTC.
std::string time_text(std::chrono::system_clock::time_point at);

/// Nanoseconds since 1970.
std::int64_t unix_nanoseconds(std::chrono::system_clock::time_point at) noexcept;

} // namespace rr
