#include "config/decode.hpp"

#include "tests/config/support.hpp"

#include <catch2/catch.hpp>

using namespace rr::config;
using namespace std::chrono_literals;

namespace {

enum class relay_mode { pipes, tcp };

struct supervisor_options {
  std::chrono::milliseconds ttl{0};
  std::chrono::seconds tick{5};
};

struct pool_options {
  unsigned num_workers = 0;
  bool debug = false;
  std::chrono::nanoseconds allocate_timeout = 60s;
  std::optional<supervisor_options> supervisor;
};

struct serve_options {
  std::string prefix;
  std::string root = ".";
};

struct server_options {
  std::vector<std::string> command;
  std::string user;
  std::map<std::string, std::string> env;
  relay_mode relay = relay_mode::pipes;
  pool_options pool;
  std::vector<serve_options> serve;
  std::map<std::string, serve_options> pipelines;
  std::optional<int> code;
  std::optional<std::string> note;
  std::optional<std::chrono::seconds> grace;
  std::int8_t small = -1;
  std::uint64_t big = 1;
  double ratio = 0.5;
  std::vector<double> buckets{0.1, 1};
  node raw;
  std::string password;
};

section<serve_options> serve_section() {
  section<serve_options> s{"serve", "Files."};
  s.field("prefix", &serve_options::prefix, {.required = true}).field("root", &serve_options::root);
  return s;
}

section<pool_options> pool_section() {
  section<supervisor_options> supervisor{"supervisor", "Limits."};
  supervisor.field("ttl", &supervisor_options::ttl, {.doc = "Life of a worker."})
      .field("watch_tick", &supervisor_options::tick, {.zero_means_default = true});
  section<pool_options> s{"pool", "Workers."};
  s.field("num_workers", &pool_options::num_workers,
          {.default_text = "number of CPUs",
           .unit = "processes",
           .doc = "How many workers run.",
           .max = 500,
           .range_text = "number of workers can't be more than 500"})
      .field("debug", &pool_options::debug)
      .field("allocate_timeout", &pool_options::allocate_timeout, {.zero_means_default = true})
      .sub("supervisor", &pool_options::supervisor, supervisor);
  return s;
}

section<server_options> server_section() {
  section<server_options> s{"server", "The server."};
  s.field("command", &server_options::command, {.command = true, .required = true})
      .field("user", &server_options::user)
      .map("env", &server_options::env)
      .choice("relay", &server_options::relay, {{"pipes", relay_mode::pipes}, {"tcp", relay_mode::tcp}})
      .sub("pool", &server_options::pool, pool_section())
      .list("serve", &server_options::serve, serve_section())
      .map("pipelines", &server_options::pipelines, serve_section())
      .field("code", &server_options::code, {.min = 100, .max = 599})
      .field("note", &server_options::note)
      .field("grace", &server_options::grace)
      .field("small", &server_options::small)
      .field("big", &server_options::big)
      .field("ratio", &server_options::ratio)
      .field("buckets", &server_options::buckets)
      .field("raw", &server_options::raw)
      .field("password", &server_options::password, {.secret = true})
      .ignored({"relay_timeout"}, "Of older files.");
  return s;
}

struct outcome {
  tl::expected<server_options, problems> result;
  problems warnings;
};

outcome decoded(const std::string& lines) {
  std::string yaml = "server:\n";
  for (std::size_t from = 0; from < lines.size();) {
    const auto to = std::min(lines.find('\n', from), lines.size());
    yaml += "  " + lines.substr(from, to - from) + "\n";
    from = to + 1;
  }
  problems warnings;
  auto result = decode(document_of(yaml), "server", server_section(), warnings);
  return {std::move(result), std::move(warnings)};
}

std::vector<std::string> errors_of(const std::string& lines) {
  const auto out = decoded("command: php\n" + lines);
  std::vector<std::string> texts;
  if (!out.result)
    for (const auto& p : out.result.error())
      texts.push_back(render(p));
  return texts;
}

using texts = std::vector<std::string>;

} // namespace

