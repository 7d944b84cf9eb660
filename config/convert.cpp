#include "config/convert.hpp"

#include "config/command_line.hpp"
#include "config/duration.hpp"
#include "config/text.hpp"

#include <algorithm>
#include <cmath>

namespace rr::config {
namespace {

using std::chrono::nanoseconds;

class conversion {
public:
  conversion(const field_info& field, const std::string& key, problems& warnings)
      : field_{field}, key_{key}, warnings_{warnings} {}

  expected<field_value> run(const node& value) {
    switch (field_.kind) {
    case field_kind::boolean:
      return boolean(value);
    case field_kind::integer:
      return integer(value);
    case field_kind::number:
      return number(value);
    case field_kind::text:
      return text(value);
    case field_kind::duration:
      return duration(value);
    case field_kind::texts:
      return texts(value);
    case field_kind::numbers:
      return numbers(value);
    case field_kind::texts_by_key:
      return texts_by_key(value);
    case field_kind::choice:
      return choice(value);
    default:
      return field_value{value};
    }
  }

private:
  tl::unexpected<problem> wrong(const node& value, std::string text, std::string remedy) const {
    return tl::make_unexpected(problem_at(value.where, key_, std::move(text), std::move(remedy)));
  }

  std::string quoted(const node& value) const {
    return "'" + (field_.options.secret ? std::string{"***"} : shown(value.text)) + "'";
  }

  tl::unexpected<problem> unreadable(const node& value, const std::string& as,
                                     const std::string& remedy) const {
    if (!value.is_scalar())
      return wrong(value, "expected " + as + ", got \"" + std::string{value.type_name()} + "\"", remedy);
    return wrong(value, "cannot read " + quoted(value) + " as " + as, remedy);
  }

  tl::unexpected<problem> out_of_range(const node& value, const std::string& least,
                                       const std::string& most) const {
    const auto& told = field_.options.range_text;
    const auto range = least.empty()  ? "at most " + most
                       : most.empty() ? "at least " + least
                                      : "from " + least + " to " + most;
    return wrong(value, told.empty() ? quoted(value) + " is out of range" : told, "give a value " + range);
  }

  expected<field_value> boolean(const node& value) const {
    const std::string remedy = "give true or false";
    if (!value.is_scalar())
      return unreadable(value, "a boolean", remedy);
    if (value.text.empty())
      return field_value{false};
    if (value.tag == scalar_tag::string) {
      if (const auto out = parse_bool(value.text))
        return field_value{*out};
    } else if (value.tag == scalar_tag::boolean) {
      return field_value{to_lower(value.text) == "true"};
    } else if (const auto out = parse_float(value.text)) {
      return field_value{*out != 0};
    }
    return unreadable(value, "a boolean", remedy);
  }

  static std::optional<whole_number> whole_of(const node& value) {
    if (value.text.empty())
      return whole_number{};
    if (value.tag == scalar_tag::boolean)
      return whole_number{false, to_lower(value.text) == "true" ? 1u : 0u};
    if (const auto out = parse_integer(value.text))
      return out;
    const auto fraction = parse_float(value.text);
    constexpr double exact_max = 9007199254740992.0; // 2^53: above it a double skips whole numbers
    if (value.tag != scalar_tag::floating || !fraction || std::trunc(*fraction) != *fraction ||
        std::abs(*fraction) > exact_max)
      return std::nullopt;
    return whole_number{*fraction < 0, static_cast<std::uint64_t>(std::abs(*fraction))};
  }

  expected<field_value> integer(const node& value) const {
    const auto out = value.is_scalar() ? whole_of(value) : std::nullopt;
    if (!out)
      return unreadable(value, "a number", "give a whole number such as 4");
    const auto lowest = static_cast<std::uint64_t>(0) - static_cast<std::uint64_t>(field_.integer_min);
    const bool fits = out->negative ? out->magnitude <= lowest : out->magnitude <= field_.integer_max;
    const auto as_double = static_cast<double>(out->magnitude) * (out->negative ? -1 : 1);
    const auto& limits = field_.options;
    if (fits && as_double >= limits.min.value_or(as_double) && as_double <= limits.max.value_or(as_double))
      return field_value{*out};
    return out_of_range(value, limits.min ? format_number(*limits.min) : std::to_string(field_.integer_min),
                        limits.max ? format_number(*limits.max) : std::to_string(field_.integer_max));
  }

