#pragma once

#include "actors/reactor.hpp"

#include <atomic>
#include <caf/actor_clock.hpp>
#include <caf/scheduler/abstract_coordinator.hpp>
#include <memory>
#include <thread>
#include <vector>

namespace rr {

class reactor_scheduler;

/// CAF's clock on the timers of the reactors: a timer set on a reactor's thread stays there, one from elsewhere goes to
/// the first reactor.
class reactor_clock final : public caf::actor_clock {
public:
  explicit reactor_clock(reactor_scheduler& owner) : owner_(owner) {}

  void set_ordinary_timeout(time_point t, caf::abstract_actor* self, caf::atom_value type,
                            std::uint64_t id) override;
  void set_multi_timeout(time_point t, caf::abstract_actor* self, caf::atom_value type,
                         std::uint64_t id) override;
  void set_request_timeout(time_point t, caf::abstract_actor* self, caf::message_id id) override;
  void cancel_ordinary_timeout(caf::abstract_actor* self, caf::atom_value type) override;
  void cancel_request_timeout(caf::abstract_actor* self, caf::message_id id) override;
  void cancel_timeouts(caf::abstract_actor* self) override;
  void schedule_message(time_point t, caf::strong_actor_ptr receiver,
                        caf::mailbox_element_ptr content) override;
  void schedule_message(time_point t, caf::group target, caf::strong_actor_ptr sender,
                        caf::message content) override;
  void cancel_all() override;

private:
  template <class F>
  void on_queue(F f);

  reactor_scheduler& owner_;
};

/// CAF's scheduler on reactors: every actor runs on the reactor it was born on, for ever.
class reactor_scheduler final : public caf::scheduler::abstract_coordinator {
public:
  explicit reactor_scheduler(caf::actor_system& system);
  ~reactor_scheduler() override;

  /// The factory that `actor_system_config::load` wants.
  static caf::actor_system::module* make(caf::actor_system& system, caf::detail::type_list<>);

  std::size_t reactor_count() const noexcept { return reactors_.size(); }
  reactor& at(std::size_t index) { return *reactors_[index]; }
  bool stopped() const noexcept { return stopped_.load(std::memory_order_acquire); }

  caf::actor_clock& clock() noexcept override { return clock_; }

protected:
  void start() override;
  void stop() override;
  void enqueue(caf::resumable* job) override;

private:
  reactor* home_of(caf::resumable* job) const;

  std::vector<std::unique_ptr<reactor>> reactors_;
  std::vector<std::thread> threads_;
  std::atomic<std::size_t> next_{0};
  std::atomic<bool> stopped_{false};
  reactor_clock clock_;
};

} // namespace rr
