#include "plugins/http/header_field.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

using namespace rr::http;

TEST_CASE("a token is made of token characters and is not empty", "[http][header_field]") {
  CHECK(is_token("Content-Type"));
  CHECK(is_token("!#$%&'*+-.^_`|~09azAZ"));
  CHECK_FALSE(is_token(""));
  for (const char c : std::string{"()<>@,;:\\\"/[]?={} \t\r\n\x7f\x80\xff"} + '\0') {
    INFO(static_cast<int>(c));
    CHECK_FALSE(is_token_char(c));
  }
}

TEST_CASE("names become canonical", "[http][header_field]") {
  const auto canonical = [](std::string name) {
    canonicalise(name.data(), name.size());
    return name;
  };
  CHECK(canonical("content-type") == "Content-Type");
  CHECK(canonical("CONTENT-LENGTH") == "Content-Length");
  CHECK(canonical("x--y-") == "X--Y-");
  CHECK(canonical("x_forwarded-4a") == "X_forwarded-4a");
  CHECK(canonical("").empty());
}

TEST_CASE("a canonical name is recognised", "[http][header_field]") {
  for (const auto* name : {"Content-Type", "X", "X-4a", "X_y", "Www-Authenticate", "-A", ""})
    CHECK(is_canonical(name));
  for (const auto* name : {"content-Type", "Content-type", "ETag", "WWW-Authenticate", "X-y"})
    CHECK_FALSE(is_canonical(name));
}

TEST_CASE("names are compared without case", "[http][header_field]") {
  CHECK(same_name("X-Foo", "x-fOO"));
  CHECK_FALSE(same_name("X-Foo", "X-Fo"));
  CHECK_FALSE(same_name("a@", "a`")); // differ in the bit that makes letters upper case
  CHECK(same_name("", ""));
}

TEST_CASE("blanks are trimmed at both ends only", "[http][header_field]") {
  CHECK(trim_blanks(" \t a b\t ") == "a b");
  CHECK(trim_blanks(" \t ").empty());
  CHECK(trim_blanks("a\r").size() == 2);
}

TEST_CASE("the first value of a name is found", "[http][header_field]") {
  const std::vector<header_field> fields = {{"A", "1"}, {"B", "2"}, {"A", "3"}};
  REQUIRE(find_value(fields, "a") != nullptr);
  CHECK(*find_value(fields, "a") == "1");
  CHECK(find_value(fields, "c") == nullptr);
  CHECK(find_value({}, "a") == nullptr);
}

TEST_CASE("a token is found in a comma-separated list", "[http][header_field]") {
  CHECK(list_has("close", "close"));
  CHECK(list_has("TE , Close", "close"));
  CHECK(list_has(",,close,", "close"));
  CHECK_FALSE(list_has("closed", "close"));
  CHECK_FALSE(list_has("clo se", "close"));
  CHECK_FALSE(list_has("", "close"));
}
