#include "config/expand.hpp"

#include "tests/config/support.hpp"

#include <catch2/catch.hpp>

using namespace rr::config;

namespace {

std::string expanded(std::string_view text) {
  return expand(text, environment_of({{"SET", "value"},
                                      {"PORT", "8080"},
                                      {"EMPTY", ""},
                                      {"A", "a"},
                                      {"MONEY", "$SET"},
                                      {"snake_case_1", "lower"}}))
      .value();
}

} // namespace

TEST_CASE("variables are replaced as documented", "[config][expand]") {
  struct row {
    const char* text;
    const char* result;
  };
  const auto r = GENERATE(values<row>({
      // the value or an empty string
      {"$SET", "value"},
      {"${SET}", "value"},
      {"$NOPE", ""},
      {"${NOPE}", ""},
      {"$EMPTY", ""},
      {"x${SET}y", "xvaluey"},
      {"127.0.0.1:$PORT", "127.0.0.1:8080"},
      {"$SET$PORT", "value8080"},
      {"$SET-$PORT", "value-8080"},
      {"$snake_case_1", "lower"},
      {"$SETx", ""},
      // names of one character
      {"$$", ""},
      {"$$SET", "SET"},
      {"$1abc", "abc"},
      {"$*$#$@$!$?$-", ""},
      {"a$-b", "ab"},
      {"${*}", ""},
      // defaults
      {"${NOPE:-def}", "def"},
      {"${EMPTY:-def}", "def"},
      {"${SET:-def}", "value"},
      {"${NOPE:-}", ""},
      {"${NOPE:-127.0.0.1:80}", "127.0.0.1:80"},
      {"${NOPE:-a b}", "a b"},
      // a dollar that starts nothing is kept
      {"$", "$"},
      {"a$", "a$"},
      {"$ a", "$ a"},
      {"100$.", "100$."},
      {"$/x", "$/x"},
      {"$\xC3\xA4", "$\xC3\xA4"},
      // odd braces
      {"${}", ""},
      {"a${}b", "ab"},
      {"${SET", "SET"},
      {"a${", "a"},
      {"a}b", "a}b"},
      // looked up literally
      {"${SET:x}", ""},
      {"${SET-x}", ""},
      {"${SET:=x}", ""},
      // several references
      {"${A:-tcp}://h:${P:-1}", "a://h:1"},
      {"${A:-x}${NOPE:-y}", "ay"},
      // nothing to replace
      {"", ""},
      {"plain", "plain"},
  }));
  CAPTURE(r.text);
  CHECK(expanded(r.text) == r.result);
}

TEST_CASE("every default is evaluated for its own reference", "[config][expand]") {
  struct row {
    const char* text;
    const char* result;
  };
  // The reference turns all of these into an empty string.
  const auto r = GENERATE(values<row>({
      {"x${SET}y ${MISSING:-d}", "xvaluey d"},
      {"${NOPE:-x} $SET", "x value"},
      {"${SET} a:-b", "value a:-b"},
      {"a:-b $SET", "a:-b value"},
      {"${NOPE:-B:-C}", "B:-C"},
      {"${SET:-B:-C}", "value"},
      {"${NOPE:-${SET:-x}}", "value"},
      {"${NOPE:-${GONE:-x}}", "x"},
      {"${NOPE:-${GONE:-${LOST:-deep}}}!", "deep!"},
      {"${NOPE:-tcp://${SET}:${PORT}}", "tcp://value:8080"},
  }));
  CAPTURE(r.text);
  CHECK(expanded(r.text) == r.result);
}

TEST_CASE("a default is literal but for braced references", "[config][expand]") {
  CHECK(expanded("${NOPE:-$SET}") == "$SET");
  CHECK(expanded("${NOPE:-a$SET b}") == "a$SET b");
  CHECK(expanded("${SET:-${A}}") == "value");
}

TEST_CASE("a value is not expanded again", "[config][expand]") { CHECK(expanded("$MONEY") == "$SET"); }

