#include "tests/supervisor/supervisor_recorder.hpp"

#include <catch2/catch.hpp>

using namespace rr;
using namespace rr::test;

namespace {

supervisor_spec patient(restart_strategy strategy, unsigned restarts_max = 3) {
  auto spec = supervisor_of(strategy, {child_named("a"), child_named("b"), child_named("c")}, restarts_max);
  spec.intensity.period = 60s;
  spec.waits.emplace();
  spec.waits->jitter = 0;
  return spec; // waits 100 ms, 200 ms, ... 10 s; reset after 10 s
}

} // namespace

TEST_CASE("with back-off a restart waits, longer each time", "[supervisor][back_off]") {
  supervisor_recorder s{patient(restart_strategy::one_for_one)};
  s.boot();
  s.log();

  for (auto wait : {100ms, 200ms, 400ms}) {
    s.exit("a");
    CHECK(s.ask(child_request::which) == "a=restarting b=running c=running");
    s.log();
    s.advance(wait - 1ms);
    CHECK(s.log().empty());
    s.advance(1ms);
    CHECK(s.log() == lines{"start a"});
  }
  CHECK(s.state == "running");
}

TEST_CASE("waits start over once a child has lived long enough", "[supervisor][back_off]") {
  supervisor_recorder s{patient(restart_strategy::one_for_one)};
  s.boot();
  s.exit("a");
  s.advance(100ms);
  s.advance(10s);
  s.log();

  s.exit("a");
  s.advance(100ms);

  CHECK(s.log() == lines{"start a"});
}

TEST_CASE("the group of a waiting child stops at once and starts after the wait", "[supervisor][back_off]") {
  supervisor_recorder s{patient(restart_strategy::rest_for_one)};
  s.boot();
  s.log();

  s.exit("b");
  CHECK(s.log() == lines{"stop c"});
  CHECK(s.ask(child_request::which) == "a=running b=restarting c=stopped");

  s.log();
  s.advance(100ms);
  CHECK(s.log() == lines{"start b", "start c"});
}

TEST_CASE("past its intensity a supervisor with back-off fails, goes on and recovers",
          "[supervisor][back_off]") {
  supervisor_recorder s{patient(restart_strategy::one_for_one, 1)};
  s.boot();
  s.exit("a");
  s.advance(100ms);
  s.log();
  s.facts.clear();

  s.exit("a");
  CHECK(s.state == "failing");
  CHECK(s.core.summaries()[0].state == "failing");
  REQUIRE(s.facts.size() == 2);
  CHECK(s.facts[1].kind == event_kind::supervisor_gave_up);
  CHECK(s.facts[1].parent == 1);

  s.advance(9s);
  CHECK(s.log().empty());
  s.advance(1s); // the longest wait
  CHECK(s.log() == lines{"start a"});
  CHECK(s.state == "failing");

  s.advance(9s);
  CHECK(s.state == "failing");
  s.advance(1s);
  CHECK(s.state == "running");

  s.exit("a"); // forgiven: the first wait again
  s.advance(100ms);
  CHECK(s.log() == lines{"start a"});
  CHECK(s.state == "running");
}

TEST_CASE("a crash before the recovery puts it off", "[supervisor][back_off]") {
  supervisor_recorder s{patient(restart_strategy::one_for_one, 0)};
  s.boot();
  s.exit("a");
  s.advance(10s);
  s.advance(9s);

  s.exit("b");
  s.advance(10s);
  s.advance(9s);
  CHECK(s.state == "failing");

  s.advance(1s);
  CHECK(s.state == "running");
  auto gave_up = [](const supervisor_recorder::fact& f) { return f.kind == event_kind::supervisor_gave_up; };
  CHECK(std::count_if(s.facts.begin(), s.facts.end(), gave_up) == 1);
}

TEST_CASE("failing restarts go on for ever, at the longest wait", "[supervisor][back_off]") {
  supervisor_recorder s{patient(restart_strategy::one_for_one)};
  s.boot();
  s.log();
  s.outcomes["a"].assign(1000, start_report::fail);

  s.exit("a");
  s.advance(1h);

  auto starts = s.log().size();
  CHECK(starts > 350);
  CHECK(starts < 370);
  CHECK_FALSE(s.core.has_ended());
  CHECK(s.timers.size() < 10);
}

TEST_CASE("a failed start at boot ends the supervisor, back-off or not", "[supervisor][back_off]") {
  supervisor_recorder s{patient(restart_strategy::one_for_one)};
  s.outcomes["b"] = {start_report::fail};

  s.boot();

  CHECK(s.log() == lines{"start a", "start b", "stop a", "failed: b: Init error: no", "end otherwise"});
}

TEST_CASE("a wait is cancelled with its child, and its timer finds nobody", "[supervisor][back_off]") {
  supervisor_recorder s{patient(restart_strategy::one_for_one)};
  s.boot();
  s.exit("a");
  CHECK(s.ask(child_request::stop, std::string{"a"}) == "ok");
  CHECK(s.ask(child_request::restart, std::string{"a"}) == "ok");
  s.log();

  s.advance(1min);

  CHECK(s.log().empty());
}

TEST_CASE("a stop order ends a waiting supervisor at once", "[supervisor][back_off]") {
  supervisor_recorder s{patient(restart_strategy::one_for_all)};
  s.boot();
  s.exit("a");
  s.log();

  s.core.stop(s.now + 1s);
  s.settle();

  CHECK(s.log() == lines{"end shutdown"}); // b and c stopped when the wait began
}
