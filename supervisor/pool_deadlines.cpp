// All deadlines of a pool behind one timer, which is set again only for an earlier one.

#include "supervisor/pool_errors.hpp"
#include "supervisor/pool_state.hpp"

#include <algorithm>

namespace rr {

void pool_state::wake_at(time_point t) {
  if (t >= armed_)
    return;
  armed_ = t;
  auto wait = t - now();
  self_->delayed_send(self_, std::max(wait, duration::zero()), tick_atom::value);
}

void pool_state::tick() {
  auto at = now();
  if (at < armed_)
    return; // an earlier timer has already done this one's work
  armed_ = time_point::max();
  expire_waiting(at);
  expire_running(at);
  if (next_boot_ && *next_boot_ <= at) {
    next_boot_.reset();
    fill_up();
  }
  if (stop_deadline_ <= at)
    cut_short();
  if (auto next = next_deadline(); next != time_point::max())
    wake_at(next);
}

void pool_state::expire_waiting(time_point at) {
  while (!waiting_.empty() && waiting_.front()->queued_at + options_.allocate_timeout <= at) {
    auto e = std::move(waiting_.front());
    waiting_.pop_front();
    event_bus::instance().emit(path(), event_kind::no_free_workers, {{"exec", e->describe()}}, failing_event_);
    log_.error("no free workers in the pool, wait timeout exceed",
               {{"reason", "no free workers"},
                {"internal_event_name", "EventNoFreeWorkers"},
                {"error", render(no_free_workers_evidence())}});
    e->fail(no_free_workers_error());
  }
  stop_if_drained();
}

// Of a stream each frame has the whole time.
time_point pool_state::busy_deadline(const pool_worker& w) const {
  if (w.current == nullptr || !options_.limits.exec_ttl || w.state != worker_state::working)
    return time_point::max();
  return std::max(w.busy_since, w.current->last_frame_at) + *options_.limits.exec_ttl;
}

void pool_state::expire_running(time_point at) {
  for (auto& [id, w] : workers_) {
    if (busy_deadline(w) > at)
      continue;
    auto why = exec_ttl_error();
    log_.warn("worker stopped, and will be restarted", {{"reason", "execTTL timeout elapsed"},
                                                        {"pid", w.info.pid},
                                                        {"internal_event_name", "EventExecTTL"},
                                                        {"error", render(why)}});
    w.cause = event_bus::instance().emit(
        path(), event_kind::limit_reached,
        {{"limit", "exec_ttl"}, {"pid", std::to_string(w.info.pid)}, {"exec", w.current->describe()}});
    self_->send(w.relay, abort_atom::value, why);
    give_up(w, worker_state::exec_ttl_reached, why);
  }
}

time_point pool_state::next_deadline() const {
  auto next = stop_deadline_;
  if (!waiting_.empty())
    next = std::min(next, waiting_.front()->queued_at + options_.allocate_timeout);
  if (next_boot_)
    next = std::min(next, *next_boot_);
  if (options_.limits.exec_ttl)
    for (auto& [id, w] : workers_)
      next = std::min(next, busy_deadline(w));
  return next;
}

} // namespace rr
