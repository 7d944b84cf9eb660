#pragma once

#include "actors/directory.hpp"
#include "actors/event.hpp"
#include "actors/log.hpp"
#include "actors/messages.hpp"
#include "actors/reactor.hpp"

#include <caf/actor_config.hpp>
#include <caf/make_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <optional>

namespace rr {

/// The part of a supervised actor that does not depend on its interface: birth, state word, counters, trace.
///
/// A concrete state derives from it, adds `static constexpr const char* name`, `make_behavior()` and, where it has
/// figures of its own, `figures(snapshot&)`.
class supervised_state : public directory_entry {
public:
  supervised_state(caf::scheduled_actor* self, birth b, const char* kind);

  snapshot describe() const final;

  const birth& born() const noexcept { return birth_; }
  const std::string& path() const noexcept { return birth_.path; }

  /// The word shown as this actor's state. A literal.
  void enter(const char* state);
  const char* state() const noexcept { return state_; }

  /// Tells the parent how the start went. Once, by the actor itself.
  void report_started(start_report report = {});

  /// Counts and, while a trace is on, logs one message.
  void saw(const caf::mailbox_element& message);

  /// Logs every message of this actor until `until`.
  void trace_until(time_point until) { trace_until_ = until; }

protected:
  /// Adds own figures and children; called on the actor's thread, between messages.
  virtual void figures(snapshot&) const {}

private:
  caf::scheduled_actor* self_;
  birth birth_;
  const char* kind_;
  const char* state_ = "starting";
  std::chrono::system_clock::time_point since_;
  std::uint64_t messages_ = 0;
  std::optional<time_point> trace_until_;
};

/// The exit reason for an exception that left a handler.
caf::error exception_reason(const std::exception_ptr& x);

/// Runs State as an actor with the interface Handle: pinned to the reactor that spawns it, counted, inspectable, and
/// behind a barrier: an exception ends this actor with the exception's text as exit reason, nothing else.
template <class State, class Handle>
class supervised final : public Handle::base {
public:
  using super = typename Handle::base;
  using pointer = supervised*;

  template <class... Ts>
  supervised(caf::actor_config& cfg, birth b, Ts&&... xs) : super(cfg) {
    state.emplace(this, std::move(b), std::forward<Ts>(xs)...);
    this->set_exception_handler([](caf::scheduled_actor*, std::exception_ptr& x) { return exception_reason(x); });
  }

  std::optional<State> state;

  const char* name() const override { return State::name; }

  void on_exit() override { state.reset(); }

  caf::invoke_message_result consume(caf::mailbox_element& x) override {
    if (state)
      state->saw(x);
    return super::consume(x);
  }

protected:
  typename super::behavior_type make_behavior() override { return state->make_behavior(); }
};

/// The actor type behind `self` inside a State.
template <class State, class Handle>
using supervised_pointer = supervised<State, Handle>*;

/// Spawns a supervised actor on the calling thread's reactor.
template <class State, class Handle, class... Ts>
Handle spawn_supervised(caf::actor_system& system, birth b, Ts&&... xs) {
  caf::actor_config cfg{reactor::here()};
  return system.spawn_impl<supervised<State, Handle>, caf::no_spawn_options>(cfg, std::move(b),
                                                                            std::forward<Ts>(xs)...);
}

} // namespace rr
