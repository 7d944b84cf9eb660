#include "tests/plugins/container_fixture.hpp"

using namespace rr;
using namespace rr::test;
using namespace std::chrono_literals;

namespace {

child_script lingers(std::chrono::milliseconds time) {
  child_script s;
  s.linger = time;
  return s;
}

child_script boots(std::chrono::milliseconds time) {
  child_script s;
  s.boot = time;
  return s;
}

} // namespace

TEST_CASE_METHOD(container_fixture, "plugins stop in reverse, each level after the one before",
                 "[container]") {
  add("http").describe = requires_a<first_contract>();
  give_child(scripts.back(), lingers(2s));
  add("server").describe = provides_a<first_contract>("server");
  give_child(scripts.back(), lingers(1s));
  add("rpc", 100);
  give_child(scripts.back());
  start();
  notes->clear();

  halt();
  CHECK(*notes == diary{"stop http", "asked http 30000"});

  advance(2s);
  CHECK(*notes == diary{"stop http", "asked http 30000", "down http", "stop server", "asked server 28000"});
  CHECK(stopped.empty());

  advance(1s);
  CHECK(steps("stop") == diary{"http", "server", "rpc"});
  CHECK(steps("down") == diary{"http", "server", "rpc"});
  REQUIRE(stopped.size() == 1);
  CHECK(stopped.front());
  CHECK(failed.empty());
}

TEST_CASE_METHOD(container_fixture, "plugins of one level and their children stop at the same time",
                 "[container]") {
  for (auto* name : {"http", "jobs", "grpc"})
    give_child(add(name), lingers(4s));
  start();

  halt();
  CHECK(steps("asked") == diary{"grpc 30000", "jobs 30000", "http 30000"});

  advance(4s);
  CHECK(stopped.size() == 1);
}

TEST_CASE_METHOD(container_fixture, "a child is ended after its plugin's own stop", "[container]") {
  completion stop_done;
  give_child(add("http"));
  scripts.back().stop = [&](time_point, completion done) { stop_done = std::move(done); };
  start();

  halt();
  CHECK(steps("asked").empty());

  stop_done({});
  settle();
  CHECK(steps("down") == diary{"http"});
  CHECK(stopped.size() == 1);
}

TEST_CASE_METHOD(container_fixture, "a stop that exceeds the grace period is abandoned at once (case 18)",
                 "[container]") {
  h.grace_period = 1s;
  completion kept;
  add("slow").stop = [&](time_point, completion done) { kept = std::move(done); };
  start();

  halt();
  advance(999ms);
  CHECK(stopped.empty());

  advance(1ms);
  REQUIRE(stopped.size() == 1);
  REQUIRE_FALSE(stopped.front());
  CHECK(render(stopped.front().error()) == "slow: context deadline exceeded");
  CHECK(states()["slow"] == "failed [context deadline exceeded]");

  kept({});
  settle();
  CHECK(stopped.size() == 1);
}

TEST_CASE_METHOD(container_fixture,
                 "a child that does not end is killed at the deadline and the sequence goes on",
                 "[container]") {
  h.grace_period = 1s;
  give_child(add("http"), lingers(1h));
  scripts.back().describe = requires_a<first_contract>();
  give_child(add("server"), lingers(1h));
  scripts.back().describe = provides_a<first_contract>("server");
  give_child(add("rpc", 100));
  start();

  halt();
  advance(1s);
  CHECK(steps("down").front() == "http");
  CHECK(steps("stop").size() >= 2);

  advance(1s);
  CHECK(steps("stop") == diary{"http", "server", "rpc"});
  CHECK(steps("down").size() == 3);
  REQUIRE(stopped.size() == 1);
  CHECK_FALSE(stopped.front());
}

TEST_CASE_METHOD(container_fixture, "the whole stop ends one second after the deadline, whoever hangs",
                 "[container]") {
  h.grace_period = 2s;
  std::vector<completion> kept;
  for (unsigned weight = 1; weight < 9; ++weight)
    add("p" + std::to_string(weight), weight).stop = [&](time_point, completion done) {
      kept.push_back(std::move(done));
    };
  start();

  halt();
  advance(2s);
  CHECK(stopped.empty());

  advance(1s);
  REQUIRE(stopped.size() == 1);
  CHECK(steps("stop").size() == 8);
  CHECK(std::count(stopped[0].error().text.begin(), stopped[0].error().text.end(), '\n') == 7);
}

TEST_CASE_METHOD(container_fixture, "errors of stops are joined, one a line", "[container]") {
  for (auto* name : {"a", "b"})
    add(name).stop = [](time_point, completion done) {
      done(fail(error_kind::undefined, "close", "disk full"));
    };
  start();

  halt();

  REQUIRE(stopped.size() == 1);
  CHECK(render(stopped[0].error()) == "b: close: disk full\na: close: disk full");
}

TEST_CASE_METHOD(container_fixture, "an exception in a stop is that plugin's error", "[container]") {
  add("rude").stop = [](time_point, completion) { throw std::runtime_error("boom"); };
  start();

  halt();

  REQUIRE(stopped.size() == 1);
  CHECK(stopped[0].error().text == "rude: unhandled exception: boom");
}

