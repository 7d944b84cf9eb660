#include "supervisor/pool_errors.hpp"
#include "tests/supervisor/pool_fixture.hpp"

#include <catch2/catch.hpp>
#include <set>

using namespace rr;
using namespace rr::test;

// -- start ------------------------------------------------------------------------------------------------------------

TEST_CASE_METHOD(pool_fixture, "a pool reports its start when all its workers have greeted", "[supervisor][pool]") {
  options.workers = 3;
  launcher->script.boot_takes = 50ms;
  start();
  CHECK(log->reports.empty());

  advance(50ms);

  CHECK(started());
  CHECK(launcher->launches == 3);
  auto all = rows();
  REQUIRE(all.size() == 3);
  for (auto& row : all)
    CHECK(row.state == worker_state::ready);
}

TEST_CASE_METHOD(pool_fixture, "the first worker that does not boot fails the start and ends the others (case 15)",
                 "[supervisor][pool]") {
  options.workers = 3;
  launcher->next.push_back({});
  launcher->next.push_back({.boot = worker_script::exits, .boot_exit = {.code = 3}});
  start();
  advance(5s);

  REQUIRE(log->reports.size() == 1);
  CHECK(log->reports[0].outcome == start_report::fail);
  auto text = render(log->reports[0].why);
  CHECK(text.find("static_pool_allocate_workers: WorkerAllocate") == 0);
  CHECK(text.find("exit status 3") != std::string::npos);
  CHECK(ended());
  CHECK(launcher->alive() == 0);
}

TEST_CASE_METHOD(pool_fixture, "text on stdout at boot is quoted in the error (case 22)", "[supervisor][pool]") {
  launcher->script.boot = worker_script::prints;
  launcher->script.output = "Deprecated: something is old";
  start();
  advance(5s);

  REQUIRE(log->reports.size() == 1);
  CHECK(render(log->reports[0].why).find("Deprecated: something is old") != std::string::npos);
}

TEST_CASE_METHOD(pool_fixture, "a worker that never greets fails the start after allocate_timeout (case 21)",
                 "[supervisor][pool]") {
  options.worker.boot_timeout = 1s;
  launcher->script.boot = worker_script::silent;
  start();
  advance(999ms);
  CHECK(log->reports.empty());
  advance(2s);

  REQUIRE(log->reports.size() == 1);
  CHECK(has_kind(log->reports[0].why, error_kind::worker_allocate));
  CHECK(launcher->at(0).killed());
}

// -- execs ------------------------------------------------------------------------------------------------------------

TEST_CASE_METHOD(pool_fixture, "an exec is answered by an idle worker", "[supervisor][pool]") {
  start();
  auto answer = run("hello");
  REQUIRE(launcher->at(0).requests.size() == 1);
  CHECK(launcher->at(0).requests.front().body == "hello");
  CHECK(rows().at(0).state == worker_state::working);
  CHECK(rows().at(0).current == "exec hello");

  launcher->at(0).answer("c", "world");
  settle();

  CHECK(answer->answered());
  CHECK(answer->contexts == std::vector<std::string>{"c"});
  CHECK(answer->bodies == std::vector<std::string>{"world"});
  CHECK(rows().at(0).state == worker_state::ready);
  CHECK(rows().at(0).execs == 1);
}

TEST_CASE_METHOD(pool_fixture, "workers take turns and waiting execs are served in order", "[supervisor][pool]") {
  options.workers = 2;
  start();
  auto a = run("a"), b = run("b"), c = run("c"), d = run("d");
  CHECK(launcher->at(0).requests.front().body == "a");
  CHECK(launcher->at(1).requests.front().body == "b");

  launcher->at(1).answer("", "B");
  settle();
  CHECK(launcher->at(1).requests.front().body == "c");
  launcher->at(0).answer("", "A");
  settle();
  CHECK(launcher->at(0).requests.front().body == "d");
  launcher->at(0).answer("", "D");
  launcher->at(1).answer("", "C");
  settle();

  for (auto& x : {a, b, c, d})
    CHECK(x->answered());
}

TEST_CASE_METHOD(pool_fixture, "an exec waits at most allocate_timeout (case 28)", "[supervisor][pool]") {
  options.allocate_timeout = 2s;
  start();
  auto first = run("first"), second = run("second");
  advance(1999ms);
  CHECK(second->pending());
  advance(2ms);

  CHECK(second->failed());
  CHECK(second->why.kind == error_kind::no_free_workers);
  CHECK(render(second->why) == "static_pool_exec: NoFreeWorkers:\n\tstatic_pool_exec");
  launcher->at(0).answer("", "late");
  settle();
  CHECK(first->answered());
}

