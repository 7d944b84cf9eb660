#include "config/utf8.hpp"

#include <catch2/catch.hpp>

using namespace rr::config;

TEST_CASE("well-formed UTF-8 has no bad byte", "[config][utf8]") {
  for (const auto* text : {"", "plain", "\xC3\xA4", "\xE2\x82\xAC", "\xED\x9F\xBF", "\xEE\x80\x80",
                           "\xF0\x9F\x98\x80", "\xF4\x8F\xBF\xBF", "\xE0\xA0\x80", "\xF0\x90\x80\x80"})
    CHECK(find_bad_utf8(text) == std::string_view::npos);
}

TEST_CASE("overlong forms, surrogates, stray and missing bytes are bad", "[config][utf8]") {
  for (const auto* text :
       {"a\x80", "a\xC0\x80", "a\xC1\xBF", "a\xC3", "a\xE2\x82", "a\xE0\x9F\xBF", "a\xED\xA0\x80",
        "a\xF0\x8F\xBF\xBF", "a\xF4\x90\x80\x80", "a\xF5\x80\x80\x80", "a\xFF", "a\xC3("})
    CHECK(find_bad_utf8(text) == 1);
}

TEST_CASE("code points are written in one to four bytes", "[config][utf8]") {
  std::string out;
  for (const auto code_point : {0x41u, 0xE4u, 0x20ACu, 0x1F600u})
    append_utf8(out, code_point);
  CHECK(out == "A\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80");
}
