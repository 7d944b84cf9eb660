#include "tests/supervisor/supervisor_recorder.hpp"

#include <catch2/catch.hpp>

using namespace rr;
using namespace rr::test;

namespace {

using request = child_request;

/// a is up, b finished, c waits for its retry for ever: its start never ends, so the request is put before
/// it.
supervisor_spec abc() {
  return supervisor_of(restart_strategy::one_for_one,
                       {child_named("a"), child_named("b", restart_type::transient), child_named("c")}, 5);
}

} // namespace

TEST_CASE("start_child adds at the end, or says why not", "[supervisor][requests]") {
  supervisor_recorder s{abc()};
  s.boot();
  s.exit("b", true);
  s.outcomes["ignored"] = {start_report::ignore};
  s.outcomes["broken"] = {start_report::fail};
  auto bad = child_named("bad");
  bad.significant = true;

  CHECK(s.ask(request::start, child_named("new")) == "ok");
  CHECK(s.ask(request::start, child_named("a")) == "already_started");
  CHECK(s.ask(request::start, child_named("b")) == "already_present");
  CHECK(s.ask(request::start, child_named("ignored")) == "ignored");
  CHECK(s.ask(request::start, child_named("broken")) == "start_failed");
  CHECK(s.ask(request::start, bad) == "bad_spec");
  CHECK(s.ask(request::start, child_spec{}) == "bad_spec");
  CHECK(s.ask(request::which) == "a=running b=stopped c=running new=running ignored=stopped");
}

TEST_CASE("an ignored temporary child is not kept", "[supervisor][requests]") {
  supervisor_recorder s{abc()};
  s.boot();
  s.outcomes["t"] = {start_report::ignore};

  CHECK(s.ask(request::start, child_named("t", restart_type::temporary)) == "ignored");
  CHECK(s.ask(request::which) == "a=running b=running c=running");
}

TEST_CASE("a failed start by request is neither counted nor tried again", "[supervisor][requests]") {
  auto spec = abc();
  spec.intensity.restarts_max = 0;
  supervisor_recorder s{spec};
  s.boot();
  s.exit("b", true);
  s.log();
  s.outcomes["b"] = {start_report::fail, start_report::fail};

  CHECK(s.ask(request::restart, std::string{"b"}) == "start_failed");
  CHECK(s.ask(request::restart, std::string{"b"}) == "start_failed");
  CHECK(s.ask(request::restart, std::string{"b"}) == "ok");
  CHECK_FALSE(s.core.has_ended());
}

TEST_CASE("restart_child starts stopped children only", "[supervisor][requests]") {
  supervisor_recorder s{abc()};
  s.boot();
  s.exit("b", true);
  s.outcomes["b"] = {start_report::ignore};
  s.outcomes["c"] = {start_report::fail};
  s.die("c");
  auto of_c = s.post(request::restart, "c");
  s.settle();

  CHECK(s.replies[of_c] == "restarting");
  CHECK(s.ask(request::restart, std::string{"a"}) == "running");
  CHECK(s.ask(request::restart, std::string{"b"}) == "ignored");
  CHECK(s.ask(request::restart, std::string{"b"}) == "ok");
  CHECK(s.ask(request::restart, std::string{"x"}) == "not_found");
}

TEST_CASE("delete_child drops stopped children only", "[supervisor][requests]") {
  supervisor_recorder s{abc()};
  s.boot();
  s.exit("b", true);
  s.outcomes["c"] = {start_report::fail};
  s.die("c");
  auto of_c = s.post(request::remove, "c");
  s.settle();

  CHECK(s.replies[of_c] == "restarting");
  CHECK(s.ask(request::remove, std::string{"a"}) == "running");
  CHECK(s.ask(request::remove, std::string{"b"}) == "ok");
  CHECK(s.ask(request::remove, std::string{"b"}) == "not_found");
  CHECK(s.ask(request::which) == "a=running c=running");
}