TEST_CASE_METHOD(pool_fixture, "max_queue_size counts waiting and running execs (case 27)", "[supervisor][pool]") {
  options.queue_max = 1;
  start();
  auto first = run("1"), second = run("2"), third = run("3");

  CHECK(second->failed());
  CHECK(third->failed());
  CHECK(render(second->why) == "static_pool_exec: QueueSize: max queue size reached");
  launcher->at(0).answer("", "ok");
  settle();
  CHECK(first->answered());
  auto fourth = run("4");
  CHECK(fourth->pending());
}

TEST_CASE_METHOD(pool_fixture, "a soft error leaves the worker in service (case 12)", "[supervisor][pool]") {
  start();
  auto e = run("x");
  launcher->at(0).soft_error("no such user");
  settle();

  CHECK(e->failed());
  CHECK(render(e->why) == "sync_worker_receive_frame: SoftJobError: no such user");
  CHECK(rows().at(0).state == worker_state::ready);
  CHECK(launcher->launches == 1);
}

TEST_CASE_METHOD(pool_fixture, "an abandoned exec is dropped before it gets a worker", "[supervisor][pool]") {
  start();
  auto first = run("first"), second = run("second");
  tell(pool, cancel_atom::value, last_exec_id);
  CHECK(second->failed());
  CHECK(second->why.kind == error_kind::cancelled);

  launcher->at(0).answer("", "ok");
  settle();
  CHECK(first->answered());
  CHECK(launcher->at(0).requests_seen == 1);
}

TEST_CASE_METHOD(pool_fixture, "a worker's request to be replaced is invisible to the caller (case 24)",
                 "[supervisor][pool]") {
  start();
  auto e = run("again");
  launcher->at(0).ask_restart();
  settle();

  CHECK(e->pending());
  REQUIRE(launcher->launches == 2);
  CHECK(launcher->at(0).stop_asked);
  REQUIRE(launcher->at(1).requests.size() == 1);
  launcher->at(1).answer("", "done");
  settle();
  CHECK(e->answered());
}

TEST_CASE_METHOD(pool_fixture, "an idle worker that asks to be replaced goes when its successor is up", "[supervisor][pool]") {
  start();
  launcher->next.push_back({.boot_takes = 100ms});
  launcher->at(0).ask_restart();
  settle();
  CHECK_FALSE(launcher->at(0).stop_asked);

  advance(100ms);

  CHECK(launcher->at(0).stop_asked);
  REQUIRE(rows().size() == 1);
  CHECK(rows().at(0).pid == launcher->at(1).pid);
}

// -- limits -----------------------------------------------------------------------------------------------------------

TEST_CASE_METHOD(pool_fixture, "with max_jobs 1 each answer comes from another process (case 23)", "[supervisor][pool]") {
  options.limits.jobs_max = 1;
  start();
  std::set<std::size_t> answered_by;
  for (int i = 0; i < 5; ++i) {
    auto e = run("job");
    settle();
    auto& w = launcher->last();
    REQUIRE(w.requests.size() == 1);
    w.answer("", "ok");
    settle();
    CHECK(e->answered());
    answered_by.insert(launcher->workers.size());
  }
  CHECK(answered_by.size() == 5);
  CHECK(launcher->alive() == 1);
}

TEST_CASE_METHOD(pool_fixture, "an answer is delivered before its worker is recycled, and the successor boots first",
                 "[supervisor][pool]") {
  options.limits.jobs_max = 1;
  start();
  launcher->script.boot_takes = 200ms;
  launcher->at(0).script.stop_takes = 5s;
  auto e = run("job");
  launcher->at(0).answer("", "ok");
  settle();

  CHECK(e->answered());
  CHECK_FALSE(launcher->at(0).stop_asked);
  CHECK(rows().at(0).state == worker_state::max_jobs_reached);
  advance(200ms);
  CHECK(launcher->at(0).stop_asked);
  auto next = run("next");
  CHECK(launcher->at(1).requests.size() == 1);
  advance(6s);
  CHECK_FALSE(launcher->at(0).alive());
}

TEST_CASE_METHOD(pool_fixture, "exec_ttl kills the worker, fails the exec and brings a new one (case 37)",
                 "[supervisor][pool]") {
  options.limits.exec_ttl = 1s;
  start();
  auto e = run("slow");
  advance(999ms);
  CHECK(e->pending());
  advance(1ms);

  CHECK(e->failed());
  CHECK(render(e->why) == "worker_exec_with_timeout: ExecTTL: context deadline exceeded");
  CHECK(launcher->at(0).killed());
  REQUIRE(rows().size() == 1);
  CHECK(rows().at(0).pid == launcher->at(1).pid);
}

