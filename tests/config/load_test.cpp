#include "config/load.hpp"

#include "tests/config/support.hpp"

#include <catch2/catch.hpp>

using namespace rr::config;
using Catch::Matchers::Contains;

TEST_CASE("a configuration is loaded from its file", "[config][load]") {
  temporary_directory directory;
  directory.write(".rr.yaml", "version: \"3\"\nhttp:\n  address: 127.0.0.1:${PORT:-8080}\n");
  auto options = directory.options();
  options.environment = environment_of({{"PORT", "81"}});

  const auto config = load(options);

  REQUIRE(config);
  CHECK(config->version == "3");
  CHECK(config->text_or("http.address", "-") == "127.0.0.1:81");
  CHECK(config->files == std::vector<std::string>{directory.at(".rr.yaml")});
  CHECK(config->warnings.empty());
  CHECK(*config->find("http.address")->where.file == ".rr.yaml");
}

TEST_CASE("a JSON configuration is loaded", "[config][load]") {
  temporary_directory directory;
  directory.write("rr.json", R"({"version": "3", "http": {"address": ":80"}})");
  auto options = directory.options();
  options.path = "rr.json";

  CHECK(load(options)->text_or("http.address", "-") == ":80");
}

TEST_CASE("a missing or unknown file is told with its absolute path", "[config][load]") {
  temporary_directory directory;
  directory.write("rr.txt", "");
  directory.write("broken.yaml", "a: [\n");
  auto options = directory.options();

  CHECK(render(load(options).error()) == "open " + directory.at(".rr.yaml") + ": no such file or directory");
  options.path = "rr.txt";
  CHECK(load(options).error().text == "Unsupported Config Type \"txt\"");
  options.path = directory.at("broken.yaml");
  CHECK_THAT(load(options).error().text, Contains("While parsing config: yaml: line "));
}

TEST_CASE("the version must be there and be a string", "[config][load]") {
  struct row {
    const char* yaml;
    const char* error;
  };
  const auto r = GENERATE(values<row>({
      {"http: {}", "rr configuration file should contain a version e.g: version: 3"},
      {"version:", "rr configuration file should contain a version e.g: version: 3"},
      {"", "rr configuration file should contain a version e.g: version: 3"},
      {"version: 3", "config_plugin_init: version should be a string: `version: \"3\"`, actual type is: int"},
      {"version: 2.7",
       "config_plugin_init: version should be a string: `version: \"3\"`, actual type is: float64"},
      {"version: true",
       "config_plugin_init: version should be a string: `version: \"3\"`, actual type is: bool"},
      {"version: [\"3\"]",
       "config_plugin_init: version should be a string: `version: \"3\"`, actual type is: []interface {}"},
      {"version: {a: 1}", "config_plugin_init: version should be a string: `version: \"3\"`, actual type is: "
                          "map[string]interface {}"},
  }));
  temporary_directory directory;
  directory.write(".rr.yaml", r.yaml);
  CAPTURE(r.yaml);
  const auto config = load(directory.options());
  REQUIRE_FALSE(config);
  CHECK(render(config.error()) == r.error);
}

TEST_CASE("version 2.7 only warns", "[config][load]") {
  temporary_directory directory;
  directory.write(".rr.yaml", "version: '2.7'\n");

  const auto config = load(directory.options());

  REQUIRE(config);
  CHECK(config->version == "2.7");
  REQUIRE(config->warnings.size() == 1);
  CHECK(config->warnings[0].level == severity::warning);
  CHECK(config->warnings[0].text ==
        "please, update your configuration version from version: '2.7' to version: '3', see changes here: "
        "https://docs.roadrunner.dev/docs/general/compatibility#v3.0-configuration-and-rr-v2023.x.x");
}

TEST_CASE("the version may come from an override", "[config][load]") {
  temporary_directory directory;
  directory.write(".rr.yaml", "version: 3\n");
  auto options = directory.options();
  options.overrides = {"version=3"};

  CHECK(load(options)->version == "3");
}

TEST_CASE("a wrong override fails the load", "[config][load]") {
  temporary_directory directory;
  directory.write(".rr.yaml", "version: '3'\n");
  auto options = directory.options();
  options.overrides = {"x"};

  CHECK(load(options).error().text == "config_plugin_init:\n\tparse_flag: invalid flag `x`");
}

