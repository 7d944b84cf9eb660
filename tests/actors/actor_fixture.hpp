#pragma once

#include "actors/messages.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/send.hpp>
#include <catch2/catch.hpp>
#include <memory>
#include <optional>
#include <random>
#include <vector>

namespace rr::test {

/// The answer to a request that may not have arrived.
template <class T>
class answer {
public:
  bool arrived() const { return state_->has_value(); }
  bool failed() const { return arrived() && !(*state_)->has_value(); }
  const T& value() const {
    REQUIRE(arrived());
    REQUIRE((*state_)->has_value());
    return ***state_;
  }
  error why() const {
    REQUIRE(failed());
    return (*state_)->error();
  }

private:
  friend class actor_fixture;
  std::shared_ptr<std::optional<expected<T>>> state_ = std::make_shared<std::optional<expected<T>>>();
};

/// Runs actors on the test's thread and clock. Nothing happens but in `settle` and `advance`.
class actor_fixture {
public:
  actor_fixture() : system(configure(config)) { system.await_actors_before_shutdown(false); }

  ~actor_fixture() {
    for (auto i = owned_.rbegin(); i != owned_.rend(); ++i)
      caf::anon_send_exit(*i, caf::exit_reason::kill);
    settle();
    CHECK(system.registry().running() == 0);
  }

  caf::scheduler::test_coordinator& scheduler() {
    return static_cast<caf::scheduler::test_coordinator&>(system.scheduler());
  }

  /// Empties all mailboxes. With a seed the next actor is picked by chance instead of first come, first served.
  void settle() {
    std::size_t steps = 0;
    while (scheduler().has_job() && ++steps < 1'000'000) {
      if (seed_) {
        auto& jobs = scheduler().jobs;
        auto pick = std::uniform_int_distribution<std::size_t>{0, jobs.size() - 1}(*seed_);
        std::rotate(jobs.begin(), jobs.begin() + static_cast<std::ptrdiff_t>(pick),
                    jobs.begin() + static_cast<std::ptrdiff_t>(pick) + 1);
      }
      scheduler().run_once();
    }
    CHECK(steps < 1'000'000);
  }

  /// Moves the clock, stopping at each due timer, so that timers set by timers fire too.
  void advance(caf::timespan by) {
    auto& clock = scheduler().clock();
    auto end = clock.current_time + by;
    for (settle(); !clock.schedule().empty() && clock.schedule().begin()->first <= end; settle())
      clock.advance_time(std::max(caf::timespan{0}, caf::timespan{clock.schedule().begin()->first - clock.current_time}));
    clock.current_time = end;
  }

  time_point now() { return scheduler().clock().current_time; }

  /// Picks the order of actors by chance from now on.
  void shuffle(unsigned seed) { seed_.emplace(seed); }

  /// Ends the actor together with the test.
  template <class Handle>
  Handle own(Handle handle) {
    owned_.push_back(caf::actor_cast<caf::actor>(handle));
    return handle;
  }

  /// Sends a request and settles.
  template <class T, class Handle, class... Ts>
  answer<T> ask(Handle to, Ts... xs) {
    answer<T> result;
    own(system.spawn([state = result.state_, to, xs...](caf::event_based_actor* self) {
      self->request(to, caf::infinite, xs...)
          .then([state](const T& x) { state->emplace(x); },
                [state](caf::error& e) { state->emplace(tl::unexpected<error>(from_exit_reason(e))); });
    }));
    settle();
    return result;
  }

  /// Sends one way and settles.
  template <class Handle, class... Ts>
  void tell(Handle to, Ts... xs) {
    caf::anon_send(to, std::move(xs)...);
    settle();
  }

  caf::actor_system_config config;
  caf::actor_system system;

private:
  static caf::actor_system_config& configure(caf::actor_system_config& config) {
    config.set("scheduler.policy", caf::atom("testing"));
    return config;
  }

  std::vector<caf::actor> owned_;
  std::optional<std::mt19937> seed_;
};

} // namespace rr::test
