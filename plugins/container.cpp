#include "plugins/container.hpp"

#include "actors/reactor.hpp"
#include "plugins/container_state.hpp"

#include <caf/actor_cast.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>

namespace rr {

namespace {

const logger& container_log() {
  static const logger log{"endure"};
  return log;
}

} // namespace

std::string_view to_string(plugin_state state) {
  static constexpr std::string_view words[] = {"registered", "resolved", "disabled", "initialized",
                                               "serving",    "stopping", "stopped",  "failed"};
  return words[static_cast<std::size_t>(state)];
}

container_state::container_state(pointer self, birth b, supervisor_actor root, host h, plugin_list plugins,
                                 container_options options, container_callbacks callbacks)
    : supervised_state(self, std::move(b), "container"), self_(self), root_(std::move(root)),
      host_(std::move(h)), options_(options), callbacks_(std::move(callbacks)) {
  for (auto& p : plugins) {
    auto& slot = slots_.emplace_back();
    slot.shown_as = p->shown_as();
    slot.code = std::move(p);
  }
}

container_state::~container_state() {
  forget_plugins();
  auto why = fail(error_kind::stop, {}, "the container has ended");
  if (start_is_owed_)
    tell_started(why);
  else if (phase_ == phase::running && callbacks_.failed)
    callbacks_.failed(why.value(), name);
  tell_stopped(why);
}

container_actor::behavior_type container_state::make_behavior() {
  report_started();
  enter("idle");
  return {
      [this](stop_atom, time_point) { self_->quit(caf::exit_reason::user_shutdown); },
      [this](inspect_atom) { return describe(); },
      [this](start_atom) { start(); },
      [this](halt_atom) { halt(); },
      [this](plugins_atom) { return rows(); },
      [this](step_atom, plugin_step& step) { step_ended(step); },
      [this](fail_atom, std::size_t i, error& why) { failed(i, std::move(why)); },
      [this](child_atom, child_order& order) { start_child(order); },
      [this](born_atom, std::size_t i, supervised_actor& child) { child_born(i, std::move(child)); },
      [this](tick_atom, std::uint64_t alarm) { time_is_over(alarm); },
  };
}

void container_state::figures(snapshot& s) const {
  for (auto& row : rows())
    s.figures.emplace_back(row.name,
                           std::string{to_string(row.state)} + (row.reason.empty() ? "" : ": " + row.reason));
}

container_actor container_state::handle() const { return caf::actor_cast<container_actor>(self_); }

void container_state::note(log_level level, std::string message, std::vector<log_field> fields) const {
  if (level >= options_.log_least)
    container_log().write(level, std::move(message), std::move(fields));
}

std::vector<plugin_row> container_state::rows() const {
  std::vector<plugin_row> all;
  for (index i = 0; i < slots_.size(); ++i) {
    auto plugin_name = i < graph_.size() ? graph_.node(i).name : std::string{slots_[i].code->name()};
    all.push_back({std::move(plugin_name), slots_[i].state, slots_[i].reason});
  }
  return all;
}

// --------------------------------------------------------------------------------------------------

container_actor spawn_container(caf::actor_system& system, birth b, supervisor_actor root, host h,
                                plugin_list plugins, container_options options,
                                container_callbacks callbacks) {
  h.system = &system;
  return spawn_supervised<container_state, container_actor>(
      system, std::move(b), std::move(root), std::move(h), std::move(plugins), options, std::move(callbacks));
}

namespace {

/// Shared by the command line and the home reactor; its handle is touched on the reactor's thread only.
class container_link final : public container_control, public std::enable_shared_from_this<container_link> {
public:
  container_link(reactor& home, std::function<void(expected<void>)> stopped)
      : home_(home), stopped_(std::move(stopped)) {}

  void stop() override {
    home_.post([me = shared_from_this()] {
      ++me->halts_;
      if (me->container_)
        caf::anon_send(me->container_, halt_atom::value);
      else if (me->has_ended_)
        me->answer_all();
    });
  }

  void list(std::function<void(std::vector<plugin_row>)> take) override {
    home_.post([me = shared_from_this(), take = std::move(take)] {
      if (!me->container_)
        return take({});
      me->container_->home_system().spawn([to = me->container_, take](caf::event_based_actor* self) {
        self->request(to, std::chrono::seconds{5}, plugins_atom::value)
            .then([take](std::vector<plugin_row>& rows) { take(std::move(rows)); },
                  [take](caf::error&) { take({}); });
      });
    });
  }

  /// Called by the root on the home reactor's thread.
  void born(container_actor container) {
    container_ = std::move(container);
    caf::anon_send(container_, start_atom::value);
    for (std::size_t i = 0; i < halts_; ++i)
      caf::anon_send(container_, halt_atom::value);
  }

  /// The container's answer to one halt.
  void answer(const expected<void>& result) {
    --halts_;
    if (stopped_)
      stopped_(result);
  }

  /// The container is gone: its handle must not outlive its system, and whoever waits for it must not wait
  /// for ever.
  void forget() {
    container_ = nullptr;
    has_ended_ = true;
    answer_all();
  }

private:
  void answer_all() {
    while (halts_ != 0)
      answer(fail(error_kind::stop, {}, "the container has ended"));
  }

  reactor& home_;
  std::function<void(expected<void>)> stopped_;
  container_actor container_;
  std::size_t halts_ = 0; ///< not answered yet
  bool has_ended_ = false;
};

} // namespace

std::shared_ptr<container_control> start_container(reactor& home, supervisor_actor root, host h,
                                                   plugin_list plugins, container_options options,
                                                   container_callbacks callbacks) {
  auto link = std::make_shared<container_link>(home, std::move(callbacks.stopped));
  callbacks.stopped = [link](const expected<void>& result) { link->answer(result); };
  // A temporary child is started once, so that what cannot be copied may be moved out of the start.
  auto parts = std::make_shared<plugin_list>(std::move(plugins));
  child_spec spec{"container", {}, restart_type::temporary};
  spec.start = [=](caf::actor_system& system, birth b) -> supervised_actor {
    auto container = spawn_container(system, std::move(b), root, h, std::move(*parts), options, callbacks);
    container->attach_functor([link] { link->forget(); });
    link->born(container);
    return container;
  };
  home.post([root, spec = std::move(spec)] { caf::anon_send(root, start_child_atom::value, spec); });
  return link;
}

} // namespace rr
