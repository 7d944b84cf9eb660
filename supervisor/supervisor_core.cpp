#include "supervisor/supervisor_core.hpp"

#include <algorithm>
#include <caf/exit_reason.hpp>

namespace rr {

namespace {

child_reply supervisor_is_down() { return {child_result::supervisor_down, {}, {}}; }

} // namespace

supervisor_core::supervisor_core(supervisor_ports& ports, supervisor_spec spec)
    : ports_(ports), spec_(std::move(spec)), random_(spec_.waits ? spec_.waits->seed.value_or(0) : 0),
      history_(spec_.intensity) {}

// -- inputs
// ---------------------------------------------------------------------------------------------------

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

// -- the engine
// -----------------------------------------------------------------------------------------------

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
    return awaited_->report || is_stop_due();
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
    work_->reason =
        is_stop_due() ? caf::error{caf::exit_reason::user_shutdown} : to_exit_reason(done.answer.why);
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

// -- for showing --------------------------------------------------------------------------------

std::vector<child_summary> supervisor_core::summaries() const {
  std::vector<child_summary> all;
  for (auto& c : children_) {
    auto is_starting = wait_ == wait_for::report && awaited_ == &c;
    all.push_back(
        {c.spec.id, is_starting ? "starting" : std::string(to_string(c.state)), c.restarts, c.last_error});
    if (is_failing_ && c.state == child_state::restarting && !is_starting)
      all.back().state = "failing";
  }
  return all;
}

} // namespace rr