TEST_CASE("every kind of field is decoded", "[config][decode]") {
  const auto out =
      decoded("command: php worker.php --list=1,2\n"
              "USER: www\n"
              "env: [{Foo: 1}, {BAR: x}]\n"
              "relay: TCP\n"
              "pool: {num_workers: 4, debug: 1, allocate_timeout: 1m30s, supervisor: {ttl: 5s}}\n"
              "serve: [{prefix: /a}, {prefix: /b, root: r}]\n"
              "pipelines: {MyPipe: {prefix: /p}}\n"
              "code: '0xC8'\n"
              "note: ''\n"
              "grace: 10s\n"
              "small: -128\n"
              "big: 18446744073709551615\n"
              "ratio: 1\n"
              "buckets: [1, 2.5]\n"
              "raw: {any: [thing]}\n"
              "password: 123\n");

  REQUIRE(out.result);
  const auto& o = *out.result;
  CHECK(o.command == texts{"php", "worker.php", "--list=1,2"});
  CHECK(o.user == "www");
  CHECK(o.env == text_map{{"Foo", "1"}, {"BAR", "x"}});
  CHECK(o.relay == relay_mode::tcp);
  CHECK(o.pool.num_workers == 4);
  CHECK(o.pool.debug);
  CHECK(o.pool.allocate_timeout == 90s);
  REQUIRE(o.pool.supervisor);
  CHECK(o.pool.supervisor->ttl == 5s);
  CHECK(o.pool.supervisor->tick == 5s);
  REQUIRE(o.serve.size() == 2);
  CHECK(o.serve[1].root == "r");
  REQUIRE(o.pipelines.count("MyPipe") == 1); // names keep their case
  CHECK(o.pipelines.at("MyPipe").prefix == "/p");
  CHECK(o.code == 200);
  CHECK(o.note == "");
  CHECK(o.grace == 10s);
  CHECK(o.small == -128);
  CHECK(o.big == std::numeric_limits<std::uint64_t>::max());
  CHECK(o.ratio == 1);
  CHECK(o.buckets == number_list{1, 2.5});
  CHECK(o.raw.find("any")->is_list());
  CHECK(o.password == "123");
  CHECK(out.warnings.empty());
}

TEST_CASE("what is not set keeps its initial value", "[config][decode]") {
  const auto out = decoded("command: php\nuser:\npool:\ncode: ~\n");

  REQUIRE(out.result);
  CHECK(out.result->pool.allocate_timeout == 60s);
  CHECK_FALSE(out.result->pool.supervisor);
  CHECK_FALSE(out.result->code);
  CHECK_FALSE(out.result->note);
  CHECK(out.result->small == -1);
  CHECK(out.result->buckets == number_list{0.1, 1});
}

TEST_CASE("an absent section gives the initial values without checks", "[config][decode]") {
  problems warnings;
  const auto result = decode(document_of("other: 1\n"), "server", server_section(), warnings);

  REQUIRE(result);
  CHECK(result->command.empty());
}

TEST_CASE("zero means the default where the field says so", "[config][decode]") {
  const auto out =
      decoded("command: php\npool: {allocate_timeout: 0, supervisor: {watch_tick: 0s, ttl: 0}}\n");

  REQUIRE(out.result);
  CHECK(out.result->pool.allocate_timeout == 60s);
  CHECK(out.result->pool.supervisor->tick == 5s);
  CHECK(out.result->pool.supervisor->ttl == 0s);
  CHECK(out.warnings.empty());
}

TEST_CASE("an empty map makes an optional section present", "[config][decode]") {
  CHECK(decoded("command: php\npool: {supervisor: {}}\n").result->pool.supervisor);
  CHECK_FALSE(decoded("command: php\npool: {supervisor: ~}\n").result->pool.supervisor);
}

