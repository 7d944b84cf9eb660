#include "tests/supervisor/supervisor_recorder.hpp"

#include <catch2/catch.hpp>

using namespace rr;
using namespace rr::test;

namespace {

std::vector<child_spec> abc() { return {child_named("a"), child_named("b"), child_named("c")}; }

} // namespace

// -- start
// ----------------------------------------------------------------------------------------------------

TEST_CASE("a supervisor starts its children in order, one after the other, and reports",
          "[supervisor][core]") {
  supervisor_recorder s{supervisor_of(restart_strategy::one_for_one, abc())};
  s.silent = {"b"};

  s.boot();
  CHECK(s.log() == lines{"start a", "start b"});
  CHECK(s.state == "starting");

  s.report("b", start_report::ok);
  CHECK(s.log() == lines{"start c", "up"});
  CHECK(s.state == "running");
}

TEST_CASE("a supervisor without children is up at once", "[supervisor][core]") {
  supervisor_recorder s{{}};

  s.boot();

  CHECK(s.log() == lines{"up"});
}

TEST_CASE("a failed start at boot stops what was started, in reverse, and ends the supervisor",
          "[supervisor][core]") {
  supervisor_recorder s{supervisor_of(restart_strategy::one_for_one, abc(), 100)};
  s.outcomes["c"] = {start_report::fail};

  s.boot();

  CHECK(s.log() == lines{"start a", "start b", "start c", "stop b", "stop a", "failed: c: Init error: no",
                         "end otherwise"});
  CHECK(from_exit_reason(s.end_reason).text == "no");
}

TEST_CASE("a child that ends before it reported has failed its start with that reason",
          "[supervisor][core]") {
  supervisor_recorder s{supervisor_of(restart_strategy::one_for_one, abc())};
  s.silent = {"a"};
  s.boot();

  s.exit("a");

  CHECK(s.log() == lines{"start a", "failed: child: crash", "end otherwise"});
}

TEST_CASE("a child that reported a failure but lives on is stopped before anything else happens",
          "[supervisor][core]") {
  supervisor_recorder s{supervisor_of(restart_strategy::one_for_one, abc())};
  s.silent = {"b"};
  s.slow = {"b"};
  s.boot();

  s.report("b", start_report::fail);
  CHECK(s.log() == lines{"start a", "start b", "stop b"});

  s.advance(5s);
  CHECK(s.log() == lines{"kill b", "stop a", "failed: ", "end otherwise"});
}

TEST_CASE("an ignored child stays, stopped, and a temporary one is dropped", "[supervisor][core]") {
  auto type = GENERATE(restart_type::permanent, restart_type::temporary);
  supervisor_recorder s{
      supervisor_of(restart_strategy::one_for_one, {child_named("a", type), child_named("b")})};
  s.outcomes["a"] = {start_report::ignore};

  s.boot();

  CHECK(s.log() == lines{"start a", "start b", "up"});
  CHECK(s.ask(child_request::which) ==
        (type == restart_type::permanent ? "a=stopped b=running" : "b=running"));
}

TEST_CASE("bad specs prevent every start", "[supervisor][core]") {
  auto spec = supervisor_of(restart_strategy::one_for_one, abc());
  spec.when_significant_end = auto_shutdown::any_significant;

  SECTION("two children with one id") { spec.children.back().id = "a"; }
  SECTION("significant and permanent") { spec.children.back().significant = true; }
  SECTION("nothing to start") { spec.children.back().start = nullptr; }
  SECTION("significant where nothing shuts down by itself") {
    spec.when_significant_end = auto_shutdown::never;
    spec.children.back().significant = true;
    spec.children.back().restart = restart_type::transient;
  }
  SECTION("a pool with three templates") { spec.strategy = restart_strategy::simple_one_for_one; }

  supervisor_recorder s{spec};
  s.boot();
  auto log = s.log();
  REQUIRE(log.size() == 2);
  CHECK(log[0].substr(0, 7) == "failed:");
  CHECK(log[1] == "end otherwise");
}

TEST_CASE("reports that nobody waits for change nothing", "[supervisor][core]") {
  supervisor_recorder s{supervisor_of(restart_strategy::one_for_one, abc())};
  s.boot();
  s.log();

  s.core.reported(s.living["a"], {start_report::fail, {}});
  s.core.reported({"a", 77}, {});
  s.core.reported({"x", 1}, {});
  s.core.exited({"x", 1}, {});
  s.core.exited({"a", 77}, {});
  s.settle();

  CHECK(s.log().empty());
  CHECK(s.ask(child_request::which) == "a=running b=running c=running");
}