TEST_CASE("an included section replaces that of the root, later ones win", "[config][include]") {
  temporary_directory directory;
  directory.write(".rr.yaml", "version: '3'\ninclude: [.a.yaml, .b.yaml]\nhttp: {address: root, only: root}\n"
                              "rpc: {listen: root}\n");
  directory.write(".a.yaml", "version: '3'\nHTTP: {address: a}\nkv: {x: a}\nrpc:\n");
  directory.write(".b.yaml", "version: '3'\nkv: {y: b}\nenvfile: x\n");

  const auto config = load(directory.options());

  REQUIRE(config);
  CHECK(config->text_or("http.address", "-") == "a");
  CHECK_FALSE(config->has("http.only"));
  CHECK(config->text_or("rpc.listen", "-") == "root"); // a null is not set and replaces nothing
  CHECK(config->text_or("kv.y", "-") == "b");
  CHECK_FALSE(config->has("kv.x"));
  CHECK_FALSE(config->has("envfile"));
  CHECK(config->files ==
        std::vector<std::string>{directory.at(".rr.yaml"), directory.at(".a.yaml"), directory.at(".b.yaml")});
}

TEST_CASE("variables are replaced in included files and in their paths", "[config][include]") {
  temporary_directory directory;
  directory.write(".rr.yaml", "version: '3'\ninclude: ['${NAME}.yaml']\n");
  directory.write("a.yaml", "version: '${V:-3}'\nhttp: {address: '$NAME'}\n");
  auto options = directory.options();
  options.environment = environment_of({{"NAME", "a"}});

  CHECK(load(options)->text_or("http.address", "-") == "a");
}

TEST_CASE("an override wins over an included section", "[config][include]") {
  temporary_directory directory;
  directory.write(".rr.yaml", "version: '3'\n");
  directory.write(".a.yaml", "version: '3'\nhttp: {address: a, other: a}\n");
  directory.write(".b.yaml", "version: '3'\nrpc: {listen: b}\n");
  auto options = directory.options();
  options.overrides = {"include=.a.yaml .b.yaml", "http.address=flag"};

  const auto config = load(options);

  REQUIRE(config);
  CHECK(config->text_or("http.address", "-") == "flag");
  CHECK(config->text_or("http.other", "-") == "a");
  CHECK(config->text_or("rpc.listen", "-") == "b");
}

TEST_CASE("an include is found beside its file when not in the working directory", "[config][include]") {
  temporary_directory directory;
  directory.write("conf/.rr.yaml", "version: '3'\ninclude: [a.yaml, b.yaml]\n");
  directory.write("conf/a.yaml", "version: '3'\na: {from: conf}\n");
  directory.write("conf/b.yaml", "version: '3'\nb: {from: conf}\n");
  directory.write("b.yaml", "version: '3'\nb: {from: working}\n");
  auto options = directory.options();
  options.path = "conf/.rr.yaml";

  const auto config = load(options);

  REQUIRE(config);
  CHECK(config->text_or("a.from", "-") == "conf");
  CHECK(config->text_or("b.from", "-") == "working");
}

TEST_CASE("an included file must have the version of the root", "[config][include]") {
  struct row {
    const char* yaml;
    const char* error;
  };
  const auto r = GENERATE(values<row>({
      {"http: {}", ".a.yaml: rr configuration file should contain a version e.g: version: 2.7"},
      {"version: 3", ".a.yaml:1:10: type of version should be string, actual: int"},
      {"version: 3.5", ".a.yaml:1:10: type of version should be string, actual: float64"},
      {"version: '2.7'", ".a.yaml:1:10: version in included file must be the same as in root"},
  }));
  temporary_directory directory;
  directory.write(".rr.yaml", "version: '3'\ninclude: [.a.yaml]\n");
  directory.write(".a.yaml", r.yaml);
  CAPTURE(r.yaml);
  const auto config = load(directory.options());
  REQUIRE_FALSE(config);
  CHECK(render(config.error()) == r.error);
}

TEST_CASE("a missing include is told with its absolute path", "[config][include]") {
  temporary_directory directory;
  directory.write(".rr.yaml", "version: '3'\ninclude: [gone.yaml]\n");

  CHECK(render(load(directory.options()).error()) ==
        "open " + directory.at("gone.yaml") + ": no such file or directory");
}

TEST_CASE("includes may be nested", "[config][include]") {
  temporary_directory directory;
  directory.write(".rr.yaml", "version: '3'\ninclude: [d/a.yaml]\n");
  directory.write("d/a.yaml", "version: '3'\ninclude: [b.yaml]\nx: {from: a}\ny: {from: a}\n");
  directory.write("d/b.yaml", "version: '3'\nx: {from: b}\n");

  const auto config = load(directory.options());

  REQUIRE(config);
  CHECK(config->text_or("x.from", "-") == "b");
  CHECK(config->text_or("y.from", "-") == "a");
}

