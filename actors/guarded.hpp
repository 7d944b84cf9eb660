#pragma once

#include "actors/reactor.hpp"

#include <caf/actor_cast.hpp>
#include <caf/exit_reason.hpp>
#include <caf/local_actor.hpp>
#include <caf/make_message.hpp>
#include <caf/sec.hpp>
#include <caf/send.hpp>
#include <exception>
#include <utility>

namespace rr {

caf::error exception_reason(const std::exception_ptr& x);

/// Ends an actor from inside one of its Asio handlers: `quit` takes effect only while the actor handles a message. Any reason
/// but normal; without one it is an orderly shutdown.
template <class Self>
void end_from_handler(Self* self, caf::error reason = caf::exit_reason::user_shutdown) {
  self->send_exit(caf::actor_cast<caf::actor>(self), std::move(reason));
}

/// Wraps an Asio handler of an actor: keeps the actor alive while the handler waits, does nothing once the
/// actor has ended (its state is gone), and turns an exception into the actor's end.
template <class Self, class F>
auto guarded(Self* self, F f) {
  return [keep = caf::strong_actor_ptr{self->ctrl()}, self, f = std::move(f)](auto&&... xs) mutable {
    if (self->getf(caf::abstract_actor::is_cleaned_up_flag))
      return;
    // What it sends is scheduled by the execution unit of its last message: its reactor, or one in a
    // scheduler of a test that is gone by now.
    if (self->context() != reactor::here())
      self->context(reactor::here());
    try {
      f(std::forward<decltype(xs)>(xs)...);
    } catch (...) {
      self->send_exit(caf::actor_cast<caf::actor>(keep), exception_reason(std::current_exception()));
    }
  };
}

} // namespace rr
