#include "tests/supervisor/trace/stage.hpp"

#include "tests/supervisor/trace/scripted_child.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace rr::trace {

stage::stage(caf::actor_system& system) : system_(system), begin_(clock().now()) {}

caf::detail::test_actor_clock& stage::clock() {
  return static_cast<caf::scheduler::test_coordinator&>(system_.scheduler()).clock();
}

milliseconds stage::now() { return std::chrono::duration_cast<milliseconds>(clock().now() - begin_); }

void stage::print(const std::string& line) { text_ += std::to_string(now().count()) + ' ' + line + '\n'; }

std::string_view stage::word_for(const caf::error& why) {
  if (!why)
    return to_string(reason::normal);
  if (why == caf::exit_reason::kill)
    return to_string(reason::killed);
  if (why == caf::exit_reason::user_shutdown)
    return to_string(reason::shutdown);
  return to_string(reason::crash);
}

caf::error stage::exit_reason_for(reason r) {
  switch (r) {
  case reason::normal:
    return caf::exit_reason::normal;
  case reason::shutdown:
    return caf::exit_reason::user_shutdown;
  case reason::killed:
    return caf::exit_reason::kill;
  case reason::crash:
    break;
  }
  return to_exit_reason({error_kind::undefined, "scenario", "crash"});
}

outcome stage::next_start_of_instance(const std::string& path, const std::vector<outcome>& of_template) {
  auto own = own_starts_.find(path);
  auto& starts = own == own_starts_.end() ? of_template : own->second;
  auto start = starts[std::min(instance_starts_[path]++, starts.size() - 1)];
  if (start == outcome::ok)
    instances_.insert(path);
  return start;
}

child_spec stage::spec_for(const node& n, bool is_template) {
  child_spec spec;
  spec.id = n.id;
  spec.restart = n.restart;
  spec.shutdown = n.shutdown;
  spec.significant = n.significant;
  if (n.supervisor) {
    spec.kind = child_kind::supervisor;
    spec.start = [this, nested = supervisor_for(*n.supervisor, n.children)](caf::actor_system&, birth b) {
      return supervised_actor{spawn_watched_supervisor(*this, std::move(b), nested)};
    };
    return spec;
  }
  auto count = std::make_shared<std::size_t>(0);
  spec.start = [this, n, is_template, count](caf::actor_system&, birth b) {
    auto start = is_template ? next_start_of_instance(scenario_path(b.path), n.starts)
                             : n.starts[std::min((*count)++, n.starts.size() - 1)];
    return spawn_scripted_child(*this, std::move(b), {start, n.stop_delay, n.stop_reason});
  };
  return spec;
}

supervisor_spec stage::supervisor_for(const flags& f, const std::vector<node>& children) {
  supervisor_spec spec;
  spec.strategy = f.strategy;
  spec.intensity = f.intensity;
  spec.when_significant_end = f.when_significant_end;
  for (auto& n : children)
    spec.children.push_back(spec_for(n, f.strategy == restart_strategy::simple_one_for_one));
  return spec;
}

std::string scenario_path(const std::string& tree_path) {
  return tree_path == "." ? tree_path : tree_path.substr(2);
}

namespace {

/// Stands between a supervisor that starts and its parent: prints how the start went, then passes it on.
parent_actor::behavior_type start_witness(parent_actor::pointer self, stage* on, parent_actor parent,
                                          std::shared_ptr<supervisor_actor> who, std::string path) {
  return {[=](started_atom, const child_ref& ref, const start_report& report) {
    auto is_up = report.outcome == start_report::ok;
    on->print("start " + path + (is_up ? " ok" : " fail"));
    if (is_up)
      on->supervisors[path] = *who;
    else if (!parent)
      on->is_root_over = true;
    if (parent)
      self->send(parent, started_atom::value, ref, report);
    self->quit();
  }};
}

} // namespace

supervisor_actor spawn_watched_supervisor(stage& on, birth b, supervisor_spec spec) {
  auto path = scenario_path(b.path);
  auto is_root = !b.parent;
  auto who = std::make_shared<supervisor_actor>();
  b.parent = on.system().spawn(start_witness, &on, b.parent, who, path);
  auto supervisor = spawn_supervisor(on.system(), std::move(b), std::move(spec));
  *who = supervisor;
  supervisor->attach_functor([&on, path, is_root](const caf::error& why) {
    if (on.supervisors.erase(path) == 0)
      return; // its start failed
    caf::anon_send(on.client, down_atom::value, path,
                   "down " + path + ' ' + std::string(stage::word_for(why)));
    on.is_root_over = on.is_root_over || is_root;
  });
  return supervisor;
}

} // namespace rr::trace
