#include "actors/supervised.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/deep_to_string.hpp>
#include <caf/scheduled_actor.hpp>
#include <caf/sec.hpp>
#include <caf/send.hpp>

namespace rr {

supervised_state::supervised_state(caf::scheduled_actor* self, birth b, const char* kind)
    : self_(self), birth_(std::move(b)), kind_(kind), since_(std::chrono::system_clock::now()) {}

snapshot supervised_state::describe() const {
  snapshot s;
  s.path = birth_.path;
  s.kind = kind_;
  s.state = state_;
  s.since = since_;
  s.mailbox_depth = self_->mailbox().size();
  s.messages = messages_;
  figures(s);
  return s;
}

void supervised_state::enter(const char* state) {
  state_ = state;
  since_ = std::chrono::system_clock::now();
}

void supervised_state::report_started(start_report report) {
  if (birth_.parent)
    caf::anon_send(birth_.parent, started_atom::value, birth_.ref, std::move(report));
}

void supervised_state::saw(const caf::mailbox_element& message) {
  ++messages_;
  if (!trace_until_)
    return;
  if (self_->clock().now() >= *trace_until_) {
    trace_until_.reset();
    return;
  }
  static const logger log{"trace"};
  log.info("message", {{"path", birth_.path}, {"content", caf::deep_to_string(message.content())}});
}

caf::error exception_reason(const std::exception_ptr& x) {
  try {
    std::rethrow_exception(x);
  } catch (const std::exception& e) {
    return to_exit_reason({error_kind::undefined, "unhandled exception", e.what()});
  } catch (...) {
    return to_exit_reason({error_kind::undefined, "unhandled exception", "of unknown type"});
  }
}

} // namespace rr
