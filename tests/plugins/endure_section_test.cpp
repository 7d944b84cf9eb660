#include "plugins/endure_section.hpp"

#include "tests/plugins/config_text.hpp"

using namespace rr;
using namespace rr::test;
using namespace std::chrono_literals;

TEST_CASE("a missing endure section means the defaults (case 20)", "[endure_section]") {
  auto o = read_endure(document_of("version: '3'\n"));

  REQUIRE(o);
  CHECK(o->grace_period == 30s);
  CHECK(o->container.log_least == log_level::error);
  CHECK_FALSE(o->container.print_graph);
  CHECK(o->warning.empty());
}

TEST_CASE("the endure section is read, keys of old files are tolerated (case 20)", "[endure_section]") {
  auto o = read_endure(document_of("endure:\n  grace_period: 10s\n  print_graph: true\n  log_level: warn\n"
                                   "  retry_on_fail: true\n  watchdog_sec: 5\n"));

  REQUIRE(o);
  CHECK(o->grace_period == 10s);
  CHECK(o->container.print_graph);
  CHECK(o->container.log_least == log_level::warn);
}

TEST_CASE("each log level of the container is known (case 20)", "[endure_section]") {
  auto level = [](const std::string& name) {
    auto o = read_endure(document_of("endure: {log_level: " + name + "}\n"));
    REQUIRE(o);
    CHECK(o->warning.empty());
    return o->container.log_least;
  };

  CHECK(level("debug") == log_level::debug);
  CHECK(level("info") == log_level::info);
  CHECK(level("warn") == log_level::warn);
  CHECK(level("warning") == log_level::warn);
  CHECK(level("error") == log_level::error);
}

TEST_CASE("an unknown log level is a warning in the words of the reference (case 20)", "[endure_section]") {
  auto name = GENERATE("foobar", "panic", "Error");

  auto o = read_endure(document_of("endure: {log_level: " + std::string{name} + "}\n"));

  REQUIRE(o);
  CHECK(o->container.log_least == log_level::error);
  CHECK(o->warning == "Failed to parse log level, using default (error): unknown log level \"" +
                          std::string{name} + "\" (allowed: debug, info, warn, error)");
}

TEST_CASE("a grace period that cannot be read is an error", "[endure_section]") {
  auto o = read_endure(document_of("endure: {grace_period: soon}\n"));

  REQUIRE_FALSE(o);
  CHECK(render(o.error()).find("endure.grace_period") != std::string::npos);
}
