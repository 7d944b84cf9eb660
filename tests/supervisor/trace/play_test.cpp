#include "tests/supervisor/trace/play.hpp"

#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

using namespace rr::trace;

namespace {

const std::string folder = "tests/supervisor/trace/"; // tests run in the root of the sources

std::string content(const std::string& file) {
  std::ifstream in{folder + file, std::ios::binary};
  REQUIRE(in);
  return {std::istreambuf_iterator<char>{in}, {}};
}

std::string trace_of(std::string_view json) {
  auto s = parse_scenario(json);
  REQUIRE(s);
  return play(*s);
}

} // namespace

TEST_CASE("the examples of the contract give their traces", "[supervisor][trace]") {
  auto name = GENERATE(std::string{"example_1"}, "example_2", "example_3", "example_4");

  CHECK(trace_of(content(name + ".json")) == content(name + ".trace"));
}

TEST_CASE("scenarios recorded from OTP 25 give the same traces here", "[supervisor][trace]") {
  std::ifstream in{folder + "recorded.jsonl"};
  std::size_t played = 0;

  for (std::string line; std::getline(in, line); ++played) {
    auto record = nlohmann::json::parse(line);
    INFO("line " << played + 1);
    CHECK(trace_of(record.at("scenario").dump()) == record.at("trace").get<std::string>());
  }

  CHECK(played >= 100);
}

TEST_CASE("the same scenario always gives the same bytes", "[supervisor][trace]") {
  auto text = content("example_2.json");

  CHECK(trace_of(text) == trace_of(text));
}

TEST_CASE("a root that cannot start ends the run whatever steps remain", "[supervisor][trace]") {
  CHECK(
      trace_of(
          R"({"supervisor": {}, "children": [{"id": "a", "stop_delay_ms": 50}, {"id": "b", "starts": ["fail"]}],
                     "steps": [{"at_ms": 500, "do": "which_children"}]})") ==
      "0 start a ok\n0 start b fail\n0 stop a\n50 gone a shutdown\n50 start . fail\nend\n");
}

TEST_CASE("a reply is told before the supervisor that gave it is down", "[supervisor][trace]") {
  CHECK(trace_of(R"({"supervisor": {"intensity": 1}, "children": [{"id": "a", "starts": ["ok", "fail"]},
                       {"id": "b", "stop_delay_ms": 100}],
                     "steps": [{"at_ms": 50, "do": "terminate_child", "child": "b"},
                               {"at_ms": 100, "do": "exit", "child": "a", "reason": "crash"},
                               {"at_ms": 120, "do": "count_children"}]})") ==
        "0 start a ok\n0 start b ok\n0 start . ok\n50 stop b\n100 exit a crash\n150 gone b shutdown\n"
        "150 reply . terminate_child b ok\n150 start a fail\n"
        "150 reply . count_children specs=2 active=0 supervisors=0 workers=2\n150 down . shutdown\nend\n");
}
