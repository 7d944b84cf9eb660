#include "supervisor/supervisor_core.hpp"

#include <cassert>

namespace rr {

void supervisor_core::begin_start(child& c) {
  c.wait = 0;
  c.report.reset();
  awaited_ = &c;
  wait_ = wait_for::report;
  if (is_stop_due())
    return; // an order to stop, with a deadline, lies in the queue: see take_report
  if (is_pool() && !c.has_own_start) {
    auto id = std::move(c.spec.id);
    c.spec = spec_.children.front();
    c.spec.id = std::move(id);
  }
  c.incarnation = ++last_incarnation_;
  c.is_alive = true;
  ++living_;
  ports_.start(c.spec, c.ref());
}

void supervisor_core::take_report(child& c) {
  if (!c.report)
    c.report = start_report{start_report::fail,
                            {error_kind::stop, "start " + c.spec.id, "the supervisor is stopping"}};
  if (c.report->outcome == start_report::ok || !c.is_alive)
    return start_is_over(c);
  // It ends by itself; one that does not is stopped like any other, so that no two incarnations live side by
  // side.
  ask_to_stop(c, wait_for::end_after_failed_start);
}

void supervisor_core::start_is_over(child& c) {
  auto report = *std::exchange(c.report, std::nullopt);
  auto is_restart = work_->what == purpose::restart;
  if (report.outcome == start_report::ok) {
    c.state = child_state::running;
    c.started_at = now_;
    c.restarts += is_restart;
    c.cause = ports_.emit(c.spec.id, event_kind::child_started, {}, work_->cause);
    return;
  }
  c.incarnation = 0;
  c.state = child_state::stopped;
  if (report.outcome == start_report::ignore) {
    ports_.emit(c.spec.id, event_kind::note, "ignored", work_->cause);
    work_->answer.result = child_result::ignored;
    if (is_dropped_when_stopped(c))
      forget(c);
    return;
  }
  c.end = {false, report.why};
  c.last_error = render(report.why);
  c.cause = ports_.emit(c.spec.id, event_kind::child_failed, c.last_error, work_->cause);
  work_->answer.result = child_result::start_failed;
  work_->answer.why = std::move(report.why);
  work_->starts.clear();
  start_failed(c);
}

void supervisor_core::begin_stop(child& c) {
  if (c.is_alive)
    ask_to_stop(c, wait_for::end);
  else
    stop_is_over(c);
}

void supervisor_core::stop_is_over(child& c) {
  emit_end(c, work_->cause);
  c.state = child_state::stopped;
  c.wait = 0;
  if (is_dropped_when_stopped(c))
    forget(c);
}

/// The time at which a child that is asked now has had its time; the past where it is not asked at all.
static time_point limit_of(const shutdown_limit& shutdown, time_point now, time_point deadline) {
  if (std::holds_alternative<brutal_kill>(shutdown))
    return time_point::min();
  if (auto* own = std::get_if<std::chrono::milliseconds>(&shutdown))
    if (deadline - now > *own)
      return now + *own;
  return deadline;
}

void supervisor_core::ask_to_stop(child& c, wait_for what) {
  awaited_ = &c;
  wait_ = what;
  auto limit = limit_of(c.spec.shutdown, now_, deadline_);
  if (limit <= now_)
    return ports_.kill(c.ref());
  ports_.ask_stop(c.ref(), limit);
  if (limit != time_point::max())
    limit_wait(limit);
}

void supervisor_core::stop_all_at_once() {
  wait_ = wait_for::all_ends;
  auto limit = limit_of(spec_.children.front().shutdown, now_, deadline_);
  for (auto& c : children_) {
    if (!c.is_alive)
      continue;
    if (limit <= now_)
      ports_.kill(c.ref());
    else
      ports_.ask_stop(c.ref(), limit);
  }
  if (limit > now_ && limit != time_point::max() && living_ > 0)
    limit_wait(limit);
}

void supervisor_core::limit_wait(time_point until) {
  limit_ = until;
  limit_timer_ = ++last_timer_;
  ports_.set_timer(limit_timer_, until);
}

void supervisor_core::forget(child& c) {
  assert(!c.is_alive);
  children_.remove(c);
}

void supervisor_core::emit_end(child& c, event_id parent) {
  if (std::exchange(c.incarnation, 0) == 0)
    return;
  c.cause = ports_.emit(c.spec.id, event_kind::child_exited, render(c.end.why), parent);
}

} // namespace rr
