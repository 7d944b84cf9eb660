#include "tests/supervisor/trace/scenario.hpp"

#include <catch2/catch.hpp>

using namespace rr;
using namespace rr::trace;

namespace {

std::string with_step(const std::string& step) {
  return R"({"supervisor": {}, "children": [], "steps": [)" + step + "]}";
}

std::string with_child(const std::string& child, const std::string& flags = "{}") {
  return R"({"steps": [], "supervisor": )" + flags + R"(, "children": [)" + child + "]}";
}

} // namespace

TEST_CASE("a scenario's defaults are those of the contract", "[supervisor][trace]") {
  auto s = parse_scenario(with_child(R"({"id": "a"})"));

  REQUIRE(s);
  CHECK(s->supervisor.strategy == restart_strategy::one_for_one);
  CHECK(s->supervisor.intensity.restarts_max == 1);
  CHECK(s->supervisor.intensity.period == milliseconds{5000});
  CHECK(s->supervisor.when_significant_end == auto_shutdown::never);
  auto& a = s->children.at(0);
  CHECK(a.restart == restart_type::permanent);
  CHECK(std::get<milliseconds>(a.shutdown) == milliseconds{5000});
  CHECK(a.starts == std::vector<outcome>{outcome::ok});
  CHECK(a.stop_delay == milliseconds{0});
  CHECK(a.stop_reason == reason::shutdown);
}

TEST_CASE("what is not a scenario is refused with its place", "[supervisor][trace]") {
  auto text = GENERATE(
      std::string{""}, "{", "[]", "null", R"({"children": [], "steps": []})",
      R"({"supervisor": {}, "steps": []})", R"({"supervisor": {}, "children": []})",
      R"({"supervisor": [], "children": [], "steps": []})",
      R"({"supervisor": {}, "children": {}, "steps": []})",
      R"({"supervisor": {}, "children": [], "steps": []} x)", with_child(R"({})"),
      with_child(R"({"id": "A"})"), with_child(R"({"id": "1a"})"), with_child(R"({"id": ""})"),
      with_child(R"({"id": "a", "restart": "always"})"), with_child(R"({"id": "a", "significant": 1})"),
      with_child(R"({"id": "a", "shutdown": 0})"), with_child(R"({"id": "a", "shutdown": -5})"),
      with_child(R"({"id": "a", "shutdown": 1.5})"), with_child(R"({"id": "a", "shutdown": "never"})"),
      with_child(R"({"id": "a", "starts": []})"), with_child(R"({"id": "a", "starts": ["maybe"]})"),
      with_child(R"({"id": "a", "stop_delay_ms": "1"})"),
      with_child(R"({"id": "a", "stop_reason": "killed"})"), with_child(R"({"id": "a", "supervisor": {}})"),
      with_child("", R"({"strategy": "simple_one_for_one"})"),
      with_child(R"({"id": "a"}, {"id": "b"})", R"({"strategy": "simple_one_for_one"})"),
      with_child(R"({"id": "a", "supervisor": {}, "children": []})", R"({"strategy": "simple_one_for_one"})"),
      with_child("", R"({"strategy": "all"})"), with_child("", R"({"intensity": -1})"),
      with_child("", R"({"period_ms": 1500})"), with_child("", R"({"period_ms": 0})"),
      with_child("", R"({"auto_shutdown": true})"));

  INFO(text);
  auto s = parse_scenario(text);
  REQUIRE_FALSE(s);
  CHECK_FALSE(s.error().text.empty());
}

TEST_CASE("steps that are none are refused", "[supervisor][trace]") {
  auto step = GENERATE(
      std::string{R"({"do": "stop"})"}, R"({"at_ms": 5})", R"({"at_ms": 0, "do": "stop"})",
      R"({"at_ms": 5, "do": "wait"})", R"({"at_ms": 5, "do": "exit", "child": "a"})",
      R"({"at_ms": 5, "do": "exit", "reason": "crash"})",
      R"({"at_ms": 5, "do": "exit", "child": "a", "reason": "bored"})",
      R"({"at_ms": 5, "do": "exit", "children": [], "reason": "crash"})",
      R"({"at_ms": 5, "do": "exit", "child": "a//b", "reason": "crash"})",
      R"({"at_ms": 5, "do": "start_child"})", R"({"at_ms": 5, "do": "start_child", "spec": {}})",
      R"({"at_ms": 5, "do": "restart_child"})", R"({"at_ms": 5, "do": "delete_child", "child": "a#0"})",
      R"({"at_ms": 5, "do": "which_children", "sup": 1})",
      R"({"at_ms": 5, "do": "stop"}, {"at_ms": 5, "do": "stop"})",
      R"({"at_ms": 9, "do": "stop"}, {"at_ms": 5, "do": "stop"})");

  INFO(step);
  CHECK_FALSE(parse_scenario(with_step(step)));
}

TEST_CASE("paths name nested children and instances", "[supervisor][trace]") {
  auto s = parse_scenario(
      with_step(R"({"at_ms": 50, "do": "exit", "children": ["a", "s/b", "s/t/c#12"], "reason": "killed"})"));

  REQUIRE(s);
  CHECK(s->steps.at(0).targets == std::vector<std::string>{"a", "s/b", "s/t/c#12"});
}