TEST_CASE_METHOD(pool_fixture, "exec_ttl that is not reached changes nothing (case 38)", "[supervisor][pool]") {
  options.limits.exec_ttl = 1s;
  start();
  for (int i = 0; i < 3; ++i) {
    auto e = run("quick");
    advance(900ms);
    launcher->at(0).answer("", "ok");
    settle();
    CHECK(e->answered());
  }
  advance(10s);
  CHECK(launcher->launches == 1);
}

TEST_CASE_METHOD(pool_fixture, "of a stream each frame has the whole exec_ttl", "[supervisor][pool]") {
  options.limits.exec_ttl = 1s;
  start();
  auto e = run("stream");
  for (int i = 0; i < 5; ++i) {
    advance(800ms);
    launcher->at(0).stream("", "piece");
    settle();
  }
  CHECK(e->pending());
  CHECK(e->bodies.size() == 5);
  advance(1100ms);
  CHECK(e->failed());
  CHECK(e->why.kind == error_kind::exec_ttl);
}

// -- death and replacement --------------------------------------------------------------------------------------------

TEST_CASE_METHOD(pool_fixture, "a worker killed while it works costs one error and is replaced (case 25)",
                 "[supervisor][pool]") {
  start();
  auto e = run("victim"), next = run("next");
  launcher->at(0).die(SIGKILL);
  settle();

  CHECK(e->failed());
  CHECK(e->outcomes() == 1);
  CHECK(render(e->why) == "sync_worker_receive_frame: Network: EOF");
  REQUIRE(launcher->launches == 2);
  launcher->at(1).answer("", "fine");
  settle();
  CHECK(next->answered());
}

TEST_CASE_METHOD(pool_fixture, "the death of an idle worker is noticed before a caller is sacrificed", "[supervisor][pool]") {
  start();
  launcher->at(0).exit(0);
  settle();
  advance(200ms);
  auto e = run("safe");
  launcher->last().answer("", "ok");
  settle();
  CHECK(e->answered());
}

TEST_CASE_METHOD(pool_fixture, "garbage from an idle worker replaces it", "[supervisor][pool]") {
  start();
  launcher->at(0).say("Warning: this is not a frame at all");
  settle();

  CHECK_FALSE(launcher->at(0).alive());
  REQUIRE(rows().size() == 1);
  CHECK(rows().at(0).pid == launcher->at(1).pid);
}

TEST_CASE_METHOD(pool_fixture, "a replacement that cannot boot is tried for ever, with growing waits, and heals (case 44)",
                 "[supervisor][pool]") {
  options.workers = 2;
  start();
  launcher->script.boot = worker_script::exits;
  launcher->at(0).die(SIGKILL);
  launcher->at(1).die(SIGKILL);
  settle();
  advance(60s);
  auto attempts = launcher->launches;
  CHECK(attempts > 20);
  CHECK(attempts < 80); // one probe at a time, at most once a second
  CHECK(ask<snapshot>(pool, inspect_atom::value).value().state == "failing");

  auto waiting = run("patient");
  launcher->script.boot = worker_script::answers;
  advance(1001ms);

  CHECK(rows().size() == 2);
  CHECK(ask<snapshot>(pool, inspect_atom::value).value().state == "serving");
  launcher->at(launcher->workers.size() - 2).answer("", "served");
  settle();
  CHECK(waiting->answered());
}

TEST_CASE_METHOD(pool_fixture, "workers that die right after their boot do not make a loop without waits",
                 "[supervisor][pool]") {
  start();
  launcher->script.on_request = {};
  for (int i = 0; i < 100; ++i) {
    if (launcher->last().alive())
      launcher->last().exit(1);
    settle();
    advance(10ms);
  }
  CHECK(launcher->launches < 20);
  advance(2s);
  CHECK(rows().size() == 1);
}

TEST_CASE_METHOD(pool_fixture, "waiting execs get the documented error while no worker boots", "[supervisor][pool]") {
  options.allocate_timeout = 3s;
  start();
  launcher->script.boot = worker_script::exits;
  launcher->at(0).die(SIGKILL);
  settle();
  auto e = run("hopeful");
  advance(3s);
  CHECK(e->failed());
  CHECK(e->why.kind == error_kind::no_free_workers);
}

// -- stop -------------------------------------------------------------------------------------------------------------

