#include "config/convert.hpp"

#include "tests/config/support.hpp"

#include <catch2/catch.hpp>

using namespace rr::config;
using namespace std::chrono_literals;

namespace {

field_info field_of(field_kind kind, field_options options = {}) {
  field_info out;
  out.kind = kind;
  out.options = std::move(options);
  out.integer_min = std::numeric_limits<std::int64_t>::min();
  out.integer_max = std::numeric_limits<std::int64_t>::max();
  return out;
}

problems last_warnings;

expected<field_value> converted(const field_info& field, const std::string& yaml) {
  last_warnings.clear();
  const auto config = document_of("k: " + yaml + "\n");
  return convert(field, *config.find("k"), "k", last_warnings);
}

template <class T>
T value(field_kind kind, const std::string& yaml, field_options options = {}) {
  auto out = converted(field_of(kind, std::move(options)), yaml);
  if (!out)
    throw std::runtime_error(render(out.error()));
  return std::get<T>(*out);
}

std::string error(field_kind kind, const std::string& yaml, field_options options = {}) {
  const auto out = converted(field_of(kind, std::move(options)), yaml);
  return out ? "no error" : out.error().text;
}

std::int64_t integer(const std::string& yaml) {
  const auto number = value<whole_number>(field_kind::integer, yaml);
  const auto magnitude = static_cast<std::int64_t>(number.magnitude);
  return number.negative ? -magnitude : magnitude;
}

} // namespace

TEST_CASE("booleans are read from booleans, numbers and strings", "[config][convert]") {
  for (const auto* yaml : {"true", "TRUE", "1", "2", "-1", "0.5", "'1'", "t", "T", "'true'"}) {
    CAPTURE(yaml);
    CHECK(value<bool>(field_kind::boolean, yaml));
  }
  for (const auto* yaml : {"false", "0", "0.0", "'0'", "f", "F", "'False'", "''"}) {
    CAPTURE(yaml);
    CHECK_FALSE(value<bool>(field_kind::boolean, yaml));
  }
  CHECK(error(field_kind::boolean, "yes") == "cannot read 'yes' as a boolean");
  CHECK(error(field_kind::boolean, "[]") == "expected a boolean, got \"slice\"");
  CHECK(error(field_kind::boolean, "{}") == "expected a boolean, got \"map\"");
}

TEST_CASE("whole numbers are read from numbers, booleans and strings", "[config][convert]") {
  CHECK(integer("42") == 42);
  CHECK(integer("-1") == -1);
  CHECK(integer("'42'") == 42);
  CHECK(integer("'0x1F'") == 31);
  CHECK(integer("'0b11'") == 3);
  CHECK(integer("'010'") == 8);
  CHECK(integer("''") == 0);
  CHECK(integer("true") == 1);
  CHECK(integer("false") == 0);
  CHECK(integer("4.0") == 4);
  CHECK(integer("1e3") == 1000);
  CHECK(error(field_kind::integer, "abc") == "cannot read 'abc' as a number");
  CHECK(error(field_kind::integer, "1.5") == "cannot read '1.5' as a number");
  CHECK(error(field_kind::integer, "'1.0'") == "cannot read '1.0' as a number");
  CHECK(error(field_kind::integer, ".inf") == "cannot read '.inf' as a number");
  CHECK(error(field_kind::integer, ".nan") == "cannot read '.nan' as a number");
  CHECK(error(field_kind::integer, "1e300") == "cannot read '1e300' as a number");
  CHECK(error(field_kind::integer, "[1]") == "expected a number, got \"slice\"");
}

TEST_CASE("a whole number must fit its type and its range", "[config][convert]") {
  auto field = field_of(field_kind::integer);
  field.integer_min = -128;
  field.integer_max = 127;
  CHECK(converted(field, "-128"));
  CHECK(converted(field, "127"));
  CHECK(render(converted(field, "128").error()) ==
        ".rr.yaml:1:4: k: '128' is out of range; give a value from -128 to 127");
  CHECK_FALSE(converted(field, "-129"));

  field.integer_min = 0;
  field.options.max = 500;
  CHECK(converted(field, "100"));
  field.integer_max = std::numeric_limits<std::uint64_t>::max();
  CHECK(converted(field, "501").error().remedy == "give a value from 0 to 500");
  CHECK_FALSE(converted(field, "-1"));
  field.options.range_text = "number of workers can't be more than 500";
  CHECK(converted(field, "-1").error().text == "number of workers can't be more than 500");
}

