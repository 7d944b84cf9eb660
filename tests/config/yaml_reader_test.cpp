#include "config/reader.hpp"

#include "tests/config/support.hpp"

#include <catch2/catch.hpp>

using namespace rr::config;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

std::string error_of(std::string_view yaml) {
  const auto parsed = read_yaml(yaml, ".rr.yaml");
  return parsed ? "no error" : parsed.error().text;
}

node value_of(const std::string& yaml) {
  const auto config = document_of("k: " + yaml + "\n");
  const auto* found = config.find("k");
  return found == nullptr ? node{} : *found;
}

} // namespace

TEST_CASE("plain scalars have the types of yaml.v3", "[config][yaml]") {
  struct row {
    const char* yaml;
    scalar_tag tag;
  };
  const auto r =
      GENERATE(values<row>({{"true", scalar_tag::boolean},        {"yes", scalar_tag::string},
                            {"off", scalar_tag::string},          {"12", scalar_tag::integer},
                            {"0x1F", scalar_tag::integer},        {"0o17", scalar_tag::integer},
                            {"0b11", scalar_tag::integer},        {"0777", scalar_tag::integer},
                            {"1_000", scalar_tag::integer},       {"1.5", scalar_tag::floating},
                            {".inf", scalar_tag::floating},       {"text", scalar_tag::string},
                            {"127.0.0.1:80", scalar_tag::string}, {":8080", scalar_tag::string},
                            {"'3'", scalar_tag::string},          {"\"true\"", scalar_tag::string},
                            {"''", scalar_tag::string},           {"!!str 3", scalar_tag::string},
                            {"!!int '3'", scalar_tag::integer},   {"!!int x", scalar_tag::string},
                            {"!!float 3", scalar_tag::floating},  {"!!bool 'true'", scalar_tag::boolean},
                            {"!custom 3", scalar_tag::string},    {"|\n  3", scalar_tag::string},
                            {">\n  true", scalar_tag::string}}));
  CAPTURE(r.yaml);
  CHECK(value_of(r.yaml).is_scalar());
  CHECK(value_of(r.yaml).tag == r.tag);
}

TEST_CASE("nulls are nulls, quoted ones are not", "[config][yaml]") {
  for (const auto* yaml : {"", "~", "null", "Null", "NULL", "!!null ''"})
    CHECK(value_of(yaml).is_null());
  CHECK(value_of("'null'").text == "null");
  CHECK(value_of("\"\"").is_scalar());
}

TEST_CASE("escapes of double quotes and block scalars work", "[config][yaml]") {
  CHECK(value_of(R"("a\n\t\u00e4\x41")").text == "a\n\t\xC3\xA4"
                                                 "A");
  CHECK(value_of("|\n  a\n  b\n").text == "a\nb\n");
  CHECK(value_of(">-\n  a\n  b").text == "a b");
}

TEST_CASE("anchors and aliases copy values", "[config][yaml]") {
  const auto config =
      document_of("a: &x {n: 1, l: [1, 2]}\nb: *x\nc: &t text\nd: *t\ne: &n\nf: *n\n? &key q\n: *key\n");

  CHECK(config.text_or("b.n", "-") == "1");
  CHECK(config.find("b.l")->items.size() == 2);
  CHECK(config.text_or("d", "-") == "text");
  CHECK_FALSE(config.has("f"));
  CHECK(config.text_or("q", "-") == "q");
}