  expected<double> plain_number(const node& value) const {
    const std::string remedy = "give a number such as 0.5";
    if (!value.is_scalar())
      return unreadable(value, "a number", remedy);
    if (value.text.empty())
      return 0.0;
    if (value.tag == scalar_tag::boolean)
      return to_lower(value.text) == "true" ? 1.0 : 0.0;
    const auto out = parse_float(value.text);
    if (!out)
      return unreadable(value, "a number", remedy);
    if (!std::isfinite(*out))
      return wrong(value, "json: unsupported value: " + format_number(*out), remedy);
    return *out;
  }

  expected<field_value> number(const node& value) const {
    const auto out = plain_number(value);
    if (!out)
      return tl::make_unexpected(out.error());
    const auto& limits = field_.options;
    if (*out < limits.min.value_or(*out) || *out > limits.max.value_or(*out))
      return out_of_range(value, limits.min ? format_number(*limits.min) : "",
                          limits.max ? format_number(*limits.max) : "");
    return field_value{*out};
  }

  expected<field_value> text(const node& value) const {
    if (!value.is_scalar())
      return unreadable(value, "a string", "give one value");
    auto out = text_of(value);
    const auto& allowed = field_.options.allowed;
    if (!allowed.empty() && std::find(allowed.begin(), allowed.end(), out) == allowed.end())
      return not_one_of(value, allowed);
    return field_value{std::move(out)};
  }

  tl::unexpected<problem> not_one_of(const node& value, const std::vector<std::string>& names) const {
    const auto near = nearest_name(value.text, names);
    return wrong(value, quoted(value) + " is not one of " + join(names),
                 near.empty() ? "give one of them" : "did you mean '" + near + "'?");
  }

  expected<field_value> choice(const node& value) const {
    if (!value.is_scalar())
      return unreadable(value, "a string", "give one of " + join(field_.names));
    for (std::size_t i = 0; i < field_.names.size(); ++i)
      if (same_key(field_.names[i], text_of(value)))
        return field_value{choice_index{i}};
    return not_one_of(value, field_.names);
  }

  expected<field_value> duration(const node& value) const {
    auto out = nanoseconds_of(value);
    if (!out)
      return tl::make_unexpected(std::move(out.error()));
    const auto seconds = std::chrono::duration<double>(*out).count();
    const auto& limits = field_.options;
    const auto least = limits.min.value_or(0);
    if (seconds >= least && seconds <= limits.max.value_or(seconds))
      return field_value{*out};
    const auto show = [](double s) {
      return format_duration(std::chrono::duration_cast<nanoseconds>(std::chrono::duration<double>(s)));
    };
    return out_of_range(value, show(least), limits.max ? show(*limits.max) : "");
  }

  expected<nanoseconds> nanoseconds_of(const node& value) const {
    const std::string remedy = "write a number and a unit, such as 30s, 500ms or 1h30m";
    if (!value.is_scalar() || value.tag == scalar_tag::boolean)
      return unreadable(value, "a duration", remedy);
    const auto whole = parse_integer(value.text);
    if (value.tag == scalar_tag::integer || (field_.options.bare_unit && whole))
      return bare_nanoseconds(value, whole);
    if (value.tag == scalar_tag::floating)
      return wrong(value, "time: missing unit in duration \"" + shown(value.text) + "\"", remedy);
    auto out = parse_duration(value.text);
    if (out)
      return *out;
    return wrong(value, field_.options.secret ? "time: invalid duration" : out.error(), remedy);
  }

  expected<nanoseconds> bare_nanoseconds(const node& value, const std::optional<whole_number>& whole) const {
    const auto unit = static_cast<std::uint64_t>(field_.options.bare_unit.value_or(nanoseconds{1}).count());
    constexpr auto largest = static_cast<std::uint64_t>(nanoseconds::max().count());
    if (!whole || unit == 0 || whole->magnitude > largest / unit)
      return unreadable(value, "a duration", "give a smaller number, with a unit");
    const auto total = static_cast<std::int64_t>(whole->magnitude * unit);
    if (!field_.options.bare_unit && total != 0) {
      warnings_.push_back(
          problem_at(value.where, key_,
                     shown(value.text) + " without a unit is " + format_number(*whole) + " nanoseconds",
                     "write a unit, such as " + format_number(*whole) + "s"));
      warnings_.back().level = severity::warning;
    }
    return nanoseconds{whole->negative ? -total : total};
  }

