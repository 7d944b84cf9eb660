#pragma once

#include "config/document.hpp"

#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace rr::config {

/// The index of a name in the table of a choice.
struct choice_index {
  std::size_t value = 0;
};

using text_list = std::vector<std::string>;
using number_list = std::vector<double>;
using text_map = std::map<std::string, std::string>;

/// A decoded value on its way into a member of an option struct.
using field_value = std::variant<bool, whole_number, double, std::string, text_list, number_list, text_map,
                                 std::chrono::nanoseconds, choice_index, node>;

enum class field_kind {
  boolean,
  integer,
  number,
  text,
  duration,
  texts,           ///< list of strings
  numbers,         ///< list of numbers
  texts_by_key,    ///< map of names to strings
  choice,          ///< one name out of a table
  any,             ///< the tree itself, decoded later
  section,         ///< nested map with its own description
  sections,        ///< list of such maps
  sections_by_key, ///< map of names to such maps
  ignored,         ///< accepted and without effect
};

/// What one key may hold and means. Everything has a default; name only what differs.
struct field_options {
  std::string default_text{};  ///< shown instead of the member's initial value, such as "number of CPUs"
  std::string unit{};          ///< "processes", "MB"; durations need none
  std::string doc{};           ///< one sentence or more
  std::optional<double> min{}; ///< inclusive; of a duration in seconds, and 0 unless given
  std::optional<double> max{}; ///< inclusive; of a duration in seconds
  std::string range_text{};    ///< told instead of the general sentence when the value is outside
  std::vector<std::string> allowed{}; ///< the only strings accepted; empty: any
  /// What a bare number of a duration counts; without it nanoseconds, with a warning.
  std::optional<std::chrono::nanoseconds> bare_unit{};
  bool zero_means_default = false; ///< 0 leaves the member as it is initialised
  bool secret = false;             ///< never shown in messages
  bool command = false;        ///< of a list: a string is split into words like a command line, not at commas
  bool required = false;       ///< must be set, and not be empty
  std::string required_text{}; ///< told instead of the general sentence when it is missing
};

struct section_info;

/// The key of a field that takes every key which no other field has.
inline constexpr std::string_view any_key = "*";

/// One key of a section, free of the types of the option struct.
struct field_info {
  std::string key{};
  field_kind kind = field_kind::ignored;
  field_options options{};
  std::string default_text{};       ///< as documented; empty when there is none
  std::vector<std::string> names{}; ///< of a choice
  bool optional = false;            ///< absent and empty are told apart
  std::int64_t integer_min = 0;     ///< of the member's type
  std::uint64_t integer_max = 0;
  std::shared_ptr<const section_info> nested{};

  /// Writes a decoded value into the option struct.
  std::function<void(void* object, field_value&& value)> store{};
  /// The object that a nested section is decoded into: the member, a new element of a list, the element
  /// `name` of a map.
  std::function<void*(void* object, const std::string& name)> open{};
};

/// The description of one section: all there is to know for decoding, checks, warnings and documentation.
struct section_info {
  std::string name{};
  std::string doc{};
  std::vector<field_info> fields{};
  bool open_ended = false; ///< unknown keys are expected, no warning
  /// What is wrong with a decoded object as a whole, empty when nothing is.
  std::vector<std::function<std::string(const void* object)>> checks{};

  const field_info* find(std::string_view key) const;
};

/// `value` as documentation shows a default; empty for an empty string, list or map.
std::string format_value(const field_value& value);

template <class M>
inline constexpr bool is_optional = false;
template <class M>
inline constexpr bool is_optional<std::optional<M>> = true;

/// How the type of a member is read from and shown as a field_value.
template <class M>
struct field_traits;

template <>
struct field_traits<bool> {
  static constexpr auto kind = field_kind::boolean;
  static bool from(field_value&& value) { return std::get<bool>(value); }
  static field_value to(bool value) { return value; }
};

template <std::integral M>
struct field_traits<M> {
  static constexpr auto kind = field_kind::integer;

  static M from(field_value&& value) {
    const auto& number = std::get<whole_number>(value);
    return static_cast<M>(number.negative ? std::uint64_t{0} - number.magnitude : number.magnitude);
  }
  static field_value to(M value) {
    if constexpr (std::is_signed_v<M>)
      if (value < 0)
        return whole_number{true, std::uint64_t{0} - static_cast<std::uint64_t>(value)};
    return whole_number{false, static_cast<std::uint64_t>(value)};
  }
};

template <std::floating_point M>
struct field_traits<M> {
  static constexpr auto kind = field_kind::number;
  static M from(field_value&& value) { return static_cast<M>(std::get<double>(value)); }
  static field_value to(M value) { return static_cast<double>(value); }
};

template <class Rep, class Period>
struct field_traits<std::chrono::duration<Rep, Period>> {
  using type = std::chrono::duration<Rep, Period>;
  static constexpr auto kind = field_kind::duration;
  /// Rounds up: what is not zero must not become zero, which often means "no limit".
  static type from(field_value&& value) {
    return std::chrono::ceil<type>(std::get<std::chrono::nanoseconds>(value));
  }
  static field_value to(type value) { return std::chrono::duration_cast<std::chrono::nanoseconds>(value); }
};

/// The types that a field_value holds as they are.
template <class M, field_kind Kind>
struct plain_field_traits {
  static constexpr auto kind = Kind;
  static M from(field_value&& value) { return std::get<M>(std::move(value)); }
  static field_value to(const M& value) { return value; }
};

template <>
struct field_traits<std::string> : plain_field_traits<std::string, field_kind::text> {};
template <>
struct field_traits<text_list> : plain_field_traits<text_list, field_kind::texts> {};
template <>
struct field_traits<number_list> : plain_field_traits<number_list, field_kind::numbers> {};
template <>
struct field_traits<text_map> : plain_field_traits<text_map, field_kind::texts_by_key> {};
template <>
struct field_traits<node> : plain_field_traits<node, field_kind::any> {};

template <class M>
struct field_traits<std::optional<M>> {
  static constexpr auto kind = field_traits<M>::kind;
  static std::optional<M> from(field_value&& value) { return field_traits<M>::from(std::move(value)); }
};

} // namespace rr::config
