#include "config/text.hpp"

#include <catch2/catch.hpp>

using namespace rr::config;

TEST_CASE("keys are the same without ASCII case", "[config][text]") {
  CHECK(same_key("Http", "hTTP"));
  CHECK(same_key("", ""));
  CHECK_FALSE(same_key("http", "https"));
  CHECK_FALSE(same_key("\xC3\x84", "\xC3\xA4")); // only ASCII letters have a case here
  CHECK(to_lower("AbC-\xC3\x84") == "abc-\xC3\x84");
}

TEST_CASE("trim drops the given characters from both ends", "[config][text]") {
  CHECK(trim("  a b\t\r\n") == "a b");
  CHECK(trim("''a'b'", "'") == "a'b");
  CHECK(trim("   ").empty());
  CHECK(trim("").empty());
}

TEST_CASE("split keeps empty pieces, but gives none for an empty text", "[config][text]") {
  CHECK(split("a,b", ',') == std::vector<std::string>{"a", "b"});
  CHECK(split(",a,,", ',') == std::vector<std::string>{"", "a", "", ""});
  CHECK(split("a", ',') == std::vector<std::string>{"a"});
  CHECK(split("", ',').empty());
}

TEST_CASE("words are separated by runs of blanks", "[config][text]") {
  CHECK(split_words(" .a.yaml \t .b.yaml\n") == std::vector<std::string>{".a.yaml", ".b.yaml"});
  CHECK(split_words("  ").empty());
  CHECK(join(split_words("a b c")) == "a, b, c");
  CHECK(join({}).empty());
}