TEST_CASE("a wrong value names file, line, column, key and remedy", "[config][decode]") {
  CHECK(errors_of("pool: {num_workers: abc}") == texts{".rr.yaml:3:23: server.pool.num_workers: cannot read "
                                                       "'abc' as a number; give a whole number such as 4"});
  CHECK(errors_of("pool: {num_workers: 501}") == texts{".rr.yaml:3:23: server.pool.num_workers: number of "
                                                       "workers can't be more than 500; give a value from 0 "
                                                       "to 500"});
  CHECK(errors_of("pool: {num_workers: -1}").size() == 1);
  CHECK(errors_of("code: 99") ==
        texts{".rr.yaml:3:9: server.code: '99' is out of range; give a value from 100 to 599"});
  CHECK(errors_of("small: 128").size() == 1);
  CHECK(errors_of("big: -1").size() == 1);
  CHECK(errors_of("big: 18446744073709551616").size() == 1);
}

TEST_CASE("all wrong values are told at once", "[config][decode]") {
  const auto errors =
      errors_of("code: x\nrelay: udp\npool: {debug: maybe, supervisor: {ttl: 5}}\nserve: [{}, 1]\n");

  CHECK(errors.size() == 5);
}

TEST_CASE("a wrong shape is an error, never an absent section", "[config][decode]") {
  CHECK(errors_of("pool: text") ==
        texts{".rr.yaml:3:9: server.pool: expected a map or struct, got \"string\"; write "
              "its keys below it, indented"});
  CHECK(errors_of("pool: {supervisor: 5}") == texts{".rr.yaml:3:22: server.pool.supervisor: expected a map "
                                                    "or struct, got \"int\"; write its keys below it, "
                                                    "indented"});
  CHECK(errors_of("pool: []").size() == 1);
  CHECK(errors_of("serve: text").size() == 1);
  CHECK(errors_of("pipelines: [a]").size() == 1);
  CHECK(errors_of("pipelines: {a: text}").size() == 1);

  problems warnings;
  const auto root = decode(document_of("server: text\n"), "server", server_section(), warnings);
  REQUIRE_FALSE(root);
  CHECK(root.error()[0].text == "expected a map or struct, got \"string\"");
}

TEST_CASE("a list of sections numbers its elements and takes a single map", "[config][decode]") {
  CHECK(errors_of("serve: [{prefix: /}, {root: r}]") ==
        texts{".rr.yaml:3:24: server.serve[1].prefix: prefix should not be empty; set it"});
  CHECK(decoded("command: php\nserve: {prefix: /a}\n").result->serve.size() == 1);
}

TEST_CASE("a required key must be there and not be empty", "[config][decode]") {
  for (const auto* lines : {"user: x", "command:", "command: ''", "command: []"}) {
    const auto out = decoded(lines);
    CAPTURE(lines);
    REQUIRE_FALSE(out.result);
    REQUIRE(out.result.error().size() == 1);
    CHECK(out.result.error()[0].key == "server.command");
    CHECK(out.result.error()[0].text == "command should not be empty");
  }
}

TEST_CASE("an unknown key is a warning with the nearest key", "[config][decode]") {
  const auto out = decoded("command: php\ncomand: x\npool: {num_wokers: 1}\nzzz: 1\nrelay_timeout: 5s\n");

  REQUIRE(out.result);
  REQUIRE(out.warnings.size() == 3);
  CHECK(render(out.warnings[0]) ==
        ".rr.yaml:3:3: server.comand: unknown key; it has no effect; did you mean 'command'?");
  CHECK(out.warnings[1].key == "server.pool.num_wokers");
  CHECK(out.warnings[1].remedy == "did you mean 'num_workers'?");
  CHECK(out.warnings[2].remedy.empty());
  CHECK(out.warnings[2].level == severity::warning);
}

TEST_CASE("an open section has no unknown keys", "[config][decode]") {
  section<serve_options> s{"x", ""};
  s.open_ended();
  problems warnings;

  CHECK(decode(document_of("x: {any: 1}\n"), "x", s, warnings));
  CHECK(warnings.empty());
}

