#include "plugins/container_state.hpp"

#include <algorithm>
#include <caf/send.hpp>
#include <chrono>

namespace rr {

namespace {

/// What a stop may take beyond its deadline, to kill and reap; a little less than the second that is
/// promised.
constexpr std::chrono::milliseconds overtime{900};

/// How long the root may take to answer beyond that.
constexpr std::chrono::seconds answer_margin{2};

} // namespace

void container_state::halt() {
  ++halts_owed_;
  if (!was_up_)
    return tell_stopped(fail(error_kind::undefined, {}, "no plugins registered"));
  if (phase_ == phase::ended)
    return tell_stopped({});
  if (phase_ == phase::starting)
    return abort_start({error_kind::stop, {}, "stopped before all plugins were ready"});
  if (phase_ == phase::running)
    begin_stop([] {});
}

void container_state::begin_stop(std::function<void()> then) {
  phase_ = phase::stopping;
  enter("stopping");
  note(log_level::debug, "calling stop");
  auto now = self_->clock().now();
  stop_ = {graph_.stop_levels(), 0, now + host_.grace_period, now + host_.grace_period + overtime, {},
           std::move(then)};
  for (auto& slot : slots_)
    if (slot.context)
      slot.context->begin_stop();
  set_alarm(stop_.deadline);
  next_level();
}

/// Stops level after level until one has to be waited for.
void container_state::next_level() {
  auto waits = [this](index i) { return slots_[i].stopping_now; };
  while (stop_.next < stop_.levels.size()) {
    auto& members = stop_.levels[stop_.next++];
    auto now = self_->clock().now();
    if (now >= stop_.deadline) // each level that is left gets its share of what is left
      set_alarm(now + (stop_.last - now) / static_cast<int>(stop_.levels.size() - stop_.next + 2));
    for (auto i : members)
      if (slots_[i].serve_called)
        stop(i);
    if (std::any_of(members.begin(), members.end(), waits))
      return;
  }
  if (!any_child_left())
    return finish_stop();
  set_alarm(stop_.last);
}

void container_state::stop(index i) {
  auto& slot = slots_[i];
  // Its serve has failed: there is nothing to ask it, but it may have left a child.
  auto is_failed = slot.state == plugin_state::failed;
  slot.stopping_now = !is_failed || slot.child;
  if (is_failed)
    return slot.child ? end_child(i) : void();
  slot.state = plugin_state::stopping;
  note(log_level::debug, "calling stop function", {{"plugin", graph_.node(i).name}});
  auto done = step_completion(handle(), i, plugin_step::stop);
  auto called = attempt([&]() -> expected<void> {
    slot.code->stop(stop_.deadline, done);
    return {};
  });
  if (!called)
    done(called);
}

void container_state::stop_ended(index i, expected<void> result) {
  auto& slot = slots_[i];
  if (slot.state != plugin_state::stopping || slot.child_ending)
    return;
  if (!result)
    note_stop_error(i, result.error());
  end_child(i);
}

void container_state::note_stop_error(index i, const error& why) {
  auto& slot = slots_[i];
  auto text = render(why);
  note(log_level::error, "failed to stop the plugin", {{"plugin", graph_.node(i).name}, {"error", text}});
  stop_.errors.push_back({error_kind::undefined, graph_.node(i).name, text});
  slot.reason = std::move(text);
}

void container_state::end_child(index i) {
  auto& slot = slots_[i];
  if (!slot.child)
    return level_ended(i);
  if (slot.child_ending)
    return;
  slot.child_ending = true;
  auto left = std::max(stop_.deadline - self_->clock().now(), time_point::duration::zero());
  slot.child->shutdown = std::chrono::ceil<std::chrono::milliseconds>(left);
  caf::anon_send(root_, replace_spec_atom::value, *slot.child);
  self_
      ->request(root_, stop_.last - self_->clock().now() + answer_margin, end_child_atom::value,
                slot.child->id)
      .then([this, i](const child_reply&) { child_gone(i, {}); },
            [this, i](caf::error& why) { child_gone(i, from_exit_reason(why)); });
  // The root ends one child after the other; asked by us too, those of one level end at the same time, and
  // one that is still starting ends at all.
  if (slot.child_handle)
    self_->send(slot.child_handle, stop_atom::value, stop_.deadline);
}

void container_state::child_gone(index i, const error& why) {
  auto& slot = slots_[i];
  if (!render(why).empty())
    note(log_level::error, "child was not ended", {{"plugin", graph_.node(i).name}, {"error", render(why)}});
  slot.child.reset();
  slot.child_handle = nullptr;
  if (slot.stopping_now)
    return level_ended(i);
  if (phase_ == phase::stopping && is_last_level_done() && !any_child_left())
    finish_stop();
}

/// The plugin is down, or given up; the level ends with its last one.
void container_state::level_ended(index i) {
  auto& slot = slots_[i];
  slot.stopping_now = false;
  slot.state = slot.reason.empty() ? plugin_state::stopped : plugin_state::failed;
  if (std::none_of(slots_.begin(), slots_.end(), [](auto& s) { return s.stopping_now; }))
    next_level();
}

void container_state::time_is_over(std::uint64_t alarm) {
  if (alarm != alarm_ || phase_ != phase::stopping)
    return;
  for (index i = 0; i < slots_.size(); ++i)
    if (slots_[i].stopping_now)
      abandon(i);
  if (self_->clock().now() >= stop_.last && is_last_level_done())
    return finish_stop();
  next_level();
}

void container_state::abandon(index i) {
  auto& slot = slots_[i];
  note_stop_error(i, {error_kind::undefined, {}, "context deadline exceeded"});
  slot.stopping_now = false;
  slot.state = plugin_state::failed;
  if (!slot.child)
    return;
  end_child(i);
  if (slot.child_handle)
    self_->send_exit(slot.child_handle, caf::exit_reason::kill);
}

bool container_state::is_last_level_done() const { return stop_.next >= stop_.levels.size(); }

bool container_state::any_child_left() const {
  return std::any_of(slots_.begin(), slots_.end(), [](auto& s) { return s.child_ending && s.child; });
}

void container_state::finish_stop() {
  ++alarm_;
  phase_ = phase::ended;
  enter("stopped");
  auto then = std::move(stop_.then);
  then();
  if (stop_.errors.empty())
    return tell_stopped({});
  std::string all;
  for (auto& e : stop_.errors)
    all += (all.empty() ? "" : "\n") + render(e);
  tell_stopped(fail(error_kind::undefined, {}, std::move(all)));
}

void container_state::tell_stopped(const expected<void>& result) {
  for (; halts_owed_ != 0; --halts_owed_)
    if (callbacks_.stopped)
      callbacks_.stopped(result);
}

void container_state::set_alarm(time_point when) {
  self_->delayed_send(handle(), when - self_->clock().now(), tick_atom::value, ++alarm_);
}

} // namespace rr
