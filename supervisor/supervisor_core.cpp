#include "supervisor/supervisor_core.hpp"

#include <algorithm>
#include <cassert>
#include <caf/exit_reason.hpp>

namespace rr {

namespace {

child_reply supervisor_is_down() { return {child_result::supervisor_down, {}, {}}; }

bool has_limit(time_point t) { return t != time_point::max(); }

} // namespace

supervisor_core::supervisor_core(supervisor_ports& ports, supervisor_spec spec)
    : ports_(ports), spec_(std::move(spec)), random_(spec_.waits ? spec_.waits->seed.value_or(0) : 0),
      history_(spec_.intensity) {}

// -- inputs ---------------------------------------------------------------------------------------------------

void supervisor_core::boot() { queue_.emplace_back(boot_message{}); }

void supervisor_core::reported(const child_ref& ref, start_report report) {
  if (wait_ == wait_for::report && children_.find(ref) == awaited_ && !awaited_->report)
    awaited_->report = std::move(report);
}

void supervisor_core::exited(const child_ref& ref, child_end end) {
  auto* c = children_.find(ref);
  if (!c || !c->is_alive)
    return;
  c->is_alive = false;
  c->end = std::move(end);
  --living_;
  if (c != awaited_)
    queue_.emplace_back(exit_message{ref});
  else if (wait_ == wait_for::report && !c->report)
    c->report = start_report{start_report::fail, c->end.why};
  else if (wait_ == wait_for::report && c->report->outcome == start_report::ok)
    queue_.emplace_back(exit_message{ref}); // it was up; its end is another message
}

void supervisor_core::request(child_request request) {
  if (has_ended_)
    return ports_.reply(request.id, supervisor_is_down());
  queue_.emplace_back(std::move(request));
}

void supervisor_core::stop(time_point deadline) {
  queue_.emplace_back(stop_message{});
  if (deadline >= deadline_)
    return;
  deadline_ = deadline;
  if (wait_ != wait_for::nothing && wait_ != wait_for::report && deadline_ < limit_)
    limit_wait(deadline_);
}

void supervisor_core::end(caf::error reason) { queue_.emplace_back(end_message{std::move(reason)}); }

void supervisor_core::timer(timer_number number) {
  if (number == limit_timer_) {
    limit_timer_ = 0;
    for (auto& c : children_)
      if (c.is_alive && (wait_ == wait_for::all_ends || &c == awaited_))
        ports_.kill(c.ref());
  } else if (number == recovery_timer_) {
    recover();
  } else {
    auto is_due = [=](const child& c) { return c.wait == number; };
    auto c = std::find_if(children_.begin(), children_.end(), is_due);
    if (c == children_.end())
      return;
    c->wait = 0;
    queue_.emplace_back(retry_message{c->spec.id});
  }
}

// -- the engine -----------------------------------------------------------------------------------------------

bool supervisor_core::can_advance() const {
  if (has_ended_)
    return false;
  return work_ ? is_wait_over() : !queue_.empty();
}

void supervisor_core::advance(time_point now) {
  if (!can_advance())
    return;
  now_ = now;
  if (!work_)
    take_next();
  while (work_ && is_wait_over())
    step();
  watch_recovery();
}

bool supervisor_core::is_wait_over() const {
  switch (wait_) {
  case wait_for::report:
    return awaited_->report || has_limit(deadline_);
  case wait_for::end_after_failed_start:
  case wait_for::end:
    return !awaited_->is_alive;
  case wait_for::all_ends:
    return living_ == 0;
  case wait_for::nothing:
    break;
  }
  return true;
}

void supervisor_core::take_next() {
  auto m = std::move(queue_.front());
  queue_.pop_front();
  std::visit([this](auto& x) { handle(x); }, m);
}

void supervisor_core::step() {
  auto waited_for = std::exchange(wait_, wait_for::nothing);
  auto* c = std::exchange(awaited_, nullptr);
  limit_timer_ = 0;
  limit_ = time_point::max();
  switch (waited_for) {
  case wait_for::report:
    return take_report(*c);
  case wait_for::end_after_failed_start:
    return start_is_over(*c);
  case wait_for::end:
    return stop_is_over(*c);
  case wait_for::all_ends:
    for (auto& one : children_)
      emit_end(one, work_->cause);
    break;
  case wait_for::nothing:
    break;
  }
  auto pop = [](std::deque<child*>& q) -> child& {
    auto* first = q.front();
    q.pop_front();
    return *first;
  };
  if (!work_->stops.empty())
    begin_stop(pop(work_->stops));
  else if (!work_->starts.empty())
    begin_start(pop(work_->starts));
  else
    finish_work();
}

void supervisor_core::begin_start(child& c) {
  c.wait = 0;
  c.report.reset();
  awaited_ = &c;
  wait_ = wait_for::report;
  if (has_limit(deadline_))
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
    c.report = start_report{start_report::fail, {error_kind::stop, "start " + c.spec.id, "the supervisor is stopping"}};
  if (c.report->outcome == start_report::ok || !c.is_alive)
    return start_is_over(c);
  // It ends by itself; one that does not is stopped like any other, so that no two incarnations live side by side.
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
  if (has_limit(limit))
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
  if (limit > now_ && has_limit(limit) && living_ > 0)
    limit_wait(limit);
}

void supervisor_core::limit_wait(time_point until) {
  limit_ = until;
  limit_timer_ = ++last_timer_;
  ports_.set_timer(limit_timer_, until);
}

void supervisor_core::finish_work() {
  auto done = std::move(*work_);
  work_.reset();
  switch (done.what) {
  case purpose::boot:
    ports_.enter("running");
    return ports_.report({});
  case purpose::failed_boot:
    ports_.report({start_report::fail, done.answer.why});
    work_.emplace(work{purpose::end});
    work_->reason = has_limit(deadline_) ? caf::error{caf::exit_reason::user_shutdown} : to_exit_reason(done.answer.why);
    return finish_end();
  case purpose::add_child:
  case purpose::start_child:
  case purpose::stop_child:
    return ports_.reply(done.asker, std::move(done.answer));
  case purpose::restart:
  case purpose::lay_off:
    return;
  case purpose::end:
    work_ = std::move(done);
    return finish_end();
  }
}

void supervisor_core::finish_end() {
  has_ended_ = true;
  auto left = std::exchange(queue_, {});
  for (auto& m : left)
    if (auto* r = std::get_if<child_request>(&m))
      ports_.reply(r->id, supervisor_is_down());
  auto reason = std::move(work_->reason);
  work_.reset();
  ports_.end(std::move(reason));
}

// -- what is known of the children ----------------------------------------------------------------------------

void supervisor_core::forget(child& c) {
  assert(!c.is_alive);
  children_.remove(c);
}

void supervisor_core::emit_end(child& c, event_id parent) {
  if (std::exchange(c.incarnation, 0) == 0)
    return;
  c.cause = ports_.emit(c.spec.id, event_kind::child_exited, render(c.end.why), parent);
}

std::vector<child_summary> supervisor_core::summaries() const {
  std::vector<child_summary> all;
  for (auto& c : children_) {
    auto is_starting = wait_ == wait_for::report && awaited_ == &c;
    all.push_back({c.spec.id, is_starting ? "starting" : std::string(to_string(c.state)), c.restarts, c.last_error});
    if (is_failing_ && c.state == child_state::restarting && !is_starting)
      all.back().state = "failing";
  }
  return all;
}

} // namespace rr
