#include "config/scalar.hpp"

#include "config/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace rr::config {
namespace {

constexpr std::size_t number_bytes_max = 400; // longer digits are text; keeps from_chars and copies small

bool is_digit(char c) { return c >= '0' && c <= '9'; }

template <std::size_t N>
bool is_one_of(std::string_view text, const std::array<std::string_view, N>& names) {
  return std::find(names.begin(), names.end(), text) != names.end();
}

bool is_null(std::string_view text) {
  return is_one_of(text, std::array<std::string_view, 5>{"", "~", "null", "Null", "NULL"});
}

bool is_boolean(std::string_view text) {
  return is_one_of(text, std::array<std::string_view, 6>{"true", "True", "TRUE", "false", "False", "FALSE"});
}

std::string without_underscores(std::string_view text) {
  std::string out{text};
  out.erase(std::remove(out.begin(), out.end(), '_'), out.end());
  return out;
}

/// Takes a base prefix off `digits` and names its base.
int take_base(std::string_view& digits) {
  if (digits.size() < 2 || digits[0] != '0')
    return 10;
  const auto base = [&] {
    switch (digits[1]) {
    case 'x':
    case 'X':
      return 16;
    case 'o':
    case 'O':
      return 8;
    case 'b':
    case 'B':
      return 2;
    default:
      return 0;
    }
  }();
  digits.remove_prefix(base == 0 ? 1 : 2);
  return base == 0 ? 8 : base;
}

/// `[-+]? ( '.' digits | digits [ '.' digits? ] ) ( [eE] [-+]? digits )?`, the only shape of a fraction.
bool is_float_shape(std::string_view text) {
  std::size_t at = 0;
  const auto digits = [&] {
    const auto from = at;
    while (at < text.size() && is_digit(text[at]))
      ++at;
    return at - from;
  };
  const auto sign = [&] { at += at < text.size() && (text[at] == '-' || text[at] == '+'); };
  sign();
  const auto before = digits();
  std::size_t after = 0;
  if (at < text.size() && text[at] == '.') {
    ++at;
    after = digits();
  }
  if (before + after == 0)
    return false;
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    sign();
    if (digits() == 0)
      return false;
  }
  return at == text.size();
}

std::optional<double> parse_special_float(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+'))
    text.remove_prefix(1);
  if (is_one_of(text, std::array<std::string_view, 3>{".inf", ".Inf", ".INF"}))
    return negative ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
  if (is_one_of(text, std::array<std::string_view, 3>{".nan", ".NaN", ".NAN"}))
    return std::numeric_limits<double>::quiet_NaN();
  return std::nullopt;
}

} // namespace

std::optional<scalar_tag> resolve_tag(std::string_view plain) {
  if (is_null(plain))
    return std::nullopt;
  if (is_boolean(plain))
    return scalar_tag::boolean;
  const char first = plain.front();
  if (!is_digit(first) && first != '-' && first != '+' && first != '.')
    return scalar_tag::string;
  if (parse_integer(plain))
    return scalar_tag::integer;
  return parse_float(plain) ? scalar_tag::floating : scalar_tag::string;
}

std::optional<whole_number> parse_integer(std::string_view text) {
  if (text.empty() || text.size() > number_bytes_max || text.front() == '_')
    return std::nullopt;
  const auto plain = without_underscores(text);
  std::string_view digits = plain;
  whole_number out;
  out.negative = digits.starts_with('-');
  if (out.negative || digits.starts_with('+'))
    digits.remove_prefix(1);
  const int base = take_base(digits);
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, out.magnitude, base);
  if (digits.empty() || error != std::errc{} || stop != end)
    return std::nullopt;
  constexpr std::uint64_t lowest = std::uint64_t{1} << 63;
  if (out.negative && out.magnitude > lowest)
    return std::nullopt;
  out.negative = out.negative && out.magnitude != 0;
  return out;
}

std::optional<double> parse_float(std::string_view text) {
  if (text.empty() || text.size() > number_bytes_max)
    return std::nullopt;
  if (const auto special = parse_special_float(text))
    return special;
  const auto plain = without_underscores(text);
  if (is_float_shape(plain)) {
    std::string_view digits = plain;
    if (digits.front() == '+')
      digits.remove_prefix(1);
    double out = 0;
    const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
    if (error == std::errc{} && stop == digits.data() + digits.size())
      return out;
    return std::nullopt;
  }
  const auto whole = parse_integer(text);
  if (!whole)
    return std::nullopt;
  const auto magnitude = static_cast<double>(whole->magnitude);
  return whole->negative ? -magnitude : magnitude;
}

std::optional<bool> parse_bool(std::string_view text) {
  if (is_one_of(text, std::array<std::string_view, 6>{"1", "t", "T", "TRUE", "true", "True"}))
    return true;
  if (is_one_of(text, std::array<std::string_view, 6>{"0", "f", "F", "FALSE", "false", "False"}))
    return false;
  return std::nullopt;
}

std::string format_number(double value) {
  if (std::isnan(value))
    return "NaN";
  if (std::isinf(value))
    return value < 0 ? "-Inf" : "+Inf";
  std::array<char, 1200> buffer; // the longest fixed notation of a double has about 1100 characters
  const auto [end, error] =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed);
  return error == std::errc{} ? std::string(buffer.data(), end) : std::string{"0"};
}

std::string format_number(const whole_number& value) {
  return (value.negative ? "-" : "") + std::to_string(value.magnitude);
}

} // namespace rr::config