TEST_CASE("the same file may be included twice, but not by itself", "[config][include]") {
  temporary_directory directory;
  directory.write("twice.yaml", "version: '3'\ninclude: [a.yaml, ./a.yaml]\n");
  directory.write("a.yaml", "version: '3'\nx: {from: a}\n");
  directory.write("self.yaml", "version: '3'\ninclude: [self.yaml]\n");
  directory.write("one.yaml", "version: '3'\ninclude: [two.yaml]\n");
  directory.write("two.yaml", "version: '3'\ninclude: [./one.yaml]\n");
  auto options = directory.options();

  options.path = "twice.yaml";
  CHECK(load(options));
  options.path = "self.yaml";
  CHECK(load(options).error().text == "files include each other: self.yaml -> self.yaml");
  options.path = "one.yaml";
  CHECK(load(options).error().text == "files include each other: one.yaml -> two.yaml -> one.yaml");
}

TEST_CASE("includes that multiply are stopped", "[config][include]") {
  temporary_directory directory;
  for (int i = 0; i < 12; ++i) {
    const auto next = std::to_string(i + 1) + ".yaml";
    directory.write(std::to_string(i) + ".yaml", "version: '3'\ninclude: [" + next + ", " + next + "]\n");
  }
  directory.write("12.yaml", "version: '3'\n");
  auto options = directory.options();
  options.path = "0.yaml";

  CHECK_THAT(load(options).error().text, Contains("too many included files"));
}

TEST_CASE("an include that is no list of paths is an error", "[config][include]") {
  temporary_directory directory;
  auto options = directory.options();

  directory.write(".rr.yaml", "version: '3'\ninclude: {a: b}\n");
  CHECK(render(load(options).error()) == ".rr.yaml:2:10: include: expected a list of paths, got "
                                         "\"map[string]interface {}\"");
  directory.write(".rr.yaml", "version: '3'\ninclude: [[a]]\n");
  CHECK_THAT(load(options).error().text, Contains("expected a path"));
  directory.write(".rr.yaml", "version: '3'\ninclude: ['', ~]\n");
  CHECK(load(options));
}

TEST_CASE("an envfile is read only with the experimental flag", "[config][envfile]") {
  temporary_directory directory;
  directory.write("conf/.rr.yaml",
                  "version: '3'\nenvfile: .env\nhttp: {a: '$A', b: '$B', c: '${C:-none}'}\n");
  directory.write("conf/.env", "A=file\nB=file\n");
  auto options = directory.options();
  options.path = "conf/.rr.yaml";
  options.environment = environment_of({{"B", "own"}});

  const auto without = load(options);
  options.experimental = true;
  const auto with = load(options);

  REQUIRE(without);
  CHECK(without->text_or("http.a", "-").empty());
  REQUIRE(without->warnings.size() == 1);
  CHECK(render(without->warnings[0]) ==
        "conf/.rr.yaml:2:10: envfile: ignored: reading it is experimental; start with -e");
  REQUIRE(with);
  CHECK(with->text_or("http.a", "-") == "file");
  CHECK(with->text_or("http.b", "-") == "own"); // the environment wins
  CHECK(with->text_or("http.c", "-") == "none");
  CHECK(with->environment == variable_list{{"A", "file"}});
}

TEST_CASE("a missing envfile fails the start", "[config][envfile]") {
  temporary_directory directory;
  directory.write(".rr.yaml", "version: '3'\nenvfile: gone\n");
  auto options = directory.options();
  options.experimental = true;

  CHECK(render(load(options).error()) ==
        "config_plugin_init: open " + directory.at("gone") + ": no such file or directory");

  directory.write(".rr.yaml", "version: '3'\nenvfile: [a]\n");
  CHECK_THAT(load(options).error().text, Contains("expected a path"));
}

TEST_CASE("unknown sections are warned about, with the nearest name", "[config][load]") {
  const auto config =
      document_of("version: '3'\ninclude: []\nenvfile: x\nendure: {}\nx-anchors: {}\n.base: {}\n"
                  "HTTP: {}\nhtpt: {}\nwebsockets: {}\nhttp.pool: {}\n");

  const auto warnings = check_sections(config, {"http", "rpc", "logs"});

  REQUIRE(warnings.size() == 3);
  CHECK(render(warnings[0]) == ".rr.yaml:8:1: htpt: unknown section; it has no effect; did you mean 'http'?");
  CHECK(render(warnings[1]) == ".rr.yaml:9:1: websockets: unknown section; it has no effect");
  CHECK(render(warnings[2]) ==
        ".rr.yaml:10:1: http.pool: unknown section; it has no effect; write sections as "
        "nested maps, not as one name with dots");
  CHECK(warnings[0].level == severity::warning);
}