// -- restart
// --------------------------------------------------------------------------------------------------

TEST_CASE("restart type and reason decide whether a child comes back", "[supervisor][core]") {
  struct row {
    restart_type type;
    bool is_orderly;
    bool comes_back;
    std::string left;
  };
  auto r = GENERATE(row{restart_type::permanent, true, true, "a=running b=running"},
                    row{restart_type::permanent, false, true, "a=running b=running"},
                    row{restart_type::transient, true, false, "a=running b=stopped"},
                    row{restart_type::transient, false, true, "a=running b=running"},
                    row{restart_type::temporary, true, false, "a=running"},
                    row{restart_type::temporary, false, false, "a=running"});
  supervisor_recorder s{
      supervisor_of(restart_strategy::one_for_one, {child_named("a"), child_named("b", r.type)})};
  s.boot();
  s.log();

  s.exit("b", r.is_orderly);

  CHECK(s.log() == (r.comes_back ? lines{"start b"} : lines{}));
  CHECK(s.ask(child_request::which) == r.left);
}

TEST_CASE("one_for_all stops the others in reverse and starts all in order", "[supervisor][core]") {
  supervisor_recorder s{supervisor_of(restart_strategy::one_for_all, abc())};
  s.boot();
  s.log();

  s.exit("b");

  CHECK(s.log() == lines{"stop c", "stop a", "start a", "start b", "start c"});
}

TEST_CASE("rest_for_one leaves those before alone", "[supervisor][core]") {
  supervisor_recorder s{supervisor_of(restart_strategy::rest_for_one, abc())};
  s.boot();
  s.log();

  s.exit("b");

  CHECK(s.log() == lines{"stop c", "start b", "start c"});
}

TEST_CASE("a group restart drops temporary children, dead ones too, and revives finished ones",
          "[supervisor][core]") {
  supervisor_recorder s{
      supervisor_of(restart_strategy::one_for_all,
                    {child_named("a"), child_named("t", restart_type::temporary),
                     child_named("f", restart_type::transient), child_named("d", restart_type::temporary)})};
  s.boot();
  s.exit("f", true);
  s.log();

  s.die("a");
  s.die("d");
  s.settle();

  CHECK(s.log() == lines{"stop t", "start a", "start f"});
  CHECK(s.ask(child_request::which) == "a=running f=running");
}

TEST_CASE("an exit that is queued when its child is stopped is not handled any more", "[supervisor][core]") {
  supervisor_recorder s{supervisor_of(restart_strategy::one_for_all, abc(), 1)};
  s.boot();
  s.log();

  s.die("a");
  s.die("b");
  s.die("c");
  s.settle();

  CHECK(s.log() == lines{"start a", "start b", "start c"}); // one restart, not three
}

TEST_CASE("past its intensity a supervisor stops its children and ends with shutdown", "[supervisor][core]") {
  supervisor_recorder s{supervisor_of(restart_strategy::one_for_one, abc(), 1)};
  s.boot();
  s.exit("a");
  s.log();

  s.exit("b");

  CHECK(s.log() == lines{"stop c", "stop a", "end shutdown"});
  CHECK(s.core.has_ended());
}

TEST_CASE("restarts that are further apart than the period do not add up", "[supervisor][core]") {
  supervisor_recorder s{supervisor_of(restart_strategy::one_for_one, abc(), 1)};
  s.boot();

  for (auto i = 0; i < 10; ++i) {
    s.exit("a");
    s.advance(5s + 1ns);
  }

  CHECK_FALSE(s.core.has_ended());
}

TEST_CASE("a failed restart is tried again behind what is in the queue, and counts", "[supervisor][core]") {
  supervisor_recorder s{supervisor_of(restart_strategy::one_for_one, abc(), 2)};
  s.boot();
  s.log();
  s.outcomes["a"] = {start_report::fail, start_report::fail};

  s.die("a");
  s.post(child_request::which);
  s.settle();

  CHECK(s.log() == lines{"start a", "reply 1 a=restarting b=running c=running", "start a", "stop c", "stop b",
                         "end shutdown"});
}

TEST_CASE("a retry whose child is not waiting any more is dropped", "[supervisor][core]") {
  supervisor_recorder s{supervisor_of(restart_strategy::one_for_one, abc(), 5)};
  s.boot();
  s.log();
  s.outcomes["a"] = {start_report::fail};

  s.die("a");
  s.post(child_request::stop, "a");
  s.settle();

  CHECK(s.log() == lines{"start a", "reply 1 ok"});
  CHECK(s.ask(child_request::which) == "a=stopped b=running c=running");
}