TEST_CASE("terminate_child stops without a restart and drops temporary specs", "[supervisor][requests]") {
  auto spec = abc();
  spec.children.push_back(child_named("t", restart_type::temporary));
  supervisor_recorder s{spec};
  s.boot();
  s.log();

  CHECK(s.ask(request::stop, std::string{"a"}) == "ok");
  CHECK(s.ask(request::stop, std::string{"a"}) == "ok");
  CHECK(s.ask(request::stop, std::string{"t"}) == "ok");
  CHECK(s.ask(request::stop, std::string{"t"}) == "not_found");
  CHECK(s.log() == lines{"stop a", "reply 1 ok", "reply 2 ok", "stop t", "reply 3 ok", "reply 4 not_found"});
  CHECK(s.ask(request::which) == "a=stopped b=running c=running");
}

TEST_CASE("counts tell specs from living processes, handled exits or not", "[supervisor][requests]") {
  auto spec = abc();
  spec.children[2].kind = child_kind::supervisor;
  supervisor_recorder s{spec};
  s.slow = {"a"};
  s.boot();
  s.exit("b", true);
  auto stop = s.post(request::stop, "a");
  auto count = s.post(request::count);
  auto which = s.post(request::which);
  s.settle();
  s.die("c");

  s.exit("a");

  CHECK(s.replies[stop] == "ok");
  CHECK(s.replies[count] == "3 0 1 2");
  CHECK(s.replies[which] == "a=stopped b=stopped c=running");
  CHECK(s.ask(request::count) == "3 1 1 2");
}

TEST_CASE("a replaced spec holds from the next start on and survives restarts", "[supervisor][requests]") {
  supervisor_recorder s{abc()};
  s.boot();
  s.log();
  auto changed = child_named("a", restart_type::temporary);

  CHECK(s.ask(request::replace, changed) == "ok");
  CHECK(s.log() == lines{"reply 1 ok"}); // nothing is started or stopped
  s.exit("a");

  CHECK(s.ask(request::which) == "b=running c=running");
  CHECK(s.ask(request::replace, changed) == "not_found");
  changed.id = "b";
  changed.start = nullptr;
  CHECK(s.ask(request::replace, changed) == "bad_spec");
}

// -- simple_one_for_one
// ---------------------------------------------------------------------------------------

namespace {

supervisor_spec pool(restart_type type = restart_type::permanent, unsigned restarts_max = 5) {
  return supervisor_of(restart_strategy::simple_one_for_one, {child_named("w", type)}, restarts_max);
}

} // namespace

TEST_CASE("a pool starts nothing by itself and numbers its instances", "[supervisor][requests]") {
  supervisor_recorder s{pool()};
  s.boot();
  CHECK(s.log() == lines{"up"});
  s.outcomes["w#2"] = {start_report::fail};
  s.outcomes["w#3"] = {start_report::ignore};

  CHECK(s.ask(request::start, child_spec{}) == "ok");
  CHECK(s.ask(request::start, child_spec{}) == "start_failed");
  CHECK(s.ask(request::start, child_spec{}) == "ignored");
  CHECK(s.ask(request::start, child_spec{}) == "ok");
  CHECK(s.ask(request::which) == "w#1=running w#4=running");
  CHECK(s.ask(request::count) == "1 2 0 2");
}

TEST_CASE("a restarted instance keeps its number", "[supervisor][requests]") {
  supervisor_recorder s{pool()};
  s.boot();
  s.ask(request::start, child_spec{});
  s.ask(request::start, child_spec{});
  s.log();

  s.exit("w#1");

  CHECK(s.log() == lines{"start w#1"});
  CHECK(s.ask(request::which) == "w#1=running w#2=running");
}

TEST_CASE("an instance that ended for good is forgotten", "[supervisor][requests]") {
  supervisor_recorder s{pool(restart_type::transient)};
  s.boot();
  s.ask(request::start, child_spec{});

  s.exit("w#1", true);

  CHECK(s.ask(request::which).empty());
  CHECK(s.ask(request::stop, std::string{"w#1"}) == "ok");
}

