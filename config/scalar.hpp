#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rr::config {

/// What a written scalar is before anybody asks for a type.
enum class scalar_tag { string, integer, floating, boolean };

/// The tag of an unquoted scalar; nothing when it is a null (`~`, `null`, empty).
///
/// Booleans are only `true` and `false` (also capitalised); `yes`, `no`, `on`, `off` stay strings. Integers
/// are decimal, `0x`, `0o`, `0b` or octal with a leading zero, and may hold `_` between digits.
///
/// @source YAML 1.2 core schema with the extensions of Go's yaml.v3
std::optional<scalar_tag> resolve_tag(std::string_view plain);

/// A whole number of up to 64 bits and its sign, so that it can be held against any integer type.
struct whole_number {
  bool negative = false;
  std::uint64_t magnitude = 0;

  bool operator==(const whole_number&) const = default;
};

/// Reads a whole number in any notation of resolve_tag; nothing when it is none or beyond 64 bits.
std::optional<whole_number> parse_integer(std::string_view text);

/// Reads a decimal fraction, a whole number, `.inf` or `.nan`; nothing when it is none of them.
std::optional<double> parse_float(std::string_view text);

/// Reads a boolean out of a string as Go does: `1 t T TRUE true True 0 f F FALSE false False`.
std::optional<bool> parse_bool(std::string_view text);

/// The shortest decimal text that reads back as `value`, never with an exponent.
std::string format_number(double value);
std::string format_number(const whole_number& value);

} // namespace rr::config