TEST_CASE_METHOD(pool_fixture, "an idle pool stops at once and its workers are asked, not killed", "[supervisor][pool]") {
  options.workers = 3;
  start();
  stop(30s);

  CHECK(ended());
  CHECK(end_reason() == caf::exit_reason::user_shutdown);
  for (auto& w : launcher->workers) {
    CHECK(w->stop_asked);
    CHECK_FALSE(w->killed());
  }
}

TEST_CASE_METHOD(pool_fixture, "a stopping pool lets running and waiting execs end and refuses new ones (case 29)",
                 "[supervisor][pool]") {
  start();
  auto running = run("running"), waiting = run("waiting");
  stop(30s);
  auto refused = run("refused");

  CHECK(refused->failed());
  CHECK(render(refused->why) ==
        "static_pool_exec: Workers watcher stopped:\n\tstatic_pool_exec:\n\tworker_watcher_get_free_worker");
  launcher->at(0).answer("", "1");
  settle();
  launcher->at(0).answer("", "2");
  settle();
  CHECK(running->answered());
  CHECK(waiting->answered());
  CHECK(ended());
}

TEST_CASE_METHOD(pool_fixture, "at its deadline a stopping pool kills what still works", "[supervisor][pool]") {
  start();
  auto stuck = run("stuck"), waiting = run("waiting");
  stop(2s);
  advance(2s);

  CHECK(stuck->failed());
  CHECK(waiting->failed());
  CHECK(launcher->at(0).killed());
  CHECK(ended());
}

TEST_CASE_METHOD(pool_fixture, "a worker that ignores the stop request is killed after its stop_timeout", "[supervisor][pool]") {
  options.worker.stop_timeout = 1s;
  launcher->script.heeds_stop = false;
  launcher->script.heeds_end_of_input = false;
  start();
  stop(30s);
  CHECK_FALSE(ended());
  advance(1s);

  CHECK(launcher->at(0).killed());
  CHECK(ended());
}

TEST_CASE_METHOD(pool_fixture, "a killed pool takes its processes with it and answers who waits", "[supervisor][pool]") {
  options.workers = 2;
  start();
  auto a = run("a"), b = run("b"), c = run("c");
  caf::anon_send_exit(pool, caf::exit_reason::kill);
  settle();

  CHECK(launcher->alive() == 0);
  for (auto& e : {a, b, c})
    CHECK(e->outcomes() == 1);
}

// -- debug pool -------------------------------------------------------------------------------------------------------

TEST_CASE_METHOD(pool_fixture, "a debug pool has a fresh worker for each exec and keeps none (case 33)", "[supervisor][pool]") {
  options.debug = true;
  start();
  CHECK(started());
  CHECK(launcher->launches == 0);
  for (std::size_t i = 0; i < 3; ++i) {
    auto e = run("x");
    REQUIRE(launcher->workers.size() == i + 1);
    launcher->at(i).answer("", "ok");
    settle();
    CHECK(e->answered());
    CHECK_FALSE(launcher->at(i).alive());
  }
  CHECK(rows().empty());
}

TEST_CASE_METHOD(pool_fixture, "a debug pool says why its worker did not boot", "[supervisor][pool]") {
  options.debug = true;
  launcher->script.boot = worker_script::exits;
  launcher->script.boot_exit = {.code = 9};
  start();
  auto e = run("x");
  advance(2s);

  CHECK(e->failed());
  CHECK(has_kind(e->why, error_kind::worker_allocate));
  CHECK(render(e->why).find("exit status 9") != std::string::npos);
}

// -- pure parts -------------------------------------------------------------------------------------------------------

TEST_CASE("worker states have the numbers and names of the interface", "[supervisor][worker_state]") {
  CHECK(to_string(worker_state::inactive) == "inactive");
  CHECK(to_string(worker_state::ready) == "ready");
  CHECK(to_string(static_cast<worker_state>(7)) == "maxJobsReached");
  CHECK(to_string(worker_state::exec_ttl_reached) == "execTTLReached");
  CHECK(to_string(static_cast<worker_state>(13)) == "undefined");
}

TEST_CASE("a worker's state follows only where it may", "[supervisor][worker_state]") {
  using s = worker_state;
  CHECK(may_follow(s::inactive, s::ready));
  CHECK(may_follow(s::working, s::ready));
  CHECK_FALSE(may_follow(s::stopping, s::ready));
  CHECK(may_follow(s::ready, s::working));
  CHECK_FALSE(may_follow(s::inactive, s::working));
  CHECK_FALSE(may_follow(s::destroyed, s::stopping));
  CHECK(may_follow(s::destroyed, s::destroyed));
}
