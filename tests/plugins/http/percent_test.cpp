#include "plugins/http/percent.hpp"

#include <catch2/catch.hpp>

using namespace rr::http;

namespace {

std::string decoded(std::string_view text, bool plus_is_space = false) {
  std::string out;
  return append_unescaped(out, text, plus_is_space) ? out : "BAD";
}

} // namespace

TEST_CASE("escapes are decoded", "[http][percent]") {
  CHECK(decoded("a%20b%2Fc%2f") == "a b/c/");
  CHECK(decoded("%00%ff") == std::string("\0\xff", 2));
  CHECK(decoded("").empty());
}

TEST_CASE("a plus is a space in forms only", "[http][percent]") {
  CHECK(decoded("a+b", true) == "a b");
  CHECK(decoded("a+b", false) == "a+b");
}

TEST_CASE("bad escapes are told", "[http][percent]") {
  for (const auto* text : {"%", "%2", "%zz", "%2z", "%z2", "a%", "%%20", "% 20"}) {
    INFO(text);
    CHECK(decoded(text) == "BAD");
    CHECK_FALSE(has_valid_escapes(text));
  }
  CHECK(has_valid_escapes("a%20%2F%aA"));
  CHECK(has_valid_escapes(""));
}

TEST_CASE("bytes are escaped in upper case", "[http][percent]") {
  std::string out;
  append_escaped(out, '\xfe');
  append_escaped(out, ' ');
  CHECK(out == "%FE%20");
}
