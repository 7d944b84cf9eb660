#pragma once

#include "supervisor/pool_actor.hpp"
#include "tests/actors/actor_fixture.hpp"
#include "tests/supervisor/recorded_exec.hpp"
#include "tests/supervisor/scripted_process.hpp"

#include <caf/typed_event_based_actor.hpp>

namespace rr::test {

using namespace std::chrono_literals;

/// A parent that remembers what its child reported and how it ended.
struct parent_log {
  std::vector<start_report> reports;
  std::vector<caf::error> ends;
};

/// A pool of scripted workers on the virtual clock.
class pool_fixture : public actor_fixture {
public:
  pool_fixture() : launcher(std::make_shared<scripted_launcher>(system)), log(std::make_shared<parent_log>()) {
    options.name = "http";
    options.workers = 1;
    options.seed = 7;
    options.boot_wait = {100ms, 1000ms, 0.0, 10s};
  }

  ~pool_fixture() {
    // The pool's end must take every process with it.
    if (pool) {
      caf::anon_send_exit(pool, caf::exit_reason::kill);
      settle();
      CHECK(launcher->alive() == 0);
    }
  }

  /// Spawns the pool; it has booted what it can boot when this returns.
  void start() {
    auto parent = system.spawn([record = log](parent_pointer self) -> parent_actor::behavior_type {
      self->set_down_handler([=](caf::down_msg& down) { record->ends.push_back(down.reason); });
      return {[=](started_atom, const child_ref&, const start_report& report) { record->reports.push_back(report); }};
    });
    own(parent);
    pool = own(spawn_pool(system, {"rr/http/pool", {"pool", 1}, parent}, launcher, options));
    watch_end();
    settle();
  }

  std::shared_ptr<exec_record> run(std::string body) {
    auto record = std::make_shared<exec_record>();
    auto e = caf::make_counted<recorded_exec>(std::move(body), record);
    last_exec_id = e->id;
    tell(pool, exec_atom::value, exec_ptr{e});
    return record;
  }

  std::vector<worker_row> rows() { return ask<std::vector<worker_row>>(pool, workers_atom::value).value(); }

  void stop(duration limit) { tell(pool, stop_atom::value, now() + limit); }

  bool started() const { return log->reports.size() == 1 && log->reports[0].outcome == start_report::ok; }
  bool ended() const { return !ends->empty(); }
  caf::error end_reason() const { return ends->empty() ? caf::error{} : ends->front(); }

  std::shared_ptr<scripted_launcher> launcher;
  std::shared_ptr<parent_log> log;
  std::shared_ptr<std::vector<caf::error>> ends = std::make_shared<std::vector<caf::error>>();
  pool_options options;
  pool_actor pool;
  std::uint64_t last_exec_id = 0;

private:
  using parent_pointer = parent_actor::pointer;

  void watch_end() {
    own(system.spawn([record = ends, target = pool](caf::event_based_actor* self) -> caf::behavior {
      self->monitor(target);
      self->set_down_handler([=](caf::down_msg& down) { record->push_back(down.reason); });
      return {[](tick_atom) {}};
    }));
  }
};

} // namespace rr::test
