#include "plugins/http/json_cursor.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

using namespace rr::http;

namespace {

/// Whether the cursor takes `text` as one whole value.
bool accepts(std::string_view text) {
  std::string arena;
  arena.reserve(text.size());
  json_cursor json{text, arena};
  return json.skip_value() && json.at_end();
}

std::string read_text(std::string_view text) {
  std::string arena;
  arena.reserve(text.size());
  std::string_view out;
  return json_cursor{text, arena}.read_string(out) ? std::string{out} : "BAD";
}

} // namespace

TEST_CASE("a cursor walks over objects and arrays", "[http][json_cursor]") {
  std::string arena(0, ' ');
  arena.reserve(100);
  json_cursor json{R"( { "a" : [ 1 , "x" ] , "b" : null } )", arena};
  std::vector<std::string> seen;

  const bool done = json.read_object([&](std::string_view key) {
    seen.emplace_back(key);
    if (json.peek() == 'n')
      return json.read_null();
    return json.read_array([&] {
      std::string_view value;
      const bool read = json.peek() == '"' ? json.read_string(value) : json.read_number(value);
      seen.emplace_back(value);
      return read;
    });
  });

  CHECK(done);
  CHECK(json.at_end());
  CHECK(seen == std::vector<std::string>{"a", "1", "x", "b"});
}

TEST_CASE("a callback that says no ends the walk", "[http][json_cursor]") {
  std::string arena;
  int calls = 0;
  json_cursor json{"[1,2,3]", arena};
  CHECK_FALSE(json.read_array([&] {
    std::string_view number;
    return json.read_number(number) && ++calls < 2;
  }));
  CHECK(calls == 2);
}

TEST_CASE("strings are views unless they have escapes", "[http][json_cursor]") {
  std::string arena;
  arena.reserve(100);
  const std::string text = R"("plain" "esc\taped" "x")";
  json_cursor json{text, arena};
  std::string_view first, second, third;
  REQUIRE((json.read_string(first) && json.read_string(second) && json.read_string(third)));

  CHECK(first.data() == text.data() + 1);
  CHECK(second == "esc\taped");
  CHECK(second.data() == arena.data());
  CHECK(third == "x");
  CHECK(arena == "esc\taped");
}

TEST_CASE("surrogates count in pairs only", "[http][json_cursor]") {
  CHECK(read_text(R"("\ud83d\ude00")") == "\xF0\x9F\x98\x80");
  CHECK(read_text(R"("\uD800\uDC00")") == "\xF0\x90\x80\x80");
  CHECK(read_text(R"("\uDBFF\uDFFF")") == "\xF4\x8F\xBF\xBF");
  CHECK(read_text(R"("\ud800")") == "BAD");
  CHECK(read_text(R"("\udc00\ud800")") == "BAD");
  CHECK(read_text(R"("\ud800\ud800")") == "BAD");
  CHECK(read_text(R"("\ud800x")") == "BAD");
  CHECK(read_text(R"("\u0000")") == std::string(1, '\0'));
}

TEST_CASE("the cursor and nlohmann accept the same texts", "[http][json_cursor]") {
  for (const std::string text : {"0",
                                 "-0",
                                 "1",
                                 "10",
                                 "-1.5e+10",
                                 "1E5",
                                 "1e-5",
                                 "00",
                                 "01",
                                 "-",
                                 "-a",
                                 "1.",
                                 ".1",
                                 "1e",
                                 "1e+",
                                 "+1",
                                 "0x1",
                                 "1a",
                                 "NaN",
                                 "Infinity",
                                 "true",
                                 "false",
                                 "null",
                                 "True",
                                 "nul",
                                 "nulll",
                                 "\"\"",
                                 "\"a",
                                 "\"\\\"",
                                 "\"\\",
                                 "\"\\u",
                                 "\"\\u00e",
                                 "\"\\u00e9\"",
                                 "\"\\a\"",
                                 "\"\t\"",
                                 "\"\x7f\"",
                                 "\"\xC3\xA9\"",
                                 "\"\xC3\"",
                                 "\"\xC0\x80\"",
                                 "\"\xED\xA0\x80\"",
                                 "[]",
                                 "[ ]",
                                 "[1]",
                                 "[1,]",
                                 "[,1]",
                                 "[1 2]",
                                 "[1,2",
                                 "]",
                                 "{}",
                                 "{ }",
                                 "{\"a\":1}",
                                 "{\"a\":1,}",
                                 "{\"a\":1 \"b\":2}",
                                 "{\"a\" 1}",
                                 "{1:2}",
                                 "{\"a\":{\"b\":[{}]}}",
                                 "",
                                 " ",
                                 "\n\t\r 1 \n",
                                 "\f1",
                                 "\v1",
                                 "1 1",
                                 "[1]]",
                                 "/**/1",
                                 "'a'"}) {
    INFO(text);
    CHECK(accepts(text) == nlohmann::json::accept(text));
  }
}

TEST_CASE("one changed byte makes the same difference for both", "[http][json_cursor]") {
  const std::string good = R"({"status":200,"headers":{"A":["1","\u00e9\n",-2.5e3],"B":null},"x":[true,{}]})";
  REQUIRE(accepts(good));
  for (std::size_t at = 0; at < good.size(); ++at)
    for (const char c :
         {'"', '\\', '{', '}', '[', ']', ',', ':', '0', '-', '.', 'e', 'u', ' ', '\n', '\x01', '\xff'}) {
      auto text = good;
      text[at] = c;
      INFO(text);
      CHECK(accepts(text) == nlohmann::json::accept(text));
    }
}
