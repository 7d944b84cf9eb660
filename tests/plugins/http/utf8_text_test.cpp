#include "plugins/http/utf8_text.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace rr::http;

namespace {

std::string clean(std::string_view text) {
  std::string out;
  append_utf8_text(out, text);
  return out;
}

std::string json_of(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

} // namespace

TEST_CASE("ASCII is told from other bytes wherever they stand", "[http][utf8_text]") {
  for (std::size_t size = 0; size < 20; ++size)
    for (std::size_t at = 0; at < size; ++at) {
      std::string text(size, 'x');
      CHECK(is_ascii(text));
      text[at] = '\x80';
      CHECK_FALSE(is_ascii(text));
      CHECK_FALSE(is_utf8(text));
    }
  CHECK(is_utf8("\xC3\xA9\xF0\x9F\x98\x80"));
}

TEST_CASE("bad bytes become U+FFFD one by one", "[http][utf8_text]") {
  const std::string bad = "\xEF\xBF\xBD";
  CHECK(clean("a\xC3\xA9") == "a\xC3\xA9");
  CHECK(clean("\xff") == bad);
  CHECK(clean("a\xC3") == "a" + bad);
  CHECK(clean("\xE2\x82"
              "b") == bad + bad + "b");
  CHECK(clean("\xED\xA0\x80") == bad + bad + bad);
  CHECK(clean("").empty());
}

TEST_CASE("a megabyte of bad bytes is cleaned in one walk", "[http][utf8_text]") {
  CHECK(clean(std::string(1u << 20, '\xff')).size() == 3u << 20);
}

TEST_CASE("a JSON string reads back as the same text", "[http][utf8_text]") {
  std::string every_byte;
  for (int c = 0; c < 0x80; ++c)
    every_byte += static_cast<char>(c);
  every_byte += "\xC3\xA9\xF0\x9F\x98\x80\xE2\x80\xA8";

  CHECK(nlohmann::json::parse(json_of(every_byte)) == every_byte);
  CHECK(json_of("a\"b\\c/\n\x01") == R"("a\"b\\c/\n\u0001")");
  CHECK(json_of("") == R"("")");
  CHECK(nlohmann::json::parse(json_of("\xff\"\x80")) == "\xEF\xBF\xBD\"\xEF\xBF\xBD");
}
