#include "config/section.hpp"

#include "config/describe_markdown.hpp"

#include <catch2/catch.hpp>

using namespace rr::config;
using namespace std::chrono_literals;

namespace {

enum class mode { fast, slow };

struct inner_options {
  std::string driver = "memory";
};

struct outer_options {
  unsigned workers = 4;
  int offset = -3;
  bool debug = false;
  double ratio = 0.25;
  std::chrono::seconds timeout{60};
  std::string address = "127.0.0.1:80";
  std::vector<std::string> output{"stderr", "x"};
  std::vector<double> buckets{0.5, 1};
  std::map<std::string, std::string> env{{"a", "1"}};
  std::optional<int> code;
  mode speed = mode::slow;
  inner_options one;
  std::vector<inner_options> many;
  std::map<std::string, inner_options> named;
  std::vector<std::string> command;
  node raw;
};

section<outer_options> outer_section() {
  section<inner_options> inner{"inner", "Inner."};
  inner.field("driver", &inner_options::driver, {.doc = "Which one."});
  section<outer_options> s{"outer", "An outer section."};
  s.field("workers", &outer_options::workers, {.unit = "processes", .doc = "How many.", .min = 1, .max = 500})
      .field("offset", &outer_options::offset, {.min = -5})
      .field("debug", &outer_options::debug)
      .field("ratio", &outer_options::ratio, {.max = 1})
      .field("timeout", &outer_options::timeout, {.max = 3600, .bare_unit = 1s, .zero_means_default = true})
      .field("address", &outer_options::address, {.default_text = "all | of it", .required = true})
      .field("output", &outer_options::output)
      .field("buckets", &outer_options::buckets)
      .field("env", &outer_options::env)
      .field("code", &outer_options::code)
      .choice("speed", &outer_options::speed, {{"fast", mode::fast}, {"slow", mode::slow}})
      .sub("one", &outer_options::one, inner)
      .list("many", &outer_options::many, inner)
      .map("named", &outer_options::named, inner)
      .field("command", &outer_options::command, {.command = true})
      .field("raw", &outer_options::raw)
      .ignored({"old"});
  return s;
}

std::string default_of(std::string_view key) { return outer_section().info()->find(key)->default_text; }

} // namespace

TEST_CASE("the documented default is the initial value of the member", "[config][section]") {
  CHECK(default_of("workers") == "4");
  CHECK(default_of("offset") == "-3");
  CHECK(default_of("debug") == "false");
  CHECK(default_of("ratio") == "0.25");
  CHECK(default_of("timeout") == "1m");
  CHECK(default_of("address") == "all | of it");
  CHECK(default_of("output") == "stderr, x");
  CHECK(default_of("buckets") == "0.5, 1");
  CHECK(default_of("env") == "a: 1");
  CHECK(default_of("code").empty());
  CHECK(default_of("speed") == "slow");
  CHECK(default_of("raw").empty());
}

TEST_CASE("a field knows the limits of its member", "[config][section]") {
  const auto info = outer_section().info();

  CHECK(info->find("workers")->integer_min == 0);
  CHECK(info->find("workers")->integer_max == 4294967295u);
  CHECK(info->find("code")->integer_min == std::numeric_limits<int>::min());
  CHECK(info->find("code")->optional);
  CHECK(info->find("WORKERS") != nullptr);
  CHECK(info->find("nope") == nullptr);
}

TEST_CASE("a walk visits every key with its full path, outer before inner", "[config][section]") {
  std::vector<std::string> paths;
  walk(*outer_section().info(), "outer",
       [&](const std::string& path, const field_info&) { paths.push_back(path); });

  CHECK(paths == std::vector<std::string>{"outer.workers",
                                          "outer.offset",
                                          "outer.debug",
                                          "outer.ratio",
                                          "outer.timeout",
                                          "outer.address",
                                          "outer.output",
                                          "outer.buckets",
                                          "outer.env",
                                          "outer.code",
                                          "outer.speed",
                                          "outer.one",
                                          "outer.one.driver",
                                          "outer.many",
                                          "outer.many[].driver",
                                          "outer.named",
                                          "outer.named.<name>.driver",
                                          "outer.command",
                                          "outer.raw",
                                          "outer.old"});
}

TEST_CASE("a walk shows a section of names and starts anywhere", "[config][section]") {
  section<inner_options> inner{"inner", ""};
  inner.field("driver", &inner_options::driver);
  section<outer_options> s{"kv", ""};
  s.names(&outer_options::named, inner);
  std::vector<std::string> paths;
  const auto collect = [&](const std::string& path, const field_info&) { paths.push_back(path); };

  walk(*s.info(), "kv", collect);
  walk(*inner.info(), "", collect);

  CHECK(paths == std::vector<std::string>{"kv.<name>", "kv.<name>.driver", "driver"});
}

TEST_CASE("a description is one Markdown table", "[config][describe_markdown]") {
  const auto page = describe_markdown(*outer_section().info(), "outer");
  const auto has = [&](const std::string& line) { return page.find(line + "\n") != std::string::npos; };

  CHECK(page.starts_with("## `outer`\n\nAn outer section.\n\n"
                         "| key | type | default | unit | meaning |\n|---|---|---|---|---|\n"));
  CHECK(has("| `outer.workers` | whole number | `4` | processes | How many. From 1 to 500. |"));
  CHECK(has("| `outer.offset` | whole number | `-3` |  | At least -5. |"));
  CHECK(has("| `outer.ratio` | number | `0.25` |  | At most 1. |"));
  CHECK(has("| `outer.timeout` | duration | `1m` |  | At most 1h. 0 means the default. A bare number counts "
            "in units "
            "of 1s. |"));
  CHECK(has("| `outer.address` | string | `all \\| of it` |  | Required. |"));
  CHECK(has("| `outer.output` | list of strings | `stderr, x` |  |  |"));
  CHECK(has("| `outer.buckets` | list of numbers | `0.5, 1` |  |  |"));
  CHECK(has("| `outer.env` | map of strings | `a: 1` |  |  |"));
  CHECK(has("| `outer.speed` | name | `slow` |  | One of fast, slow. |"));
  CHECK(has("| `outer.one` | section |  |  |  |"));
  CHECK(has("| `outer.many` | list of sections |  |  |  |"));
  CHECK(has("| `outer.many[].driver` | string | `memory` |  | Which one. |"));
  CHECK(has("| `outer.named` | sections by name |  |  |  |"));
  CHECK(has("| `outer.command` | command |  |  |  |"));
  CHECK(has("| `outer.raw` | any |  |  |  |"));
  CHECK(has("| `outer.old` | ignored |  |  | Accepted, without effect. |"));
}