TEST_CASE("a default with an unclosed brace ends at the first one that closes", "[config][expand]") {
  CHECK(expanded("${NOPE:-x${A}") == "xA");
  CHECK(expanded("${SET:-x${A} y") == "value y");
}

TEST_CASE("hostile references end soon", "[config][expand]") {
  std::string nested, open, defaults;
  for (int i = 0; i < 20'000; ++i) {
    nested += "${X:-";
    open += "${";
    defaults += "${X:-${}";
  }
  CHECK(expand(nested + std::string(20'000, '}'), environment_of({})));
  CHECK(expand(open, environment_of({}))->empty());
  CHECK(expand(open + "}", environment_of({}))->empty());
  CHECK(expand(defaults, environment_of({})));
}

TEST_CASE("a value that grows beyond the limit is an error", "[config][expand]") {
  const auto lookup = environment_of({{"BIG", std::string(100'000, 'x')}});
  std::string text;
  for (int i = 0; i < 100'000; ++i)
    text += "$BIG";

  const auto result = expand(text, lookup);

  REQUIRE_FALSE(result);
  CHECK(result.error().text == "a value is longer than 1048576 bytes after its variables were replaced");
}

TEST_CASE("a tree is expanded in maps, lists and maps inside lists, but not in keys", "[config][expand]") {
  auto config = document_of("$SET: 1\n"
                            "text: '$SET'\n"
                            "number: 5\n"
                            "list: [$SET, 1, true, plain]\n"
                            "maps: [{path: $SET, inner: [$SET]}]\n"
                            "deep: {a: {b: '${NOPE:-x}'}}\n");

  REQUIRE(expand_tree(config.root, environment_of({{"SET", "8080"}})));

  CHECK(config.has("$SET"));
  CHECK(config.find("text")->text == "8080");
  CHECK(config.find("text")->tag == scalar_tag::string); // the type does not change
  CHECK(config.find("text")->where.origin == node_origin::environment);
  CHECK(config.find("number")->where.origin == node_origin::file);
  const auto& list = config.find("list")->items;
  REQUIRE(list.size() == 4); // elements of other types are kept
  CHECK(list[0].text == "8080");
  CHECK(list[1].text == "1");
  CHECK(config.find("maps")->items[0].child("path")->text == "8080");
  CHECK(config.find("maps")->items[0].child("inner")->items[0].text == "8080");
  CHECK(config.text_or("deep.a.b", "-") == "x");
}

TEST_CASE("a tree whose texts grow beyond the limit is an error with a place", "[config][expand]") {
  std::string yaml;
  for (int i = 0; i < 200; ++i)
    yaml += "k" + std::to_string(i) + ": $BIG\n";
  auto config = document_of(yaml);

  const auto result = expand_tree(config.root, environment_of({{"BIG", std::string(1'000'000, 'x')}}));

  REQUIRE_FALSE(result);
  CHECK(result.error().text == "the expanded configuration is too large");
  CHECK(result.error().line == 17);
}

TEST_CASE("a value that grows too long keeps its place in the error", "[config][expand]") {
  auto config = document_of("a: 1\nb: $BIG$BIG\n");

  const auto result = expand_tree(config.root, environment_of({{"BIG", std::string(900'000, 'x')}}));

  REQUIRE_FALSE(result);
  CHECK(result.error().line == 2);
}

TEST_CASE("the process environment tells set from not set", "[config][expand]") {
  ::setenv("RR_CONFIG_TEST_SET", "yes", 1);
  ::setenv("RR_CONFIG_TEST_EMPTY", "", 1);
  ::unsetenv("RR_CONFIG_TEST_GONE");
  const auto lookup = process_environment();

  CHECK(lookup("RR_CONFIG_TEST_SET") == "yes");
  CHECK(lookup("RR_CONFIG_TEST_EMPTY") == "");
  CHECK_FALSE(lookup("RR_CONFIG_TEST_GONE"));
}
