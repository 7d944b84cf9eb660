#include "config/reader.hpp"

#include "tests/config/support.hpp"

#include <catch2/catch.hpp>

using namespace rr::config;

namespace {

node value_of(const std::string& json) {
  const auto parsed = read_json("{\"k\":" + json + "}", "rr.json");
  if (!parsed)
    throw std::runtime_error(parsed.error().text);
  return parsed->root.entries.at(0).value;
}

std::string error_of(std::string_view json) {
  const auto parsed = read_json(json, "rr.json");
  return parsed ? "no error" : parsed.error().text;
}

} // namespace

TEST_CASE("JSON values have their types", "[config][json]") {
  CHECK(value_of("\"x\"").tag == scalar_tag::string);
  CHECK(value_of("\"3\"").tag == scalar_tag::string);
  CHECK(value_of("3").tag == scalar_tag::integer);
  CHECK(value_of("-3").text == "-3");
  CHECK(value_of("0").tag == scalar_tag::integer);
  CHECK(value_of("1.5e-3").tag == scalar_tag::floating);
  CHECK(value_of("1E5").tag == scalar_tag::floating);
  CHECK(value_of("0.5").tag == scalar_tag::floating);
  CHECK(value_of("99999999999999999999").tag == scalar_tag::floating);
  CHECK(value_of("true").tag == scalar_tag::boolean);
  CHECK(value_of("null").is_null());
  CHECK(value_of(" [ 1 , [ ] , { } ] ").items.size() == 3);
  CHECK(value_of("{\"a\":{\"b\":1}}").find("a.b")->text == "1");
}

TEST_CASE("JSON escapes are read, surrogate pairs included", "[config][json]") {
  CHECK(value_of(R"("\"\\\/\b\f\n\r\t")").text == "\"\\/\b\f\n\r\t");
  CHECK(value_of(R"("\u0041\u00e4\u20AC")").text == "A\xC3\xA4\xE2\x82\xAC");
  CHECK(value_of(R"("\uD83D\uDE00")").text == "\xF0\x9F\x98\x80");
}

TEST_CASE("JSON nodes know their lines and columns", "[config][json]") {
  const auto parsed = read_json("{\n  \"a\": 1,\r\n  \"b\": [\n    true]}", "rr.json");

  REQUIRE(parsed);
  CHECK(parsed->root.child("a")->where.line == 2);
  CHECK(parsed->root.child("a")->where.column == 8);
  CHECK(parsed->root.entries[1].where.line == 3);
  CHECK(parsed->root.child("b")->items[0].where.line == 4);
  CHECK(parsed->root.child("b")->items[0].where.column == 5);
}