TEST_CASE("a merge key adds what is not set", "[config][yaml]") {
  const auto config = document_of("base: &base {a: 1, b: 2}\n"
                                  "other: &other {b: 3, c: 4}\n"
                                  "one: {<<: *base, b: own}\n"
                                  "late:\n  b: own\n  <<: *base\n"
                                  "two: {<<: [*base, *other]}\n"
                                  "inline: {<<: {z: 9}}\n"
                                  "quoted: {'<<': 1}\n");

  CHECK(config.text_or("one.a", "-") == "1");
  CHECK(config.text_or("one.b", "-") == "own");
  CHECK(config.text_or("late.b", "-") == "own");
  CHECK(config.text_or("late.a", "-") == "1");
  CHECK(config.text_or("two.b", "-") == "2"); // the first of several wins
  CHECK(config.text_or("two.c", "-") == "4");
  CHECK(config.text_or("inline.z", "-") == "9");
  CHECK(config.has("quoted.<<"));
  CHECK_FALSE(config.has("one.<<"));
}

TEST_CASE("a merged map keeps its own merges", "[config][yaml]") {
  const auto config = document_of("a: &a {x: 1}\nb: &b {<<: *a, y: 2}\nc: {<<: *b}\n");
  CHECK(config.text_or("c.x", "-") == "1");
  CHECK(config.text_or("c.y", "-") == "2");
}

TEST_CASE("a merge key needs maps", "[config][yaml]") {
  CHECK(error_of("a: {<<: 1}") ==
        "While parsing config: yaml: line 1: map merge requires map or sequence of maps as the value");
  CHECK_THAT(error_of("a: {<<: [1]}"), Contains("map merge requires map"));
}

TEST_CASE("a duplicate key is an error in the words of yaml.v3", "[config][yaml]") {
  const auto parsed = read_yaml("a: 1\nb:\n  c: 1\n  c: 2\n", ".rr.yaml");

  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().text == "While parsing config: yaml: unmarshal errors:\n"
                               "  line 4: mapping key \"c\" already defined at line 3");
  CHECK(parsed.error().line == 4);
  CHECK(parsed.error().column == 3);
}

TEST_CASE("keys that differ only in case are a warning and the later one counts", "[config][yaml]") {
  const auto config = document_of("http: {a: 1}\nHTTP: {a: 2}\n");

  CHECK(config.text_or("http.a", "-") == "2");
  CHECK(config.root.entries.size() == 1);
  REQUIRE(config.warnings.size() == 1);
  CHECK(config.warnings[0].level == severity::warning);
  CHECK(render(config.warnings[0]) == ".rr.yaml:2:1: HTTP: the key is given twice, the first time as 'http' "
                                      "at line 1; this one counts; keys are "
                                      "compared without case: keep one of them");
}

TEST_CASE("keys may be numbers and booleans", "[config][yaml]") {
  const auto config = document_of("1: a\ntrue: b\n");
  CHECK(config.text_or("1", "-") == "a");
  CHECK(config.text_or("true", "-") == "b");
}

TEST_CASE("keys must be scalars", "[config][yaml]") {
  CHECK_THAT(error_of("? [a]\n: 1\n"), Contains("a key must be a scalar"));
  CHECK_THAT(error_of("? {a: 1}\n: 1\n"), Contains("a key must be a scalar"));
  CHECK_THAT(error_of("~: 1\n"), Contains("a key must be a scalar"));
}

TEST_CASE("only the first document is read", "[config][yaml]") {
  CHECK(document_of("---\na: 1\n---\na: 2\nb: [\n").text_or("a", "-") == "1");
  CHECK(document_of("a: 1\n...\nb: 2\n").root.entries.size() == 1);
}

TEST_CASE("an empty text is an empty map", "[config][yaml]") {
  for (const auto* yaml : {"", "\n", "# comment\n", "---\n", "~", "\xEF\xBB\xBF"}) {
    CAPTURE(yaml);
    const auto parsed = read_yaml(yaml, ".rr.yaml");
    REQUIRE(parsed);
    CHECK(parsed->root.is_map());
    CHECK(parsed->root.entries.empty());
  }
}

TEST_CASE("the top must be a map", "[config][yaml]") {
  CHECK(error_of("text") == "While parsing config: yaml: line 1: expected a map of sections, got \"string\"");
  CHECK_THAT(error_of("- a"), Contains("expected a map of sections, got \"slice\""));
}

