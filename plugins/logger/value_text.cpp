#include "plugins/logger/value_text.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <ctime>

namespace rr {

namespace {

/// The length of the UTF-8 sequence at the start of `text`, or 0 when there is none: no overlong forms, no
/// surrogates, nothing above U+10FFFF.
std::size_t utf8_length(std::string_view text) noexcept {
  auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  auto lead = at(0);
  std::size_t length = lead < 0x80 ? 1 : lead >= 0xC2 && lead <= 0xDF ? 2 : (lead & 0xF0) == 0xE0 ? 3 : 4;
  if ((lead >= 0x80 && lead < 0xC2) || lead > 0xF4 || length > text.size())
    return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((at(i) & 0xC0) != 0x80)
      return 0;
  bool is_overlong = (lead == 0xE0 && at(1) < 0xA0) || (lead == 0xF0 && at(1) < 0x90);
  bool is_out_of_range = (lead == 0xED && at(1) > 0x9F) || (lead == 0xF4 && at(1) > 0x8F);
  return is_overlong || is_out_of_range ? 0 : length;
}

void append_escaped(std::string& out, unsigned char c) {
  static constexpr std::string_view hex = "0123456789abcdef";
  switch (c) {
  case '"':
  case '\\':
    out += '\\';
    out += static_cast<char>(c);
    break;
  case '\n':
    out += "\\n";
    break;
  case '\r':
    out += "\\r";
    break;
  case '\t':
    out += "\\t";
    break;
  default:
    out += "\\u00";
    out += hex[c >> 4];
    out += hex[c & 15];
  }
}

/// `count` thousandths, millionths or milliardths as a decimal without trailing zeros: (1500, 1000) is `1.5`.
std::string decimal(std::uint64_t count, std::uint64_t unit) {
  auto text = std::to_string(count / unit);
  auto rest = count % unit;
  if (rest == 0)
    return text;
  auto fraction = std::to_string(unit + rest).substr(1); // with its leading zeros
  fraction.erase(fraction.find_last_not_of('0') + 1);
  return text + '.' + fraction;
}

} // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    auto c = static_cast<unsigned char>(text.front());
    auto length = utf8_length(text);
    if (length == 0)
      out += "\\ufffd";
    else if (c < 0x20 || c == '"' || c == '\\')
      append_escaped(out, c);
    else
      out += text.substr(0, length);
    text.remove_prefix(length == 0 ? 1 : length);
  }
  out += '"';
}

// std::to_chars in fixed form prints all digits of a large number, 1e23 as 99999999999999991611392; so the
// digits are taken from the scientific form and the point is put by hand.
void append_json_number(std::string& out, double value) {
  if (std::isnan(value) || std::isinf(value)) {
    out += std::isnan(value) ? "\"NaN\"" : value > 0 ? "\"+Inf\"" : "\"-Inf\"";
    return;
  }
  std::array<char, 32> buffer{};
  auto written = std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::abs(value),
                               std::chars_format::scientific);
  std::string_view text(buffer.data(), static_cast<std::size_t>(written.ptr - buffer.data()));
  auto e = text.find('e');
  int exponent = std::stoi(std::string{text.substr(e + 1)});
  std::string digits{text.substr(0, 1)};
  if (e > 2)
    digits += text.substr(2, e - 2);
  if (std::signbit(value))
    out += '-';
  if (exponent < 0) {
    out += "0.";
    out.append(static_cast<std::size_t>(-exponent - 1), '0');
    out += digits;
    return;
  }
  auto whole = static_cast<std::size_t>(exponent) + 1;
  if (digits.size() <= whole) {
    out += digits;
    out.append(whole - digits.size(), '0');
  } else {
    out.append(digits, 0, whole).append(".").append(digits, whole);
  }
}

std::string duration_text(std::chrono::nanoseconds value) {
  auto count = value.count();
  // The absolute value of the least integer fits into the unsigned type only.
  auto n =
      count < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(count) : static_cast<std::uint64_t>(count);
  std::string sign = count < 0 ? "-" : "";
  constexpr std::uint64_t us = 1'000;
  constexpr std::uint64_t ms = 1'000'000;
  constexpr std::uint64_t s = 1'000'000'000;
  if (n == 0)
    return "0s";
  if (n < us)
    return sign + std::to_string(n) + "ns";
  if (n < ms)
    return sign + decimal(n, us) + "µs";
  if (n < s)
    return sign + decimal(n, ms) + "ms";
  auto seconds = decimal(n % (60 * s), s) + "s";
  auto minutes = n / (60 * s);
  if (minutes == 0)
    return sign + seconds;
  if (minutes < 60)
    return sign + std::to_string(minutes) + "m" + seconds;
  return sign + std::to_string(minutes / 60) + "h" + std::to_string(minutes % 60) + "m" + seconds;
}

std::string time_text(std::chrono::system_clock::time_point at) {
  std::time_t seconds = std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  std::array<char, 64> buffer{};
  auto length = std::strftime(buffer.data(), buffer.size(), "%Y-%m-%dT%H:%M:%S+0000", &utc);
  return {buffer.data(), length};
}

std::int64_t unix_nanoseconds(std::chrono::system_clock::time_point at) noexcept {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(at.time_since_epoch()).count();
}

} // namespace rr