TEST_CASE("a pool refuses what makes no sense for instances", "[supervisor][requests]") {
  supervisor_recorder s{pool()};
  s.boot();
  s.ask(request::start, child_spec{});

  CHECK(s.ask(request::restart, std::string{"w#1"}) == "simple_one_for_one");
  CHECK(s.ask(request::remove, std::string{"w#1"}) == "simple_one_for_one");
  CHECK(s.ask(request::stop, std::string{"w"}) == "simple_one_for_one");
  CHECK(s.ask(request::stop, std::string{"w#"}) == "simple_one_for_one");
  CHECK(s.ask(request::stop, std::string{"w#x"}) == "simple_one_for_one");
  CHECK(s.ask(request::stop, std::string{"v#1"}) == "simple_one_for_one");
}

TEST_CASE("a waiting instance is shown behind the running ones and not counted as active",
          "[supervisor][requests]") {
  supervisor_recorder s{pool()};
  s.boot();
  s.ask(request::start, child_spec{});
  s.ask(request::start, child_spec{});
  s.outcomes["w#1"] = {start_report::fail};

  s.die("w#1");
  auto which = s.post(request::which);
  auto count = s.post(request::count);
  auto stop = s.post(request::stop, "w#1");
  auto later = s.post(request::count);
  s.settle();

  CHECK(s.replies[which] == "w#2=running w#1=restarting");
  CHECK(s.replies[count] == "1 1 0 2");
  CHECK(s.replies[stop] == "ok");
  CHECK(s.replies[later] == "1 1 0 1");
  CHECK(s.ask(request::which) == "w#2=running");
}

TEST_CASE("a pool's common stop asks all at once and kills at the common limit", "[supervisor][requests]") {
  auto spec = pool();
  spec.children[0].shutdown = 300ms;
  supervisor_recorder s{spec};
  s.slow = {"w#1", "w#3"};
  s.boot();
  for (auto i = 0; i < 3; ++i)
    s.ask(request::start, child_spec{});
  s.log();

  s.core.stop(time_point::max());
  s.settle();
  CHECK(s.log() == lines{"stop w#1", "stop w#2", "stop w#3"});
  s.advance(300ms);
  CHECK(s.log() == lines{"kill w#1", "kill w#3", "end shutdown"});
}

TEST_CASE("a pool with brutal_kill or a passed deadline asks nobody", "[supervisor][requests]") {
  auto spec = pool();
  if (GENERATE(true, false))
    spec.children[0].shutdown = brutal_kill{};
  supervisor_recorder s{spec};
  s.boot();
  s.ask(request::start, child_spec{});
  s.log();

  s.core.stop(s.now);
  s.settle();

  CHECK(s.log() == lines{"kill w#1", "end shutdown"});
}

TEST_CASE("a pool ends with its last instance where all are significant", "[supervisor][requests]") {
  auto spec = pool(restart_type::transient);
  spec.children[0].significant = true;
  spec.when_significant_end = auto_shutdown::all_significant;
  supervisor_recorder s{spec};
  s.boot();
  s.ask(request::start, child_spec{});
  s.ask(request::start, child_spec{});

  s.exit("w#1", true);
  CHECK_FALSE(s.core.has_ended());
  s.exit("w#2", true);
  CHECK(s.core.has_ended());
}

TEST_CASE("a replaced template holds for new instances and for restarts", "[supervisor][requests]") {
  supervisor_recorder s{pool()};
  s.boot();
  s.ask(request::start, child_spec{});

  CHECK(s.ask(request::replace, child_named("w", restart_type::temporary)) == "ok");
  CHECK(s.ask(request::replace, child_named("v")) == "not_found");
  s.exit("w#1"); // started as permanent: comes back, as temporary
  CHECK(s.ask(request::which) == "w#1=running");
  s.exit("w#1");
  CHECK(s.ask(request::which).empty());
}
