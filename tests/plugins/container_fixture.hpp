#pragma once

#include "actors/registry.hpp"
#include "actors/supervised.hpp"
#include "plugins/container.hpp"
#include "supervisor/supervisor_actor.hpp"
#include "tests/actors/actor_fixture.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace rr::test {

/// Two contracts that fake plugins offer each other; the text tells who made the value for whom.
struct first_contract {
  std::string text;
};
struct second_contract {
  std::string text;
};

} // namespace rr::test

namespace rr {

template <>
struct service_traits<test::first_contract> {
  static constexpr service_id id{"test.first", 1};
};
template <>
struct service_traits<test::second_contract> {
  static constexpr service_id id{"test.second", 1};
};

} // namespace rr

namespace rr::test {

using diary = std::vector<std::string>;

/// What a fake plugin does at each step; every step it takes is noted in the diary as `step name`.
struct script {
  std::string name;
  unsigned weight = 1;
  std::function<void(descriptor&)> describe = {};
  std::function<init_result(init_context&)> init = {};
  std::function<void(std::shared_ptr<serve_context>, completion)> serve = {};
  std::function<void(time_point, completion)> stop = {};
};

class fake_plugin final : public plugin {
public:
  fake_plugin(script s, std::shared_ptr<diary> notes) : script_(std::move(s)), notes_(std::move(notes)) {}
  ~fake_plugin() override { note("destroy"); }

  std::string_view name() const noexcept override { return script_.name; }
  unsigned weight() const noexcept override { return script_.weight; }

  void describe(descriptor& d) override {
    if (script_.describe)
      script_.describe(d);
  }

  init_result init(init_context& context) override {
    note("init");
    return script_.init ? script_.init(context) : init_result{};
  }

  void serve(std::shared_ptr<serve_context> context, completion done) override {
    note("serve");
    script_.serve ? script_.serve(std::move(context), std::move(done)) : done({});
  }

  void stop(time_point deadline, completion done) override {
    note("stop");
    script_.stop ? script_.stop(deadline, std::move(done)) : done({});
  }

private:
  void note(const char* step) { notes_->push_back(step + (" " + script_.name)); }

  script script_;
  std::shared_ptr<diary> notes_;
};

/// How a child of the tree behaves.
struct child_script {
  std::chrono::milliseconds boot{0};   ///< until it reports its start
  error boot_error = {};               ///< with a text: the start fails
  std::chrono::milliseconds linger{0}; ///< from the stop order to its end
};

using fake_child_actor = supervised_actor::extend<caf::reacts_to<tick_atom, bool>>;

/// A child that notes `up id`, `asked id` with the milliseconds left, and `down id`.
class fake_child_state final : public supervised_state {
public:
  static constexpr const char* name = "fake";
  using pointer = supervised_pointer<fake_child_state, fake_child_actor>;

  fake_child_state(pointer self, birth b, child_script s, std::shared_ptr<diary> notes)
      : supervised_state(self, std::move(b), "fake"), self_(self), script_(std::move(s)),
        notes_(std::move(notes)) {}

  ~fake_child_state() override { notes_->push_back("down " + born().ref.id); }

  fake_child_actor::behavior_type make_behavior() {
    after(script_.boot, true);
    return {[this](stop_atom, time_point deadline) { asked(deadline); },
            [this](inspect_atom) { return describe(); },
            [this](tick_atom, bool is_boot) {
              is_boot ? booted() : self_->quit(caf::exit_reason::user_shutdown);
            }};
  }

private:
  void after(std::chrono::milliseconds time, bool is_boot) {
    auto me = caf::actor_cast<fake_child_actor>(self_);
    if (time.count() == 0) // a timer would wait for the next move of the clock
      self_->send(me, tick_atom::value, is_boot);
    else
      self_->delayed_send(me, time, tick_atom::value, is_boot);
  }

  void booted() {
    if (!script_.boot_error.text.empty()) {
      report_started({start_report::fail, script_.boot_error});
      return self_->quit(caf::exit_reason::user_shutdown);
    }
    notes_->push_back("up " + born().ref.id);
    report_started();
  }

