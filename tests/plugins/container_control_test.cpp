#include "actors/registry.hpp"
#include "actors/runtime.hpp"
#include "plugins/container.hpp"
#include "tests/plugins/container_fixture.hpp"

#include <future>

using namespace rr;
using namespace rr::test;
using namespace std::chrono_literals;

namespace {

constexpr auto patience = 20s;

/// A real runtime with a root supervisor and a container on it, as the command line makes them.
class control_fixture {
public:
  control_fixture() {
    std::promise<supervisor_actor> made;
    run.at(0).post([&] {
      supervisor_spec spec;
      spec.waits.emplace();
      made.set_value(spawn_supervisor(run.system(), birth{"rr", {"rr", 1}, {}}, spec));
    });
    root = made.get_future().get();
  }

  ~control_fixture() {
    control.reset();
    caf::anon_send_exit(root, caf::exit_reason::kill);
    root = nullptr;
    registry::instance().clear();
  }

  void start(std::vector<script> scripts) {
    plugin_list all;
    for (auto& s : scripts)
      all.push_back(std::make_unique<fake_plugin>(s, std::make_shared<diary>()));
    container_callbacks calls;
    calls.started = [this](expected<void> r) { started.set_value(std::move(r)); };
    calls.failed = [this](error why, std::string plugin) { failed.set_value(render(why) + " of " + plugin); };
    calls.stopped = [this](expected<void> r) { stopped.set_value(std::move(r)); };
    control = start_container(run.at(0), root, {}, std::move(all), {}, std::move(calls));
  }

  template <class T>
  static T wait_for(std::promise<T>& what) {
    auto result = what.get_future();
    REQUIRE(result.wait_for(patience) == std::future_status::ready);
    return result.get();
  }

  // Before the runtime: actors that end with it may still keep a promise.
  std::promise<expected<void>> started;
  std::promise<expected<void>> stopped;
  std::promise<std::string> failed;
  runtime run;
  supervisor_actor root;
  std::shared_ptr<container_control> control;
};

script named(std::string name) {
  script s;
  s.name = std::move(name);
  return s;
}

} // namespace

TEST_CASE_METHOD(control_fixture, "a container on a reactor starts, lists and stops its plugins",
                 "[container]") {
  start({named("http"), named("rpc")});
  REQUIRE(wait_for(started));

  std::promise<std::vector<plugin_row>> listed;
  control->list([&](std::vector<plugin_row> rows) { listed.set_value(std::move(rows)); });
  auto rows = wait_for(listed);
  REQUIRE(rows.size() == 2);
  CHECK(rows[1].name == "rpc");
  CHECK(rows[1].state == plugin_state::serving);

  control->stop();
  CHECK(wait_for(stopped));
}

TEST_CASE_METHOD(control_fixture, "a stop right after the start is answered", "[container]") {
  start({named("http")});
  control->stop();

  wait_for(started);
  CHECK(wait_for(stopped));
}

TEST_CASE_METHOD(control_fixture, "a plugin may complete its steps on another thread", "[container]") {
  std::promise<completion> asked;
  auto slow = named("slow");
  slow.serve = [&](auto, completion done) { asked.set_value(std::move(done)); };
  start({slow});

  auto done = wait_for(asked);
  done({});
  done = nullptr;

  CHECK(wait_for(started));
  control->stop();
  CHECK(wait_for(stopped));
}

TEST_CASE_METHOD(control_fixture, "the loss of the container is told, and a stop after it is answered",
                 "[container]") {
  start({named("http")});
  REQUIRE(wait_for(started));

  // The root enters its child into the registry when it handles the report, perhaps after the container has
  // started.
  caf::strong_actor_ptr container;
  for (auto end = std::chrono::steady_clock::now() + patience;
       !container && std::chrono::steady_clock::now() < end;)
    container = registry::instance().find("rr/container");
  REQUIRE(container != nullptr);
  caf::anon_send_exit(caf::actor_cast<caf::actor>(container), caf::exit_reason::kill);
  container = nullptr;

  CHECK(wait_for(failed) == "Stop: the container has ended of container");
  control->stop();
  CHECK_FALSE(wait_for(stopped));
}
