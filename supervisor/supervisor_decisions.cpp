#include "supervisor/back_off.hpp"
#include "supervisor/supervisor_core.hpp"

#include <algorithm>
#include <caf/exit_reason.hpp>
#include <unordered_set>

namespace rr {

namespace {

error bad_spec(const std::string& id, std::string text) {
  return {error_kind::init, "child spec " + id, std::move(text)};
}

} // namespace

std::optional<error> check_child_spec(const child_spec& spec, auto_shutdown when_significant_end) {
  if (!spec.significant)
    return std::nullopt;
  if (when_significant_end == auto_shutdown::never)
    return bad_spec(spec.id, "significant, but its supervisor never shuts down by itself");
  if (spec.restart == restart_type::permanent)
    return bad_spec(spec.id, "significant and permanent exclude each other");
  return std::nullopt;
}

std::optional<error> check_specs(const supervisor_spec& spec) {
  std::unordered_set<std::string_view> ids;
  for (auto& c : spec.children) {
    if (auto wrong = check_child_spec(c, spec.when_significant_end))
      return wrong;
    if (!c.start)
      return bad_spec(c.id, "there is nothing to start");
    if (!ids.insert(c.id).second)
      return bad_spec(c.id, "two children have this id");
  }
  if (spec.strategy == restart_strategy::simple_one_for_one && spec.children.size() != 1)
    return bad_spec({}, "simple_one_for_one takes exactly one child, the template");
  return std::nullopt;
}

void supervisor_core::handle(const boot_message&) {
  work_.emplace(work{purpose::boot});
  if (auto wrong = check_specs(spec_)) {
    work_->what = purpose::failed_boot;
    work_->answer.why = std::move(*wrong);
    return;
  }
  if (is_pool())
    return;
  for (auto& c : std::exchange(spec_.children, {}))
    work_->starts.push_back(&children_.add(std::move(c)));
}

void supervisor_core::handle(const exit_message& m) {
  auto* c = children_.find(m.ref);
  if (!c)
    return; // stopped, and perhaps started again, since
  emit_end(*c, 0);
  if (!c->end.orderly)
    c->last_error = render(c->end.why);
  auto type = c->spec.restart;
  if (type == restart_type::permanent || (type == restart_type::transient && !c->end.orderly))
    return restart(*c);
  auto is_significant = c->spec.significant;
  auto cause = c->cause;
  c->state = child_state::stopped;
  if (is_dropped_when_stopped(*c))
    forget(*c);
  check_auto_shutdown(is_significant, cause);
}

void supervisor_core::check_auto_shutdown(bool is_significant, event_id cause) {
  if (!is_significant || spec_.when_significant_end == auto_shutdown::never)
    return;
  if (spec_.when_significant_end == auto_shutdown::all_significant) {
    auto counts = [this](const child& c) {
      return is_pool() || (c.spec.significant && c.state != child_state::stopped);
    };
    if (std::any_of(children_.begin(), children_.end(), counts))
      return;
  }
  begin_end(caf::exit_reason::user_shutdown, cause);
}

void supervisor_core::restart(child& c) {
  auto is_within_intensity = history_.add(now_);
  if (spec_.waits)
    return restart_after_wait(c, is_within_intensity);
  if (is_within_intensity)
    return begin_group_restart(c);
  auto cause = ports_.emit({}, event_kind::supervisor_gave_up, render(c.end.why), c.cause);
  c.state = child_state::stopped;
  if (is_pool())
    forget(c);
  begin_end(caf::exit_reason::user_shutdown, cause);
}

void supervisor_core::begin_group_restart(child& c) {
  auto group = group_of(c);
  work_.emplace(work{purpose::restart});
  work_->cause = ports_.emit(c.spec.id, event_kind::child_restarted, render(c.end.why), c.cause);
  if (group.size() > 1)
    work_->stops.assign(group.rbegin(), group.rend());
  auto comes_back = [&](const child* one) {
    return one == &c || one->spec.restart != restart_type::temporary;
  };
  std::copy_if(group.begin(), group.end(), std::back_inserter(work_->starts), comes_back);
}

std::vector<child*> supervisor_core::group_of(child& c) {
  switch (spec_.strategy) {
  case restart_strategy::one_for_all:
    return children_.from(nullptr);
  case restart_strategy::rest_for_one:
    return children_.from(&c);
  case restart_strategy::one_for_one:
  case restart_strategy::simple_one_for_one:
    break;
  }
  return {&c};
}

void supervisor_core::start_failed(child& c) {
  switch (work_->what) {
  case purpose::boot: {
    work_->what = purpose::failed_boot;
    work_->cause = c.cause;
    auto all = children_.from(nullptr);
    work_->stops.assign(all.rbegin(), all.rend());
    break;
  }
  case purpose::restart:
    c.state = child_state::restarting;
    if (is_stop_due())
      break; // the order to stop is the next but for a few
    if (spec_.waits)
      restart_after_wait(c, history_.add(now_));
    else
      queue_.emplace_back(retry_message{c.spec.id});
    break;
  case purpose::add_child:
    forget(c);
    break;
  default: // start_child: it stays as it was, stopped
    break;
  }
}

void supervisor_core::handle(const retry_message& m) {
  auto* c = children_.find(m.id);
  if (!c || c->state != child_state::restarting)
    return;
  if (spec_.waits)
    begin_group_restart(*c); // counted when the wait began
  else
    restart(*c);
}

void supervisor_core::restart_after_wait(child& c, bool is_within_intensity) {
  recovery_timer_ = 0;
  if (c.started_at != time_point{} && now_ - c.started_at >= spec_.waits->reset_after)
    c.failures = 0;
  if (!is_within_intensity && !std::exchange(is_failing_, true)) {
    ports_.enter("failing");
    c.cause = ports_.emit({}, event_kind::supervisor_gave_up, render(c.end.why), c.cause);
  }
  auto wait = is_failing_ ? longest_wait(*spec_.waits, random_)
                          : wait_before_restart(*spec_.waits, c.failures, random_);
  ++c.failures;
  c.state = child_state::restarting;
  c.wait = ++last_timer_;
  ports_.set_timer(c.wait, now_ + wait);

  // Who depends on the child must not run without it, so its group stops now and not when the wait is over.
  auto group = group_of(c);
  work lay_off{purpose::lay_off};
  lay_off.cause = c.cause;
  std::copy_if(group.rbegin(), group.rend(), std::back_inserter(lay_off.stops),
               [&](auto* one) { return one != &c; });
  work_ = std::move(lay_off);
}

void supervisor_core::watch_recovery() {
  if (!is_failing_ || recovery_timer_ != 0 || work_ || has_ended_)
    return;
  auto waits = [](const child& c) { return c.state == child_state::restarting; };
  if (std::any_of(children_.begin(), children_.end(), waits))
    return;
  recovery_timer_ = ++last_timer_;
  ports_.set_timer(recovery_timer_, now_ + spec_.waits->reset_after);
}

void supervisor_core::recover() {
  recovery_timer_ = 0;
  if (work_ && work_->what == purpose::end)
    return;
  is_failing_ = false;
  history_.clear();
  ports_.enter("running");
  ports_.emit({}, event_kind::note, "recovered", 0);
}

void supervisor_core::handle(const stop_message&) { begin_end(caf::exit_reason::user_shutdown, 0); }

void supervisor_core::handle(const end_message& m) { begin_end(m.reason, 0); }

void supervisor_core::begin_end(caf::error reason, event_id cause) {
  ports_.enter("stopping");
  work_.emplace(work{purpose::end});
  work_->reason = std::move(reason);
  work_->cause = cause;
  if (is_pool())
    return stop_all_at_once();
  auto all = children_.from(nullptr);
  work_->stops.assign(all.rbegin(), all.rend());
}

} // namespace rr