TEST_CASE("wrong JSON is an error with its line", "[config][json]") {
  struct row {
    const char* json;
    const char* error;
  };
  const auto r = GENERATE(values<row>({
      {"", "While parsing config: json: line 1: unexpected end"},
      {"{", "While parsing config: json: line 1: expected a key in double quotes"},
      {"{\"a\"}", "While parsing config: json: line 1: expected ':' after a key"},
      {"{\"a\":}", "While parsing config: json: line 1: expected a value"},
      {"{\"a\":1,}", "While parsing config: json: line 1: expected a key in double quotes"},
      {"{\"a\":1 \"b\":2}", "While parsing config: json: line 1: expected ',' or '}'"},
      {"{\"a\":[1,]}", "While parsing config: json: line 1: expected a value"},
      {"{\"a\":[1 2]}", "While parsing config: json: line 1: expected ',' or ']'"},
      {"{\n\"a\":tru}", "While parsing config: json: line 2: expected a value"},
      {"{\"a\":01}", "While parsing config: json: line 1: expected a value"},
      {"{\"a\":1.}", "While parsing config: json: line 1: expected a value"},
      {"{\"a\":.5}", "While parsing config: json: line 1: expected a value"},
      {"{\"a\":+1}", "While parsing config: json: line 1: expected a value"},
      {"{\"a\":0x1}", "While parsing config: json: line 1: expected a value"},
      {"{\"a\":\"x}", "While parsing config: json: line 1: a string does not end"},
      {"{\"a\":\"x\ny\"}", "While parsing config: json: line 1: a control character inside a string"},
      {"{\"a\":\"\\x\"}", "While parsing config: json: line 1: a bad escape inside a string"},
      {"{\"a\":\"\\u12\"}", "While parsing config: json: line 1: a bad escape inside a string"},
      {"{\"a\":\"\\uD83D\"}", "While parsing config: json: line 1: a bad escape inside a string"},
      {"{\"a\":\"\\uDE00\"}", "While parsing config: json: line 1: a bad escape inside a string"},
      {"{\"a\":\"\\uD83Dx\"}", "While parsing config: json: line 1: a bad escape inside a string"},
      {"{\"a\":\"\\", "While parsing config: json: line 1: a bad escape inside a string"},
      {"{} x", "While parsing config: json: line 1: text after the end of the document"},
      {"{}{}", "While parsing config: json: line 1: text after the end of the document"},
      {"[]", "While parsing config: json: line 1: expected a map of sections, got \"slice\""},
      {"1", "While parsing config: json: line 1: expected a map of sections, got \"int\""},
      {"null", "While parsing config: json: line 1: expected a map of sections, got \"nil\""},
      {"{\"a\":1,\n\"a\":2}",
       "While parsing config: json: line 2: mapping key \"a\" already defined at line 1"},
      {"{\"a\":\"\xff\"}", "While parsing config: json: line 1: invalid UTF-8"},
  }));
  CAPTURE(r.json);
  CHECK(error_of(r.json) == r.error);
}

TEST_CASE("a NUL byte ends nothing in JSON", "[config][json]") {
  CHECK(error_of(std::string_view{"{\"a\":1\0}", 8}) ==
        "While parsing config: json: line 1: expected ',' or '}'");
  CHECK(error_of(std::string_view{"\0", 1}) == "While parsing config: json: line 1: expected a value");
}

TEST_CASE("deep JSON is an error, not a crash", "[config][json]") {
  std::string maps;
  for (int i = 0; i < 100'000; ++i)
    maps += "{\"a\":";
  CHECK(error_of(maps) == "While parsing config: json: line 1: exceeded max depth of 64");
  CHECK(error_of("{\"a\":" + std::string(100'000, '[')) ==
        "While parsing config: json: line 1: exceeded max depth of 64");
}

TEST_CASE("JSON with too many values is an error", "[config][json]") {
  std::string json = "{\"a\":[0";
  for (int i = 0; i < 250'000; ++i)
    json += ",0";
  CHECK(error_of(json + "]}") ==
        "While parsing config: json: line 1: document contains excessive aliasing or is too large");
}

TEST_CASE("the extension decides the format", "[config][reader]") {
  CHECK(read_text("a: 1", "x.yaml"));
  CHECK(read_text("a: 1", "x.YML"));
  CHECK(read_text("a: 1", ".yaml"));
  CHECK(read_text("a: 1", "/dir.json/.rr.yaml"));
  CHECK(read_text(R"({"a": 1})", "x.json"));
  CHECK_FALSE(read_text("a: 1", "x.json"));
  CHECK(read_text("", "x.txt").error().text == "Unsupported Config Type \"txt\"");
  CHECK(read_text("", "/dir.yaml/config").error().text == "Unsupported Config Type \"\"");
}

TEST_CASE("a file is read whole or its error told", "[config][reader]") {
  temporary_directory directory;
  directory.write("x", "text\n");
  directory.write("big", std::string(file_bytes_max + 1, 'x'));
  directory.write("just", std::string(file_bytes_max, 'x'));

  CHECK(read_bytes(directory.at("x")).value() == "text\n");
  CHECK(read_bytes(directory.at("just"))->size() == file_bytes_max);
  CHECK(read_bytes(directory.at("big")).error().text ==
        "open " + directory.at("big") + ": the file is larger than 4194304 bytes");
  CHECK(read_bytes(directory.at("gone")).error().text ==
        "open " + directory.at("gone") + ": no such file or directory");
  CHECK(read_bytes(directory.at("")).error().text == "open " + directory.at("") + ": is a directory");
}
