#include "config/duration.hpp"

#include "config/problem.hpp"

#include <array>
#include <cstdint>
#include <limits>
#include <optional>

namespace rr::config {
namespace {

constexpr std::uint64_t magnitude_max = std::numeric_limits<std::int64_t>::max();
constexpr std::uint64_t second = 1'000'000'000;

struct unit_name {
  std::string_view name;
  std::uint64_t nanoseconds;
};

constexpr std::array<unit_name, 8> units{{{"ns", 1},
                                          {"us", 1'000},
                                          {"\xC2\xB5s", 1'000},
                                          {"\xCE\xBCs", 1'000},
                                          {"ms", 1'000'000},
                                          {"s", second},
                                          {"m", 60 * second},
                                          {"h", 3600 * second}}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string quoted(std::string_view text) { return "\"" + shown(text) + "\""; }

std::uint64_t unit_of(std::string_view name) {
  for (const auto& unit : units)
    if (unit.name == name)
      return unit.nanoseconds;
  return 0;
}

std::optional<std::uint64_t> take_whole(std::string_view& rest) {
  std::uint64_t out = 0;
  while (!rest.empty() && is_digit(rest.front())) {
    if (out > magnitude_max / 10)
      return std::nullopt;
    out = out * 10 + static_cast<std::uint64_t>(rest.front() - '0');
    rest.remove_prefix(1);
  }
  return out;
}

/// The digits after a decimal point, in parts of `unit`; further digits than a double holds are read over.
struct fraction {
  std::uint64_t digits = 0;
  double scale = 1;

  std::uint64_t of(std::uint64_t unit) const {
    return static_cast<std::uint64_t>(static_cast<double>(digits) * (static_cast<double>(unit) / scale));
  }
};

fraction take_fraction(std::string_view& rest) {
  constexpr std::uint64_t digits_max = 1'000'000'000'000'000;
  fraction out;
  while (!rest.empty() && is_digit(rest.front())) {
    if (out.digits < digits_max) {
      out.digits = out.digits * 10 + static_cast<std::uint64_t>(rest.front() - '0');
      out.scale *= 10;
    }
    rest.remove_prefix(1);
  }
  return out;
}

std::string_view take_unit(std::string_view& rest) {
  std::size_t size = 0;
  while (size < rest.size() && rest[size] != '.' && !is_digit(rest[size]))
    ++size;
  const auto unit = rest.substr(0, size);
  rest.remove_prefix(size);
  return unit;
}

/// One number and its unit, in nanoseconds.
tl::expected<std::uint64_t, std::string> take_part(std::string_view& rest, std::string_view whole_text) {
  const auto invalid = tl::make_unexpected("time: invalid duration " + quoted(whole_text));
  const auto size_before = rest.size();
  const auto whole = take_whole(rest);
  if (!whole)
    return invalid;
  auto digits = size_before - rest.size();
  fraction part;
  if (!rest.empty() && rest.front() == '.') {
    rest.remove_prefix(1);
    const auto point = rest.size();
    part = take_fraction(rest);
    digits += point - rest.size();
  }
  if (digits == 0)
    return invalid;
  const auto name = take_unit(rest);
  if (name.empty())
    return tl::make_unexpected("time: missing unit in duration " + quoted(whole_text));
  const auto unit = unit_of(name);
  if (unit == 0)
    return tl::make_unexpected("time: unknown unit " + quoted(name) + " in duration " + quoted(whole_text));
  if (*whole > magnitude_max / unit)
    return invalid;
  const auto total = *whole * unit + part.of(unit);
  if (total > magnitude_max)
    return invalid;
  return total;
}

void append_unit(std::string& out, std::uint64_t& rest, std::uint64_t size, std::string_view name) {
  if (rest < size)
    return;
  out += std::to_string(rest / size);
  out += name;
  rest %= size;
}

} // namespace

tl::expected<std::chrono::nanoseconds, std::string> parse_duration(std::string_view text) {
  auto rest = text;
  const bool negative = rest.starts_with('-');
  if (negative || rest.starts_with('+'))
    rest.remove_prefix(1);
  if (rest == "0")
    return std::chrono::nanoseconds{0};
  if (rest.empty())
    return tl::make_unexpected("time: invalid duration " + quoted(text));
  std::uint64_t total = 0;
  while (!rest.empty()) {
    const auto part = take_part(rest, text);
    if (!part)
      return tl::make_unexpected(part.error());
    if (*part > magnitude_max - total)
      return tl::make_unexpected("time: invalid duration " + quoted(text));
    total += *part;
  }
  const auto signed_total = static_cast<std::int64_t>(total);
  return std::chrono::nanoseconds{negative ? -signed_total : signed_total};
}

std::string format_duration(std::chrono::nanoseconds value) {
  if (value.count() == 0)
    return "0s";
  std::string out = value.count() < 0 ? "-" : "";
  auto rest = static_cast<std::uint64_t>(value.count());
  if (value.count() < 0)
    rest = std::uint64_t{0} - rest;
  append_unit(out, rest, 3600 * second, "h");
  append_unit(out, rest, 60 * second, "m");
  append_unit(out, rest, second, "s");
  append_unit(out, rest, 1'000'000, "ms");
  append_unit(out, rest, 1'000, "us");
  append_unit(out, rest, 1, "ns");
  return out;
}

} // namespace rr::config
