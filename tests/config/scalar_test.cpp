#include "config/scalar.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

using namespace rr::config;

TEST_CASE("only true and false are booleans", "[config][scalar]") {
  for (const auto* text : {"true", "True", "TRUE", "false", "False", "FALSE"})
    CHECK(resolve_tag(text) == scalar_tag::boolean);
  for (const auto* text : {"yes", "no", "on", "off", "y", "n", "Yes", "NO", "On", "OFF", "tRUE", "truee"})
    CHECK(resolve_tag(text) == scalar_tag::string);
}

TEST_CASE("nulls have four spellings and the empty one", "[config][scalar]") {
  for (const auto* text : {"", "~", "null", "Null", "NULL"})
    CHECK_FALSE(resolve_tag(text));
  CHECK(resolve_tag("nULL") == scalar_tag::string);
  CHECK(resolve_tag("nil") == scalar_tag::string);
}

TEST_CASE("whole numbers are read in every notation", "[config][scalar]") {
  struct row {
    const char* text;
    bool negative;
    std::uint64_t magnitude;
  };
  const auto r = GENERATE(values<row>({{"0", false, 0},
                                       {"42", false, 42},
                                       {"-42", true, 42},
                                       {"+42", false, 42},
                                       {"-0", false, 0},
                                       {"0x1F", false, 31},
                                       {"-0x1f", true, 31},
                                       {"0o17", false, 15},
                                       {"0O17", false, 15},
                                       {"0b101", false, 5},
                                       {"0B1", false, 1},
                                       {"0777", false, 511},
                                       {"00", false, 0},
                                       {"1_000", false, 1000},
                                       {"0x_ff", false, 255},
                                       {"18446744073709551615", false, 18446744073709551615u},
                                       {"-9223372036854775808", true, 9223372036854775808u}}));
  CAPTURE(r.text);
  CHECK(resolve_tag(r.text) == scalar_tag::integer);
  CHECK(parse_integer(r.text) == whole_number{r.negative, r.magnitude});
}

TEST_CASE("what only looks like a whole number is none", "[config][scalar]") {
  for (const auto* text : {"", "-", "+", "0x", "0b2", "0o8", "08", "1.0", "1e3", "--1", "+-1", "1 ", " 1",
                           "_1", "12abc", "18446744073709551616", "-9223372036854775809", "0x-1"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_integer(text));
  }
  CHECK_FALSE(parse_integer(std::string(100'000, '1')));
}

TEST_CASE("fractions are read", "[config][scalar]") {
  struct row {
    const char* text;
    double value;
  };
  const auto r = GENERATE(values<row>({{"1.5", 1.5},
                                       {"-1.5", -1.5},
                                       {"+1.5", 1.5},
                                       {".5", 0.5},
                                       {"1.", 1},
                                       {"1e3", 1000},
                                       {"1E-3", 0.001},
                                       {"12e03", 12000},
                                       {"08", 8},
                                       {"18446744073709551616", 18446744073709551616.0}}));
  CAPTURE(r.text);
  CHECK(resolve_tag(r.text) == scalar_tag::floating);
  CHECK(parse_float(r.text) == r.value);
}

TEST_CASE("infinity and not-a-number are floats with a leading dot", "[config][scalar]") {
  CHECK(parse_float(".inf") == std::numeric_limits<double>::infinity());
  CHECK(parse_float("+.INF") == std::numeric_limits<double>::infinity());
  CHECK(parse_float("-.Inf") == -std::numeric_limits<double>::infinity());
  CHECK(std::isnan(parse_float(".NaN").value()));
  CHECK(resolve_tag(".inf") == scalar_tag::floating);
  CHECK(resolve_tag("inf") == scalar_tag::string);
  CHECK(resolve_tag("nan") == scalar_tag::string);
}

TEST_CASE("what only looks like a fraction is a string", "[config][scalar]") {
  for (const auto* text : {"1.2.3", "127.0.0.1:8080", ":8080", "1e", "1e+", ".", "-.", "e3", "1.5s", "10:30",
                           "-a", "0x1p3", "...", "2001-12-14", "1,5", "1_a"}) {
    CAPTURE(text);
    CHECK(resolve_tag(text) == scalar_tag::string);
    CHECK_FALSE(parse_float(text));
  }
  CHECK_FALSE(parse_float("1e999"));
  CHECK_FALSE(parse_float(std::string(100'000, '1')));
}

TEST_CASE("a whole number is a float too", "[config][scalar]") {
  CHECK(parse_float("42") == 42);
  CHECK(parse_float("-0x10") == -16);
}

TEST_CASE("booleans in strings are the twelve that Go reads", "[config][scalar]") {
  for (const auto* text : {"1", "t", "T", "TRUE", "true", "True"})
    CHECK(parse_bool(text) == true);
  for (const auto* text : {"0", "f", "F", "FALSE", "false", "False"})
    CHECK(parse_bool(text) == false);
  for (const auto* text : {"", "yes", "no", "on", "2", "tRue", " true"})
    CHECK_FALSE(parse_bool(text));
}

TEST_CASE("numbers are shown in decimal without an exponent", "[config][scalar]") {
  CHECK(format_number(0.1) == "0.1");
  CHECK(format_number(1.0) == "1");
  CHECK(format_number(-2.5) == "-2.5");
  CHECK(format_number(1e21) == "1000000000000000000000");
  CHECK(format_number(5e-324).size() > 300);
  CHECK(format_number(std::numeric_limits<double>::infinity()) == "+Inf");
  CHECK(format_number(-std::numeric_limits<double>::infinity()) == "-Inf");
  CHECK(format_number(std::nan("")) == "NaN");
  CHECK(format_number(whole_number{true, 9223372036854775808u}) == "-9223372036854775808");
}
