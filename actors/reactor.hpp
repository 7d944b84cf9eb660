#pragma once

#include "actors/directory.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <caf/detail/simple_actor_clock.hpp>
#include <caf/execution_unit.hpp>
#include <caf/resumable.hpp>
#include <deque>
#include <functional>

namespace rr {

/// One thread that runs actors and sockets: CAF's ready actors and Asio's handlers alternate on it, nothing
/// sleeps while work waits. An actor stays on the reactor it was born on.
///
/// Everything of a reactor is touched by its own thread only, except `io().post`-like calls.
class reactor final : public caf::execution_unit {
public:
  reactor(caf::actor_system& system, std::size_t throughput);
  ~reactor() override;

  /// The reactor whose thread this is; null elsewhere (the main thread, detached actors, tests).
  static reactor* here() noexcept;

  boost::asio::io_context& io() noexcept { return io_; }
  actor_directory& directory() noexcept { return directory_; }

  /// Runs `f` on this reactor's thread. From any thread.
  void post(std::function<void()> f);

  /// Handlers until `request_stop` and no ready actor is left.
  void run();

  /// Ends `run`. From any thread.
  void request_stop();

  /// Drops timers, handlers and ready actors of a stopped reactor. Called by the thread that joined it.
  void clean_up();

  /// Queues a ready actor. On this thread only.
  void push(caf::resumable* job) { ready_.push_back(job); }

  /// Queues a job on this reactor. From any thread.
  void admit(caf::resumable* job);

  /// Called by the sender that made an actor ready, with the sender's reactor: the actor goes to its own.
  void exec_later(caf::resumable* job) override;

  /// CAF's timers of this reactor's actors.
  struct timer_queue final : caf::detail::simple_actor_clock {
    using simple_actor_clock::handle;
  };

  template <class F>
  void with_timers(F f) {
    f(timers_);
    arm();
  }

private:
  void arm();
  void on_tick();
  void run_ready();

  boost::asio::io_context io_{1};
  boost::asio::steady_timer tick_{io_};
  caf::actor_clock::time_point armed_ = caf::actor_clock::time_point::max();
  timer_queue timers_;
  std::deque<caf::resumable*> ready_;
  std::size_t throughput_;
  bool stopping_ = false;
  actor_directory directory_;
};

} // namespace rr