TEST_CASE("doubles are read, but neither infinite nor not-a-number", "[config][convert]") {
  CHECK(value<double>(field_kind::number, "0.5") == 0.5);
  CHECK(value<double>(field_kind::number, "3") == 3);
  CHECK(value<double>(field_kind::number, "'2.5'") == 2.5);
  CHECK(value<double>(field_kind::number, "''") == 0);
  CHECK(value<double>(field_kind::number, "true") == 1);
  CHECK(error(field_kind::number, ".inf") == "json: unsupported value: +Inf");
  CHECK(error(field_kind::number, "-.inf") == "json: unsupported value: -Inf");
  CHECK(error(field_kind::number, ".nan") == "json: unsupported value: NaN");
  CHECK(error(field_kind::number, "x") == "cannot read 'x' as a number");
  CHECK(error(field_kind::number, "2", {.max = 1}) == "'2' is out of range");
  CHECK(error(field_kind::number, "0", {.min = 0.5}) == "'0' is out of range");
  CHECK(error(field_kind::number, "{}") == "expected a number, got \"map\"");
}

TEST_CASE("strings are read from every scalar", "[config][convert]") {
  CHECK(value<std::string>(field_kind::text, "abc") == "abc");
  CHECK(value<std::string>(field_kind::text, "0x10") == "16");
  CHECK(value<std::string>(field_kind::text, "007") == "7");
  CHECK(value<std::string>(field_kind::text, "'007'") == "007");
  CHECK(value<std::string>(field_kind::text, "1.50") == "1.5");
  CHECK(value<std::string>(field_kind::text, "true") == "1");
  CHECK(value<std::string>(field_kind::text, "false") == "0");
  CHECK(value<std::string>(field_kind::text, "yes") == "yes");
  CHECK(error(field_kind::text, "[a]") == "expected a string, got \"slice\"");
  CHECK(error(field_kind::text, "{a: b}") == "expected a string, got \"map\"");
}

TEST_CASE("a string may be one of a few", "[config][convert]") {
  field_options options;
  options.allowed = {"pipes", "tcp"};
  CHECK(value<std::string>(field_kind::text, "tcp", options) == "tcp");
  CHECK(error(field_kind::text, "pips", options) == "'pips' is not one of pipes, tcp");
  CHECK(converted(field_of(field_kind::text, options), "pips").error().remedy == "did you mean 'pipes'?");
  CHECK(converted(field_of(field_kind::text, options), "zzzzzzz").error().remedy == "give one of them");
}

TEST_CASE("durations need a unit unless they are whole numbers", "[config][convert]") {
  using std::chrono::nanoseconds;
  CHECK(value<nanoseconds>(field_kind::duration, "1h30m") == 90min);
  CHECK(value<nanoseconds>(field_kind::duration, "'0'") == 0ns);
  CHECK(value<nanoseconds>(field_kind::duration, "0") == 0ns);
  CHECK(last_warnings.empty());
  CHECK(error(field_kind::duration, "'60'") == "time: missing unit in duration \"60\"");
  CHECK(error(field_kind::duration, "''") == "time: invalid duration \"\"");
  CHECK(error(field_kind::duration, "5x") == "time: unknown unit \"x\" in duration \"5x\"");
  CHECK(error(field_kind::duration, "1.5") == "time: missing unit in duration \"1.5\"");
  CHECK(error(field_kind::duration, "true") == "cannot read 'true' as a duration");
  CHECK(error(field_kind::duration, "[]") == "expected a duration, got \"slice\"");
  CHECK(error(field_kind::duration, "99999999999999999999999s") != "no error");
}

TEST_CASE("a whole number is nanoseconds, with a warning", "[config][convert]") {
  CHECK(value<std::chrono::nanoseconds>(field_kind::duration, "60") == 60ns);
  REQUIRE(last_warnings.size() == 1);
  CHECK(last_warnings[0].level == severity::warning);
  CHECK(render(last_warnings[0]) ==
        ".rr.yaml:1:4: k: 60 without a unit is 60 nanoseconds; write a unit, such as 60s");
  CHECK(error(field_kind::duration, "18446744073709551615") ==
        "cannot read '18446744073709551615' as a duration");
}

TEST_CASE("a duration may have a unit for bare numbers", "[config][convert]") {
  field_options options;
  options.bare_unit = 1s;
  using std::chrono::nanoseconds;

  CHECK(value<nanoseconds>(field_kind::duration, "60", options) == 1min);
  CHECK(last_warnings.empty());
  CHECK(value<nanoseconds>(field_kind::duration, "'60'", options) == 1min);
  CHECK(value<nanoseconds>(field_kind::duration, "5m", options) == 5min);
  CHECK(error(field_kind::duration, "9223372036854775807", options) ==
        "cannot read '9223372036854775807' as a duration");
}

TEST_CASE("a duration has a range in seconds and is not negative", "[config][convert]") {
  CHECK(error(field_kind::duration, "-1s") == "'-1s' is out of range");
  CHECK(error(field_kind::duration, "500ms", {.min = 1}) == "'500ms' is out of range");
  CHECK(converted(field_of(field_kind::duration, {.min = 1, .max = 60}), "2m").error().remedy ==
        "give a value from 1s to 1m");
  CHECK(converted(field_of(field_kind::duration, {.min = 1}), "1ms").error().remedy ==
        "give a value at least 1s");
  CHECK(value<std::chrono::nanoseconds>(field_kind::duration, "-1s", {.min = -1}) == -1s);
}