  expected<field_value> texts(const node& value) const {
    if (value.is_scalar())
      return texts_of_scalar(value);
    if (!value.is_list())
      return unreadable(value, "a list", "give a list of strings");
    text_list out;
    for (const auto& item : value.items) {
      if (!item.is_scalar() && !item.is_null())
        return unreadable(item, "a string", "give a list of strings");
      out.push_back(item.is_null() ? std::string{} : text_of(item));
    }
    return field_value{std::move(out)};
  }

  expected<field_value> texts_of_scalar(const node& value) const {
    if (value.tag != scalar_tag::string)
      return field_value{text_list{text_of(value)}};
    if (!field_.options.command)
      return field_value{split(value.text, ',')};
    auto words = split_command(value.text);
    if (!words)
      return wrong(value, words.error(), "end the quote, or give the command as a list");
    return field_value{std::move(*words)};
  }

  expected<field_value> numbers(const node& value) const {
    if (value.is_map())
      return unreadable(value, "a list", "give a list of numbers");
    auto items = value.items;
    if (value.is_scalar() && value.tag == scalar_tag::string)
      for (auto& text : split(value.text, ','))
        items.push_back(make_scalar(std::string{trim(text)}, scalar_tag::string, value.where));
    else if (value.is_scalar())
      items.push_back(value);
    number_list out;
    for (const auto& item : items) {
      const auto number = plain_number(item);
      if (!number)
        return tl::make_unexpected(number.error());
      out.push_back(*number);
    }
    return field_value{std::move(out)};
  }

  expected<field_value> texts_by_key(const node& value) const {
    text_map out;
    if (value.is_map()) {
      if (auto done = add_texts(out, value); !done)
        return tl::make_unexpected(std::move(done.error()));
      return field_value{std::move(out)};
    }
    if (!value.is_list())
      return unreadable(value, "a map", "write `name: value` lines below it, indented");
    for (const auto& item : value.items) {
      if (!item.is_map())
        return unreadable(item, "a map", "give a list of `name: value` entries");
      if (auto done = add_texts(out, item); !done)
        return tl::make_unexpected(std::move(done.error()));
    }
    return field_value{std::move(out)};
  }

  expected<void> add_texts(text_map& out, const node& map) const {
    for (const auto& entry : map.entries) {
      if (entry.value.is_null())
        continue;
      if (!entry.value.is_scalar())
        return tl::make_unexpected(problem_at(
            entry.value.where, key_ + "." + entry.key,
            "expected a string, got \"" + std::string{entry.value.type_name()} + "\"", "give one value"));
      out.insert_or_assign(entry.key, text_of(entry.value));
    }
    return {};
  }

  const field_info& field_;
  const std::string& key_;
  problems& warnings_;
};

bool is_zero_value(bool) { return false; }
bool is_zero_value(const whole_number& value) { return value.magnitude == 0; }
bool is_zero_value(double value) { return value == 0; }
bool is_zero_value(nanoseconds value) { return value.count() == 0; }
bool is_zero_value(const choice_index&) { return false; }
bool is_zero_value(const node&) { return false; }
template <class Container>
bool is_zero_value(const Container& value) {
  return value.empty();
}

} // namespace

std::string text_of(const node& scalar) {
  switch (scalar.tag) {
  case scalar_tag::boolean:
    return to_lower(scalar.text) == "true" ? "1" : "0";
  case scalar_tag::integer:
    if (const auto number = parse_integer(scalar.text))
      return format_number(*number);
    return scalar.text;
  case scalar_tag::floating:
    if (const auto number = parse_float(scalar.text))
      return format_number(*number);
    return scalar.text;
  case scalar_tag::string:
    break;
  }
  return scalar.text;
}

expected<field_value> convert(const field_info& field, const node& value, const std::string& key,
                              problems& warnings) {
  return conversion{field, key, warnings}.run(value);
}

bool is_zero(const field_value& value) {
  return std::visit([](const auto& held) { return is_zero_value(held); }, value);
}

} // namespace rr::config