  void asked(time_point deadline) {
    if (was_asked_)
      return;
    was_asked_ = true;
    auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - self_->clock().now()).count();
    notes_->push_back("asked " + born().ref.id + " " + std::to_string(left));
    after(script_.linger, false);
  }

  pointer self_;
  child_script script_;
  std::shared_ptr<diary> notes_;
  bool was_asked_ = false;
};

inline child_spec fake_child(std::string id, child_script s, std::shared_ptr<diary> notes) {
  child_spec spec;
  spec.id = std::move(id);
  spec.start = [=](caf::actor_system& system, birth b) -> supervised_actor {
    return spawn_supervised<fake_child_state, fake_child_actor>(system, std::move(b), s, notes);
  };
  return spec;
}

/// A container under a real root supervisor, on the virtual clock.
class container_fixture : public actor_fixture {
public:
  container_fixture() {
    supervisor_spec spec;
    spec.waits.emplace().seed = 1;
    root = own(spawn_supervisor(system, birth{"rr", {"rr", 1}, {}}, spec));
    settle();
  }

  // Its callbacks write into members of this class: it ends before they do.
  ~container_fixture() {
    if (container)
      caf::anon_send_exit(container, caf::exit_reason::kill);
    settle();
  }

  /// Spawns the container with the plugins added so far.
  void make() {
    container_callbacks calls;
    calls.started = [this](expected<void> r) { started.push_back(std::move(r)); };
    calls.failed = [this](error why, std::string plugin) {
      failed.push_back("error: " + render(why) + "\nplugin: " + plugin);
    };
    calls.stopped = [this](expected<void> r) { stopped.push_back(std::move(r)); };
    plugin_list all = std::move(real);
    for (auto& s : scripts)
      all.push_back(std::make_unique<fake_plugin>(s, notes));
    container = own(spawn_container(system, birth{"rr/container", {"container", 1}, {}}, root, h,
                                    std::move(all), {}, calls));
  }

  void start() {
    make();
    tell(container, start_atom::value);
  }

  void halt() { tell(container, halt_atom::value); }

  bool is_up() const { return started.size() == 1 && started.front().has_value(); }
  std::string start_error() const {
    REQUIRE(started.size() == 1);
    REQUIRE_FALSE(started.front().has_value());
    return render(started.front().error());
  }

  /// Each plugin's state, and its reason in brackets.
  std::map<std::string, std::string> states() {
    std::map<std::string, std::string> result;
    auto rows = ask<std::vector<plugin_row>>(container, plugins_atom::value);
    for (auto& row : rows.value())
      result[row.name] =
          std::string{to_string(row.state)} + (row.reason.empty() ? "" : " [" + row.reason + "]");
    return result;
  }

  /// The notes of this kind of step, without the word itself.
  diary steps(const std::string& step) const {
    diary result;
    for (auto& note : *notes)
      if (note.rfind(step + " ", 0) == 0)
        result.push_back(note.substr(step.size() + 1));
    return result;
  }

  /// A plugin that does nothing; describe what it does before `make`.
  script& add(std::string name, unsigned weight = 1) {
    scripts.reserve(64);
    auto& s = scripts.emplace_back();
    s.name = std::move(name);
    s.weight = weight;
    return s;
  }

  /// Serves by starting a child of the same name.
  void give_child(script& s, child_script c = {}) {
    s.serve = [id = s.name, c, n = notes](std::shared_ptr<serve_context> context, completion done) {
      context->start_child(fake_child(id, c, n), std::move(done));
    };
  }

  host h;
  supervisor_actor root;
  container_actor container;
  plugin_list real; ///< registered before the fake ones
  std::vector<script> scripts;
  std::shared_ptr<diary> notes = std::make_shared<diary>();
  std::vector<expected<void>> started;
  std::vector<std::string> failed;
  std::vector<expected<void>> stopped;
};

/// Declarations for fake plugins.
template <class T>
std::function<void(descriptor&)> requires_a() {
  return [](descriptor& d) { d.require<T>(); };
}

template <class T>
std::function<void(descriptor&)> provides_a(std::string from) {
  return [from](descriptor& d) {
    d.provide<T>([from](std::string_view consumer) {
      return std::make_shared<T>(T{from + " for " + std::string{consumer}});
    });
  };
}

} // namespace rr::test