TEST_CASE_METHOD(container_fixture, "a stop during the start cuts it short and ends what boots",
                 "[container]") {
  give_child(add("http"), boots(60s));
  give_child(add("rpc", 100));
  start();
  CHECK(started.empty());

  halt();

  CHECK(start_error() == "Stop: stopped before all plugins were ready");
  REQUIRE(stopped.size() == 1);
  CHECK(stopped.front());
  CHECK(steps("down") == diary{"http", "rpc"});
  CHECK(steps("up") == diary{"rpc"});
}

TEST_CASE_METHOD(container_fixture,
                 "a failure while running stops everything, then it is told once (case 17)", "[container]") {
  std::shared_ptr<serve_context> context;
  add("http").serve = [&](auto c, completion done) {
    context = c;
    done({});
  };
  give_child(add("rpc", 100), lingers(1s));
  start();
  REQUIRE(is_up());

  context->fail({error_kind::network, "accept", "too many open files"});
  context->fail({error_kind::network, "accept", "again"});
  settle();
  CHECK(failed.empty());
  CHECK(context->stopping());

  advance(1s);
  CHECK(failed ==
        std::vector<std::string>{"error: accept: Network: too many open files\nplugin: *http.Plugin"});
  CHECK(steps("stop") == diary{"http", "rpc"});
  CHECK(steps("down") == diary{"rpc"});
  CHECK(states()["http"] == "failed [accept: Network: too many open files]");

  halt();
  REQUIRE(stopped.size() == 1);
  CHECK(stopped.front());
}

TEST_CASE_METHOD(container_fixture, "a failure before all is ready is a failed start", "[container]") {
  add("http").serve = [](auto context, completion done) {
    context->fail({error_kind::undefined, {}, "no"});
    static std::vector<completion> kept;
    kept.push_back(std::move(done));
    kept.clear();
  };

  start();

  CHECK(start_error() ==
        "Function call error:\n\tserve error from the plugin *http.Plugin stopping execution, error: no");
  CHECK(failed.empty());
}

TEST_CASE_METHOD(container_fixture, "a plugin that cannot start its child any more is told so",
                 "[container]") {
  std::shared_ptr<serve_context> context;
  add("http").serve = [&](auto c, completion done) {
    context = c;
    done({});
  };
  start();
  halt();

  expected<void> result;
  context->start_child(fake_child("late", {}, notes), [&](expected<void> r) { result = std::move(r); });
  settle();

  REQUIRE_FALSE(result);
  CHECK(result.error().text == "everything is being stopped");
  CHECK(steps("up").empty());
}

TEST_CASE_METHOD(container_fixture, "a child that the root has restarted is the one that is ended",
                 "[container]") {
  give_child(add("http"), lingers(1s));
  start();
  auto first = registry::instance().find("rr/http");
  REQUIRE(first != nullptr);
  caf::anon_send_exit(caf::actor_cast<caf::actor>(first), caf::exit_reason::kill);
  settle();
  advance(1s);
  REQUIRE(steps("up").size() == 2);

  halt();
  CHECK(steps("asked") == diary{"http 30000"});

  advance(1s);
  CHECK(steps("down").size() == 2);
  REQUIRE(stopped.size() == 1);
  CHECK(stopped.front());
}

TEST_CASE_METHOD(container_fixture, "plugins that were never served are not stopped", "[container]") {
  add("first", 9).serve = [](auto, completion done) { done(fail(error_kind::undefined, {}, "no")); };
  add("second");

  start();

  CHECK(steps("stop").empty());
  CHECK(states()["second"] == "initialized");
}

TEST_CASE_METHOD(container_fixture, "every halt is answered", "[container]") {
  give_child(add("http"), lingers(1s));
  start();

  halt();
  halt();
  CHECK(stopped.empty());

  advance(1s);
  CHECK(stopped.size() == 2);
}

TEST_CASE_METHOD(container_fixture, "a container that is killed answers what it owes", "[container]") {
  give_child(add("http"), boots(60s));
  start();
  REQUIRE(started.empty());

  caf::anon_send_exit(container, caf::exit_reason::kill);
  settle();

  CHECK(start_error() == "Stop: the container has ended");
}

TEST_CASE_METHOD(container_fixture, "any order of the actors ends in the same result", "[container]") {
  shuffle(GENERATE(range(1u, 30u)));
  give_child(add("http"), lingers(1s));
  scripts.back().describe = requires_a<first_contract>();
  give_child(add("jobs"), boots(100ms));
  scripts.back().describe = requires_a<first_contract>();
  give_child(add("server"), lingers(2s));
  scripts.back().describe = provides_a<first_contract>("server");
  give_child(add("rpc", 100));
  start();
  advance(100ms);
  REQUIRE(is_up());

  halt();
  advance(3s);

  REQUIRE(stopped.size() == 1);
  CHECK(stopped.front());
  auto down = steps("down");
  REQUIRE(down.size() == 4);
  CHECK(down[2] == "server");
  CHECK(down[3] == "rpc");
}