TEST_CASE("a syntax error names its line", "[config][yaml]") {
  CHECK_THAT(error_of("a: 1\nb: [1, 2\nc: 3\n"), StartsWith("While parsing config: yaml: line "));
  CHECK_THAT(error_of("a: 1\nb: *nope\n"), StartsWith("While parsing config: yaml: line 2: "));
  CHECK_THAT(error_of("a:\n\t- b\n"), StartsWith("While parsing config: yaml: line "));
  CHECK_THAT(error_of("a: 'x\n"), StartsWith("While parsing config: yaml: line "));
  CHECK_THAT(error_of("a: b: c\n"), StartsWith("While parsing config: yaml: line 1: "));
  CHECK_THAT(error_of("a: \"\\q\"\n"), StartsWith("While parsing config: yaml: line 1: "));

  const auto parsed = read_yaml("a: 1\nb: *nope\n", "x.yaml");
  CHECK(parsed.error().file == "x.yaml");
  CHECK(parsed.error().line == 2);
}

TEST_CASE("an anchor that contains itself is an error", "[config][yaml]") {
  CHECK(error_of("a: &x [*x]\n") ==
        "While parsing config: yaml: line 1: the value of an anchor contains itself");
  CHECK_THAT(error_of("a: &x {b: {c: *x}}\n"), Contains("contains itself"));
}

TEST_CASE("a bomb of aliases is an error", "[config][yaml]") {
  std::string yaml = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    const auto before = "*a" + std::to_string(i - 1);
    yaml += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 10; ++j)
      yaml += (j == 0 ? "" : ", ") + before;
    yaml += "]\n";
  }
  CHECK_THAT(error_of(yaml), Contains("excessive aliasing"));
}

TEST_CASE("a bomb of merge keys is an error", "[config][yaml]") {
  std::string yaml = "a0: &a0 {x: 1, y: 2}\n";
  for (int i = 1; i < 40; ++i) {
    const auto n = std::to_string(i), before = std::to_string(i - 1);
    yaml += "a" + n + ": &a" + n + " {p" + n + ": *a" + before + ", q" + n + ": *a" + before + "}\n";
  }
  CHECK_THAT(error_of(yaml), Contains("excessive aliasing"));
}

TEST_CASE("a long text that is repeated by aliases is an error", "[config][yaml]") {
  std::string yaml = "a: &a " + std::string(1'000'000, 'x') + "\nb: [";
  for (int i = 0; i < 100; ++i)
    yaml += "*a, ";
  CHECK_THAT(error_of(yaml + "]\n"), Contains("excessive aliasing"));
}

TEST_CASE("aliases cannot nest deeper than the limit", "[config][yaml]") {
  std::string yaml = "a0: &a0 [x]\n";
  for (int i = 1; i < 100; ++i)
    yaml += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) + "]\n";
  CHECK_THAT(error_of(yaml), Contains("exceeded max depth of 64"));
}