TEST_CASE("lists are read from lists, and from strings split at commas", "[config][convert]") {
  CHECK(value<text_list>(field_kind::texts, "[a, 1, true, 'x,y', ~]") == text_list{"a", "1", "1", "x,y", ""});
  CHECK(value<text_list>(field_kind::texts, "gzip,headers") == text_list{"gzip", "headers"});
  CHECK(value<text_list>(field_kind::texts, "one") == text_list{"one"});
  CHECK(value<text_list>(field_kind::texts, "''").empty());
  CHECK(value<text_list>(field_kind::texts, "[]").empty());
  CHECK(value<text_list>(field_kind::texts, "5") == text_list{"5"});
  CHECK(error(field_kind::texts, "{a: b}") == "expected a list, got \"map\"");
  CHECK(error(field_kind::texts, "[[a]]") == "expected a string, got \"slice\"");
}

TEST_CASE("a command is not split at commas", "[config][convert]") {
  field_options options;
  options.command = true;
  CHECK(value<text_list>(field_kind::texts, "php x --a=1,2", options) == text_list{"php", "x", "--a=1,2"});
  CHECK(value<text_list>(field_kind::texts, "[php, 'a b']", options) == text_list{"php", "a b"});
  CHECK(error(field_kind::texts, "php 'x", options) == "a quote ' does not end");
}

TEST_CASE("lists of numbers are read", "[config][convert]") {
  CHECK(value<number_list>(field_kind::numbers, "[0.5, 1, '2']") == number_list{0.5, 1, 2});
  CHECK(value<number_list>(field_kind::numbers, "'0.5, 1'") == number_list{0.5, 1});
  CHECK(value<number_list>(field_kind::numbers, "3") == number_list{3});
  CHECK(value<number_list>(field_kind::numbers, "''").empty());
  CHECK(error(field_kind::numbers, "[a]") == "cannot read 'a' as a number");
  CHECK(error(field_kind::numbers, "[~]") == "expected a number, got \"nil\"");
  CHECK(error(field_kind::numbers, "{}") == "expected a list, got \"map\"");
}

TEST_CASE("maps of strings are read from maps and from lists of maps", "[config][convert]") {
  const text_map both{{"Foo", "1"}, {"bar", "x"}};
  CHECK(value<text_map>(field_kind::texts_by_key, "{Foo: 1, bar: x, gone: ~}") == both);
  CHECK(value<text_map>(field_kind::texts_by_key, "[{Foo: 1}, {bar: x}]") == both);
  CHECK(value<text_map>(field_kind::texts_by_key, "[{bar: 1}, {bar: x, Foo: 1}]") == both);
  CHECK(value<text_map>(field_kind::texts_by_key, "{}").empty());
  CHECK(value<text_map>(field_kind::texts_by_key, "[]").empty());
  CHECK(error(field_kind::texts_by_key, "text") == "cannot read 'text' as a map");
  CHECK(error(field_kind::texts_by_key, "[a]") == "cannot read 'a' as a map");
  CHECK(error(field_kind::texts_by_key, "{a: {b: c}}") == "expected a string, got \"map\"");
  CHECK(converted(field_of(field_kind::texts_by_key), "[{a: [b]}]").error().key == "k.a");
}

TEST_CASE("a choice is matched without case", "[config][convert]") {
  auto field = field_of(field_kind::choice);
  field.names = {"production", "raw"};
  CHECK(std::get<choice_index>(*converted(field, "RAW")).value == 1);
  CHECK(converted(field, "rwa").error().text == "'rwa' is not one of production, raw");
  CHECK(converted(field, "rwa").error().remedy == "did you mean 'raw'?");
  CHECK(converted(field, "[raw]").error().text == "expected a string, got \"slice\"");
}

TEST_CASE("anything is kept as it is", "[config][convert]") {
  CHECK(value<node>(field_kind::any, "{a: [1]}").find("a")->is_list());
}

TEST_CASE("a secret is never shown", "[config][convert]") {
  field_options options;
  options.secret = true;
  for (const auto kind : {field_kind::boolean, field_kind::integer, field_kind::number, field_kind::duration,
                          field_kind::texts_by_key}) {
    const auto out = converted(field_of(kind, options), "hunter2");
    REQUIRE_FALSE(out);
    CHECK(render(out.error()).find("hunter") == std::string::npos);
  }
}

TEST_CASE("zero is what the reference takes for not given", "[config][convert]") {
  CHECK(is_zero(whole_number{}));
  CHECK(is_zero(0.0));
  CHECK(is_zero(std::string{}));
  CHECK(is_zero(text_list{}));
  CHECK(is_zero(number_list{}));
  CHECK(is_zero(text_map{}));
  CHECK(is_zero(std::chrono::nanoseconds{0}));
  CHECK_FALSE(is_zero(false));
  CHECK_FALSE(is_zero(choice_index{}));
  CHECK_FALSE(is_zero(node{}));
  CHECK_FALSE(is_zero(whole_number{true, 1}));
}
