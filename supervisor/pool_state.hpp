#pragma once

#include "actors/supervised.hpp"
#include "supervisor/back_off.hpp"
#include "supervisor/pool_actor.hpp"

#include <deque>
#include <map>
#include <random>

namespace rr {

/// The pool's record of one worker.
struct pool_worker {
  std::uint64_t id = 0;
  worker_actor handle;
  relay_actor relay; ///< none before it has booted
  worker_info info;
  worker_state state = worker_state::inactive;
  std::uint64_t execs = 0;
  std::optional<std::uint64_t> execs_max;
  std::chrono::system_clock::time_point created;
  exec_ptr current;                ///< what it runs, for deadlines and evidence; the relay owns its end
  time_point busy_since{};
  bool counted = true;      ///< towards the pool's size; not once its successor has been ordered
  bool retire_when_idle = false;
  event_id cause = 0; ///< the event that its end will name as parent
};

/// State and behaviour of a pool; see pool_actor.hpp.
class pool_state final : public supervised_state {
public:
  static constexpr const char* name = "pool";

  using actor_type = supervised<pool_state, pool_actor>;

  pool_state(actor_type* self, birth b, std::shared_ptr<process_launcher> launcher, pool_options options);
  ~pool_state() override;

  pool_actor::behavior_type make_behavior();

protected:
  void figures(snapshot& s) const override;

private:
  using worker_map = std::map<std::uint64_t, pool_worker>;

  // The request path: pool_execs.cpp
  void take(exec_ptr e);
  void serve_waiting();
  void run(pool_worker& w, exec_ptr e);
  void finish(std::uint64_t id, const exec_outcome& outcome);
  void repeat(std::uint64_t id, exec_ptr e);
  void cancel(std::uint64_t exec_id);
  void credit(std::uint64_t exec_id);
  std::size_t running() const;

  // Deadlines: pool_deadlines.cpp
  void wake_at(time_point t);
  void tick();
  void expire_waiting(time_point now);
  void expire_running(time_point now);
  time_point busy_deadline(const pool_worker& w) const;
  time_point next_deadline() const;

  // Workers: pool_workers.cpp
  void fill_up();
  std::size_t missing() const;
  void boot_one();
  void booted(std::uint64_t id, const worker_boot& boot);
  void gone(std::uint64_t id, const worker_end& end);
  void wait_before_boot();
  void boot_failed(const pool_worker& w, const worker_end& end);
  void died(const pool_worker& w, const worker_end& end);
  void broken(std::uint64_t id, const error& why);
  void quit_asked(std::uint64_t id);
  void make_idle(pool_worker& w);
  void recycle(pool_worker& w, worker_state why);
  void retire(pool_worker& w);
  void retire_predecessor();
  void give_up(pool_worker& w, worker_state why, const error& reason);
  void lost_handle(const caf::exit_msg& x);

  // Start and stop: pool_actor.cpp
  void started_if_complete();
  void fail_start(const error& why);
  void stop(time_point deadline);
  void stop_if_drained();
  void end_unwanted(pool_worker& w);
  void cut_short();
  void end_if_empty();

  pool_worker* find(std::uint64_t id);
  pool_worker* running_exec(std::uint64_t exec_id);
  void mark(pool_worker& w, worker_state to);
  bool forget_idle(std::uint64_t id);
  time_point now() const;

  enum class phase : std::uint8_t { starting, serving, draining, stopping, failed };

  actor_type* self_;
  std::shared_ptr<process_launcher> launcher_;
  pool_options options_;
  logger log_;
  std::mt19937 random_;

  phase phase_ = phase::starting;
  worker_map workers_;
  std::uint64_t next_id_ = 1;
  std::deque<std::uint64_t> idle_;       ///< ready workers, the longest idle first
  std::deque<std::uint64_t> outgoing_;   ///< recycled workers that wait for a successor to boot
  std::deque<exec_ptr> waiting_;
  std::size_t running_ = 0;

  unsigned boot_failures_ = 0; ///< in a row
  std::optional<time_point> next_boot_;  ///< set while a failed boot makes us wait
  bool failing_ = false;
  event_id failing_event_ = 0;
  error start_error_;
  std::string last_boot_error_;

  time_point stop_deadline_ = time_point::max();
  time_point armed_ = time_point::max();
};

} // namespace rr
