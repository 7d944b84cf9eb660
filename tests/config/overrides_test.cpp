#include "config/overrides.hpp"

#include "tests/config/support.hpp"

#include <catch2/catch.hpp>

using namespace rr::config;

namespace {

const auto nothing = environment_of({});

document with(std::string_view yaml, const std::vector<std::string>& flags) {
  auto config = document_of(yaml);
  REQUIRE(apply_overrides(config.root, flags, nothing));
  return config;
}

std::string error_of(const std::string& flag) { return parse_override(flag, nothing).error().text; }

} // namespace

TEST_CASE("an override is split at the first equals sign and trimmed", "[config][overrides]") {
  struct row {
    const char* flag;
    const char* key;
    const char* value;
  };
  const auto r = GENERATE(values<row>({
      {"http.address=:8080", "http.address", ":8080"},
      {"a=b=c", "a", "b=c"},
      {" a = b ", "a", "b"},
      {"\"a=b", "a", "b"},
      {" '`\"a=b", "a", "b"},
      {"a=\"b c\"", "a", "b c"},
      {"a='b'", "a", "b"},
      {"a=`b`", "a", "b"},
      {"a=\"\"b\"\"", "a", "b"},
      {"a=\"say \\\"x\\\" now\"", "a", "say \"x\" now"},
      {"a='it\\'s'", "a", "it's"},
      {"a=\"it\\'s\"", "a", "it\\'s"},
      {"a=b\"", "a", "b\""},
      {"a=\"\"", "a", ""},
      {"version=3", "version", "3"},
  }));
  const auto parsed = parse_override(r.flag, nothing);
  CAPTURE(r.flag);
  REQUIRE(parsed);
  CHECK(parsed->key == r.key);
  CHECK(parsed->value == r.value);
}

TEST_CASE("a wrong override is told in the words of the reference", "[config][overrides]") {
  CHECK(error_of("x") == "config_plugin_init:\n\tparse_flag: invalid flag `x`");
  CHECK(error_of("") == "config_plugin_init:\n\tparse_flag: invalid flag ``");
  CHECK(error_of("=x") == "config_plugin_init: key should not be empty");
  CHECK(error_of("  =x") == "config_plugin_init: key should not be empty");
  CHECK(error_of("x=") == "config_plugin_init: value should not be empty");
  CHECK(error_of("x=  ") == "config_plugin_init: value should not be empty");
  CHECK(error_of("a..b=1") == "config_plugin_init:\n\tparse_flag: invalid flag `a..b=1`");
  CHECK(error_of(".=1") == "config_plugin_init:\n\tparse_flag: invalid flag `.=1`");
}

TEST_CASE("an override that is nothing but quotes does not crash", "[config][overrides]") {
  for (const auto* flag : {"\"=\"", "'='", "\"", "=", "a=\"", "a='\\", "\"\"\"=x"}) {
    CAPTURE(flag);
    CHECK_NOTHROW(parse_override(flag, nothing));
  }
}

TEST_CASE("variables in the value of an override are replaced", "[config][overrides]") {
  const auto lookup = environment_of({{"PORT", "81"}});

  CHECK(parse_override("a=:${PORT}", lookup)->value == ":81");
  CHECK(parse_override("a=${NOPE:-tcp}://h:${PORT:-1}", lookup)->value == "tcp://h:81");
  CHECK(parse_override("a=$NOPE", lookup)->value.empty());
}

TEST_CASE("an override sets a path and creates its parents", "[config][overrides]") {
  const auto config = with("http:\n  address: a\n  pool: {debug: true}\n",
                           {"http.address=b", "http.pool.num_workers=4", "new.deep.key=x"});

  CHECK(config.text_or("http.address", "-") == "b");
  CHECK(config.text_or("http.pool.num_workers", "-") == "4");
  CHECK(config.text_or("http.pool.debug", "-") == "true");
  CHECK(config.text_or("new.deep.key", "-") == "x");
  CHECK(config.find("http.pool.num_workers")->tag == scalar_tag::string);
}

TEST_CASE("an override matches keys without case and keeps their spelling", "[config][overrides]") {
  const auto config = with("kv:\n  MyStore: {driver: a}\n", {"KV.mystore.DRIVER=b"});

  REQUIRE(config.root.entries.size() == 1);
  REQUIRE(config.find("kv")->entries.size() == 1);
  CHECK(config.find("kv")->entries[0].key == "MyStore");
  CHECK(config.text_or("kv.mystore.driver", "-") == "b");
}

TEST_CASE("an override replaces lists, scalars and nulls on its way", "[config][overrides]") {
  const auto config = with("a: text\nb:\nc: [1]\nd: {x: 1}\n", {"a.k=1", "b.k=2", "c.k=3", "d=4"});

  CHECK(config.text_or("a.k", "-") == "1");
  CHECK(config.text_or("b.k", "-") == "2");
  CHECK(config.text_or("c.k", "-") == "3");
  CHECK(config.find("c")->items.empty());
  CHECK(config.text_or("d", "-") == "4");
}

TEST_CASE("an override reaches a key that has dots in it", "[config][overrides]") {
  const auto config = with("kv:\n  my.store: {driver: a}\n", {"kv.my.store.driver=b"});

  REQUIRE(config.find("kv")->entries.size() == 1);
  CHECK(config.text_or("kv.my.store.driver", "-") == "b");
}

TEST_CASE("the last override of a key counts", "[config][overrides]") {
  CHECK(with("", {"a=1", "A=2"}).text_or("a", "-") == "2");
}

TEST_CASE("an override knows that it was none of the file", "[config][overrides]") {
  const auto config = with("", {"a.b=1"});

  CHECK(*config.find("a.b")->where.file == "-o");
  CHECK(config.find("a.b")->where.origin == node_origin::override_flag);
}

TEST_CASE("an override that is nested without end is refused", "[config][overrides]") {
  std::string key = "a";
  for (int i = 0; i < 10'000; ++i)
    key += ".a";
  CHECK_FALSE(parse_override(key + "=1", nothing));
}