TEST_CASE("a duration without a unit is a warning that names its key", "[config][decode]") {
  const auto out = decoded("command: php\npool: {allocate_timeout: 60}\n");

  REQUIRE(out.result);
  CHECK(out.result->pool.allocate_timeout == 60ns);
  REQUIRE(out.warnings.size() == 1);
  CHECK(out.warnings[0].key == "server.pool.allocate_timeout");
}

TEST_CASE("a coarse duration is rounded up, so that it does not become zero", "[config][decode]") {
  const auto out = decoded("command: php\ngrace: 1ms\npool: {supervisor: {ttl: 1us}}\n");

  REQUIRE(out.result);
  CHECK(out.result->grace == 1s);
  CHECK(out.result->pool.supervisor->ttl == 1ms);
}

TEST_CASE("a section that is a map of names takes all of its keys", "[config][decode]") {
  struct kv_options {
    std::map<std::string, serve_options> storages;
  };
  section<kv_options> s{"kv", "Storages."};
  s.names(&kv_options::storages, serve_section());
  problems warnings;

  const auto result =
      decode(document_of("kv:\n  Fast: {prefix: /f}\n  slow: {prefix: /s}\n  gone:\n"), "kv", s, warnings);
  const auto wrong = decode(document_of("kv:\n  Fast: {root: r}\n  slow: text\n"), "kv", s, warnings);

  REQUIRE(result);
  CHECK(result->storages.size() == 2);
  CHECK(result->storages.at("Fast").prefix == "/f");
  CHECK(warnings.empty());
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().size() == 2);
  CHECK(wrong.error()[0].key == "kv.Fast.prefix");
}

TEST_CASE("a check sees the decoded struct", "[config][decode]") {
  section<serve_options> s{"serve", ""};
  s.field("prefix", &serve_options::prefix).check([](const serve_options& o) {
    return o.prefix.starts_with('/') ? std::string{} : std::string{"prefix must begin with a forward slash"};
  });
  problems warnings;

  CHECK(decode(document_of("s: {prefix: /x}\n"), "s", s, warnings));
  const auto wrong = decode(document_of("s: {prefix: x}\n"), "s", s, warnings);
  REQUIRE_FALSE(wrong);
  CHECK(render(wrong.error()[0]) == ".rr.yaml:1:4: s: prefix must begin with a forward slash");
  CHECK(decode(document_of("s: {prefix: [1]}\n"), "s", s, warnings).error().size() ==
        1); // not checked when wrong
}

TEST_CASE("a tree kept by one section is decoded by another", "[config][decode]") {
  const auto out = decoded("command: php\nraw: {prefix: /x, root: 5}\n");
  REQUIRE(out.result);
  problems warnings;

  const auto inner = decode(out.result->raw, "server.raw", serve_section(), warnings);

  REQUIRE(inner);
  CHECK(inner->root == "5");
}

TEST_CASE("an expanded or overridden value is decoded like a written one", "[config][decode]") {
  temporary_directory directory;
  directory.write(".rr.yaml", "version: '3'\nserver: {command: php, pool: {num_workers: '${N}'}}\n");
  auto options = directory.options();
  options.environment = environment_of({{"N", "7"}});
  options.overrides = {"server.pool.debug=true", "server.pool.allocate_timeout=5s", "server.code=abc"};
  const auto config = load(options);
  REQUIRE(config);
  problems warnings;

  const auto wrong = decode(*config, "server", server_section(), warnings);
  const auto pool = decode(*config, "server.pool", pool_section(), warnings);

  REQUIRE_FALSE(wrong);
  CHECK(render(wrong.error()[0]) ==
        "-o: server.code: cannot read 'abc' as a number; give a whole number such as 4");
  REQUIRE(pool);
  CHECK(pool->num_workers == 7);
  CHECK(pool->debug);
  CHECK(pool->allocate_timeout == 5s);
}

TEST_CASE("the problems of a section carry the name that users search for", "[config][decode]") {
  const auto out = decoded("command: php\ncode: x\n");
  CHECK(render(out.result.error()).starts_with("config_plugin_unmarshal_key: decoding failed"));
}