TEST_CASE("a failed group restart keeps what it started and tries again from the failed child",
          "[supervisor][core]") {
  supervisor_recorder s{supervisor_of(restart_strategy::rest_for_one, abc(), 5)};
  s.boot();
  s.log();
  s.outcomes["b"] = {start_report::fail};

  s.die("a");
  s.post(child_request::which);
  s.settle();

  CHECK(s.log() == lines{"stop c", "stop b", "start a", "start b", "reply 1 a=running b=restarting c=stopped",
                         "start b", "start c"});
}

// -- auto shutdown
// --------------------------------------------------------------------------------------------

TEST_CASE("any significant child's own end ends the supervisor, but not its stop", "[supervisor][core]") {
  auto a = child_named("a", restart_type::transient), b = child_named("b", restart_type::temporary);
  a.significant = b.significant = true;
  auto spec = supervisor_of(restart_strategy::one_for_one, {a, b, child_named("c")});
  spec.when_significant_end = auto_shutdown::any_significant;
  supervisor_recorder s{spec};
  s.boot();
  s.log();

  CHECK(s.ask(child_request::stop, std::string{"b"}) == "ok");
  CHECK_FALSE(s.core.has_ended());

  SECTION("a crash that is answered with a restart is no end") {
    s.exit("a", false);
    CHECK_FALSE(s.core.has_ended());
  }
  SECTION("an orderly end is") {
    s.log();
    s.exit("a", true);
    CHECK(s.log() == lines{"stop c", "end shutdown"});
  }
}

TEST_CASE("all_significant waits for the last one, waiting ones included", "[supervisor][core]") {
  auto a = child_named("a", restart_type::transient), b = child_named("b", restart_type::transient);
  a.significant = b.significant = true;
  auto spec = supervisor_of(restart_strategy::one_for_one, {a, b, child_named("c")}, 5);
  spec.when_significant_end = auto_shutdown::all_significant;
  supervisor_recorder s{spec};
  s.boot();
  s.outcomes["b"] = {start_report::fail};

  s.die("b");
  s.die("a", true); // handled while b waits for its retry
  s.settle();
  CHECK_FALSE(s.core.has_ended());

  s.exit("b", true);
  CHECK(s.core.has_ended());
}

// -- events
// ---------------------------------------------------------------------------------------------------

TEST_CASE("each event names the one that led to it", "[supervisor][core]") {
  supervisor_recorder s{supervisor_of(restart_strategy::rest_for_one, {child_named("a"), child_named("b")})};
  s.boot();
  s.facts.clear();

  s.exit("a");

  REQUIRE(s.facts.size() == 5);
  auto is = [&](std::size_t i, const char* child, event_kind kind, event_id parent) {
    return s.facts[i].child == child && s.facts[i].kind == kind && s.facts[i].parent == parent;
  };
  CHECK(is(0, "a", event_kind::child_exited, 0));
  CHECK(s.facts[0].cause == "child: crash");
  CHECK(is(1, "a", event_kind::child_restarted, 1));
  CHECK(is(2, "b", event_kind::child_exited, 2));
  CHECK(is(3, "a", event_kind::child_started, 2));
  CHECK(is(4, "b", event_kind::child_started, 2));
}

TEST_CASE("giving up is an event, caused by the last exit", "[supervisor][core]") {
  supervisor_recorder s{supervisor_of(restart_strategy::one_for_one, {child_named("a")}, 0)};
  s.boot();
  s.facts.clear();

  s.exit("a");

  REQUIRE(s.facts.size() == 2);
  CHECK(s.facts[1].child.empty());
  CHECK(s.facts[1].kind == event_kind::supervisor_gave_up);
  CHECK(s.facts[1].parent == 1);
}

TEST_CASE("a snapshot knows restarts, states and last errors of the children", "[supervisor][core]") {
  supervisor_recorder s{supervisor_of(restart_strategy::one_for_one, abc(), 5)};
  s.boot();
  s.exit("b");
  s.silent = {"c"};
  s.exit("c");

  auto all = s.core.summaries();

  REQUIRE(all.size() == 3);
  CHECK(all[0].state == "running");
  CHECK(all[0].restarts == 0);
  CHECK(all[1].restarts == 1);
  CHECK(all[1].last_error == "child: crash");
  CHECK(all[2].state == "starting");
}
