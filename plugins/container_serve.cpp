#include "plugins/container_state.hpp"

#include <algorithm>
#include <caf/send.hpp>

namespace rr {

// ------------------------------------------------------------------------------------------------

void container_state::serve_class() {
  if (class_ < classes_.size())
    return try_serve();
  phase_ = phase::running;
  enter("running");
  note(log_level::debug, "serving");
  tell_started({});
}

/// Serves the members of the present class whose providers are ready.
void container_state::try_serve() {
  auto is_served = [this](index i) { return slots_[i].served; };
  for (auto i : classes_[class_]) {
    auto needed = graph_.needs(i);
    if (!slots_[i].serve_called && std::all_of(needed.begin(), needed.end(), is_served))
      serve(i);
  }
}

void container_state::serve(index i) {
  auto& slot = slots_[i];
  slot.serve_called = true;
  slot.context = std::make_shared<plugin_serve_context>(handle(), i);
  note(log_level::debug, "calling serve method", {{"plugin", graph_.node(i).name}});
  auto done = step_completion(handle(), i, plugin_step::serve);
  auto called = attempt([&]() -> expected<void> {
    slot.code->serve(slot.context, done);
    return {};
  });
  if (!called)
    done(called);
}

void container_state::serve_ended(index i, expected<void> result) {
  auto& slot = slots_[i];
  if (phase_ != phase::starting || slot.served)
    return;
  if (!result) {
    slot.state = plugin_state::failed;
    slot.reason = render(result.error());
    return abort_start(serve_error(i, result.error()));
  }
  slot.served = true;
  slot.state = plugin_state::serving;
  auto& members = classes_[class_];
  if (!std::all_of(members.begin(), members.end(), [this](index m) { return slots_[m].served; }))
    return try_serve();
  ++class_;
  serve_class();
}

error container_state::serve_error(index i, const error& why) const {
  auto text = "serve error from the plugin " + slots_[i].shown_as + " stopping execution, error";
  error inner{error_kind::undefined, std::move(text), render(why), remedy_of(why), nullptr};
  return {error_kind::function_call, {}, {}, {}, std::make_shared<const error>(std::move(inner))};
}

void container_state::abort_start(error why) {
  begin_stop([this, why = std::move(why)] { tell_started(tl::unexpected(why)); });
}

void container_state::tell_started(expected<void> result) {
  start_is_owed_ = false;
  if (callbacks_.started)
    callbacks_.started(std::move(result));
}

// -- while running
// -----------------------------------------------------------------------------------------------

void container_state::step_ended(plugin_step& step) {
  if (step.kind == plugin_step::serve)
    serve_ended(step.plugin, std::move(step.result));
  else
    stop_ended(step.plugin, std::move(step.result));
}

void container_state::failed(index i, error why) {
  auto& slot = slots_[i];
  if (phase_ != phase::starting && phase_ != phase::running)
    return note(log_level::debug, "plugin failed while it was stopped",
                {{"plugin", slot.shown_as}, {"error", render(why)}});
  slot.reason = render(why);
  if (phase_ == phase::starting)
    return abort_start(serve_error(i, why));
  note(log_level::error, "plugin returned an error from the 'Serve' method",
       {{"error", slot.reason}, {"plugin", graph_.node(i).name}});
  begin_stop([this, i, why = std::move(why)] {
    if (callbacks_.failed)
      callbacks_.failed(why, slots_[i].shown_as);
  });
}

void container_state::start_child(child_order& order) {
  auto& slot = slots_[order.plugin];
  if (phase_ != phase::starting && phase_ != phase::running)
    return order.done(fail(error_kind::stop, {}, "everything is being stopped"));
  if (slot.child)
    return order.done(
        fail(error_kind::serve, {}, "a plugin has one child, and " + slot.child->id + " is there"));
  auto& spec = slot.child.emplace(std::move(order.spec));
  // The deadline of a stop is the container's; the limit of the child only has to be no shorter.
  if (!std::holds_alternative<brutal_kill>(spec.shutdown))
    spec.shutdown = host_.grace_period;
  spec.start = [me = handle(), i = order.plugin, inner = std::move(spec.start)](caf::actor_system& system,
                                                                                birth b) {
    auto child = inner(system, std::move(b));
    caf::anon_send(me, born_atom::value, i, child);
    return child;
  };
  // Ends when the child has started or has ended; a stop asks a child to end that has not started yet.
  self_->request(root_, caf::infinite, start_child_atom::value, spec)
      .then([this, i = order.plugin,
             done = order.done](const child_reply& reply) { child_answered(i, done, reply); },
            [this, i = order.plugin, done = order.done](caf::error& why) {
              child_answered(i, done, {child_result::supervisor_down, {}, from_exit_reason(why)});
            });
}

void container_state::child_answered(index i, const completion& done, const child_reply& reply) {
  if (reply.result == child_result::ok || reply.result == child_result::ignored)
    return done({});
  auto why = reply.why;
  if (render(why).empty())
    why = {error_kind::serve, "start " + slots_[i].child->id, std::string{to_string(reply.result)}};
  slots_[i].child_handle = nullptr;
  if (!slots_[i].child_ending)
    slots_[i].child.reset();
  done(tl::unexpected(std::move(why)));
}

void container_state::child_born(index i, supervised_actor child) {
  if (!slots_[i].child)
    return;
  slots_[i].child_handle = std::move(child);
  if (!slots_[i].child_ending)
    return;
  if (self_->clock().now() >= stop_.deadline)
    return self_->send_exit(slots_[i].child_handle, caf::exit_reason::kill);
  self_->send(slots_[i].child_handle, stop_atom::value, stop_.deadline);
}

} // namespace rr
