#include "tests/supervisor/trace/scripted_child.hpp"

#include "actors/supervised.hpp"

#include <caf/actor_cast.hpp>

namespace rr::trace {

namespace {

class scripted_state final : public supervised_state {
public:
  using self_type = supervised<scripted_state, scripted_child>;
  static constexpr const char* name = "scripted_child";

  scripted_state(self_type* self, birth b, stage* on, child_script script)
      : supervised_state(self, std::move(b), "scripted_child"), self_(self), stage_(on), script_(script) {}

  scripted_child::behavior_type make_behavior() {
    start();
    return {
        [this](stop_atom, time_point) { obey(); },
        [this](inspect_atom) { return describe(); },
        [this](exit_atom, reason why) { end("exit", why); },
        [this](tick_atom) { end("gone", script_.stop_reason); },
    };
  }

private:
  void start() {
    auto me = scenario_path(path());
    stage_->print("start " + me + ' ' + std::string(to_string(script_.start)));
    if (script_.start == outcome::ok) {
      stage_->workers[me] = caf::actor_cast<caf::actor>(self_);
      return report_started();
    }
    auto is_failure = script_.start == outcome::fail;
    report_started({is_failure ? start_report::fail : start_report::ignore,
                    {error_kind::init, "scenario", is_failure ? "the start fails" : ""}});
    self_->quit(is_failure ? stage::exit_reason_for(reason::crash) : caf::error{});
  }

  void obey() {
    stage_->print("stop " + scenario_path(path()));
    // By the clock also where it takes no time: the requests of a common stop all arrive before the first
    // obeys.
    self_->delayed_send(caf::actor_cast<scripted_child>(self_), script_.stop_delay, tick_atom::value);
  }

  void end(const std::string& how, reason why) {
    stage_->print(how + ' ' + scenario_path(path()) + ' ' + std::string(to_string(why)));
    stage_->workers.erase(scenario_path(path()));
    self_->quit(stage::exit_reason_for(why));
  }

  self_type* self_;
  stage* stage_;
  child_script script_;
};

} // namespace

supervised_actor spawn_scripted_child(stage& on, birth b, child_script script) {
  auto me = scenario_path(b.path);
  auto child = spawn_supervised<scripted_state, scripted_child>(on.system(), std::move(b), &on, script);
  child->attach_functor([&on, me](const caf::error&) {
    // Whoever ends by itself has told so and is no longer listed.
    if (on.workers.erase(me) > 0)
      on.print("gone " + me + " killed");
  });
  return child;
}

} // namespace rr::trace