TEST_CASE("deep nesting is an error, not a crash", "[config][yaml]") {
  CHECK_THAT(error_of("a: " + std::string(100'000, '[')), StartsWith("While parsing config: yaml: "));
  CHECK_THAT(error_of("a: " + std::string(65, '[') + std::string(65, ']')),
             Contains("exceeded max depth of 64"));
  CHECK(error_of("a: " + std::string(60, '[') + std::string(60, ']')) == "no error");
  std::string maps, blocks, dashes = "a:\n ";
  for (int i = 0; i < 1000; ++i) {
    maps += "{a: ";
    blocks += std::string(static_cast<std::size_t>(i), ' ') + "a:\n";
    dashes += "- ";
  }
  CHECK_THAT(error_of(maps), StartsWith("While parsing config: yaml: "));
  CHECK_THAT(error_of(blocks), StartsWith("While parsing config: yaml: "));
  CHECK_THAT(error_of(dashes), StartsWith("While parsing config: yaml: "));
}

TEST_CASE("bytes that no YAML may hold are an error", "[config][yaml]") {
  CHECK(error_of("a: \xff\n") == "While parsing config: yaml: line 1: invalid UTF-8");
  CHECK(error_of("a: 1\nb: \x01\n") ==
        "While parsing config: yaml: line 2: control characters are not allowed");
  CHECK_THAT(error_of(std::string_view{"a\0b", 3}), Contains("control characters"));
}

TEST_CASE("JSON is YAML too", "[config][yaml]") {
  const auto config =
      document_of(R"({"version": "3", "http": {"pool": {"num_workers": 4}, "list": [1, "a", null]}})");
  CHECK(config.text_or("http.pool.num_workers", "-") == "4");
  CHECK(config.find("http.list")->items.size() == 3);
}

TEST_CASE("a quote that does not end swallows nothing silently", "[config][yaml]") {
  for (const auto* yaml :
       {"a: 'x", "a: 'x\n", "a: 'x\n  ", "a: \"x\nb: y\n", "a: 'x\n...\n", "a: [\n'x\n]\n"}) {
    CAPTURE(yaml);
    CHECK_THAT(error_of(yaml), Contains("a quote does not end"));
  }
  CHECK(document_of("a: 'x\n\n  y'\n").text_or("a", "-") == "x\ny");
}

TEST_CASE("a line without its colon is an error", "[config][yaml]") {
  CHECK(error_of("a: b\nc\n") == "While parsing config: yaml: line 2: could not find expected ':'");
  CHECK(error_of("h:\n  x: 1\n  debug\n") ==
        "While parsing config: yaml: line 3: could not find expected ':'");
  CHECK(error_of("\xC3\xA4: 1\nb\n") == "While parsing config: yaml: line 2: could not find expected ':'");
  CHECK(error_of("? a\n? b\n") == "no error");
  CHECK(error_of("a: {b, c}\n") == "no error");
  CHECK(error_of("a:\nb :\nc: ~\n'd':\n") == "no error");
}

TEST_CASE("text after the first value is an error unless a document starts", "[config][yaml]") {
  CHECK(error_of("{a: 1}\nb: 2\n") ==
        "While parsing config: yaml: line 2: did not find expected <document start>");
  CHECK_THAT(error_of("{a: 1}\n@\n"), Contains("line 2: "));
  for (const auto* yaml : {"{a: 1}\n", "{a: 1}\n# c\n", "{a: 1}\n---\nb: 2\n", "{a: 1}\n...\n# c\nb: 2\n",
                           "{a: 1}\r\n---\r\n@x\r\n", "{a: 1}\n...\n%YAML 1.2\n---\nb\n"}) {
    CAPTURE(yaml);
    CHECK(error_of(yaml) == "no error");
  }
}

TEST_CASE("frequent slips are told in the words of yaml.v3", "[config][yaml]") {
  struct row {
    const char* yaml;
    const char* error;
  };
  const auto r = GENERATE(values<row>({
      {"a: b: c\n", "line 1: mapping values are not allowed in this context"},
      {"a:\n\tb: 1\n", "line 2: mapping values are not allowed in this context"},
      {"a:\n  b: 1\n c: 2\n", "line 3: did not find expected key"},
      {"a: 1\n- b\n", "line 2: did not find expected key"},
      {"a: @x\n", "line 1: found character that cannot start any token"},
      {"a: - b\n", "line 1: block sequence entries are not allowed in this context"},
      {"a: *x\n", "line 1: unknown anchor referenced"},
      {"a: [1, 2\n", "line 2: did not find expected ',' or ']'"},
      {"a: {b: 1 c: 2}\n", "line 1: did not find expected ',' or '}'"},
  }));
  CHECK(error_of(r.yaml) == std::string{"While parsing config: yaml: "} + r.error);
}
