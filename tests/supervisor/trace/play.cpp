#include "tests/supervisor/trace/play.hpp"

#include "tests/supervisor/trace/scripted_child.hpp"
#include "tests/supervisor/trace/stage.hpp"

#include <algorithm>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>
#include <functional>

namespace rr::trace {

/// Something for the client, the one who asks all supervisors, to do.
using client_job = std::function<void(caf::event_based_actor*)>;

} // namespace rr::trace

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rr::trace::client_job)

namespace rr::trace {

namespace {

std::string result_text(const child_reply& reply) {
  if (reply.result == child_result::ok || reply.result == child_result::ignored)
    return std::string(to_string(reply.result));
  return "error " + std::string(to_string(reply.result));
}

std::string result_text(const child_count& n) {
  return "specs=" + std::to_string(n.specs) + " active=" + std::to_string(n.active) +
         " supervisors=" + std::to_string(n.supervisors) + " workers=" + std::to_string(n.workers);
}

/// A waiting instance of a pool is a word without an id.
std::string result_text(const std::vector<child_info>& children) {
  std::string text;
  for (auto& c : children) {
    if (!text.empty())
      text += ' ';
    auto is_waiting_instance = c.id.find('#') != std::string::npos && c.state == child_state::restarting;
    text += is_waiting_instance ? "restarting" : c.id + '=' + std::string(to_string(c.state));
  }
  return text.empty() ? "none" : text;
}

class player {
public:
  explicit player(const scenario& s) : scenario_(s), system_(configure(config_)), stage_(system_) {
    system_.await_actors_before_shutdown(false);
    stage_.client = system_.spawn([this](caf::event_based_actor* self) -> caf::behavior {
      return {
          [self](const client_job& job) { job(self); },
          [this](down_atom, const std::string& path, const std::string& line) { print_down(path, line); },
      };
    });
  }

  ~player() {
    caf::anon_send_exit(root_, caf::exit_reason::kill);
    caf::anon_send_exit(stage_.client, caf::exit_reason::kill);
    settle();
  }

  std::string run() {
    root_ = spawn_watched_supervisor(stage_, birth{".", {}, {}},
                                     stage_.supervisor_for(scenario_.supervisor, scenario_.children));
    for (auto& s : scenario_.steps) {
      run_until(s.at);
      if (stage_.is_root_over)
        break;
      take(s);
    }
    run_until(milliseconds::max());
    return stage_.text() + "end\n";
  }

private:
  static caf::actor_system_config& configure(caf::actor_system_config& config) {
    config.set("scheduler.policy", caf::atom("testing"));
    return config;
  }

  caf::scheduler::test_coordinator& scheduler() {
    return static_cast<caf::scheduler::test_coordinator&>(system_.scheduler());
  }

  /// Runs whatever can run, first come, first served.
  void settle() {
    while (scheduler().has_job())
      scheduler().run_once();
  }

  /// Runs up to an instant, timers due at it included, or until the root is over.
  void run_until(milliseconds at) {
    auto& clock = stage_.clock();
    for (settle(); !clock.schedule().empty() && !stage_.is_root_over; settle()) {
      auto wait = clock.schedule().begin()->first - clock.current_time;
      if (at != milliseconds::max() && wait > at - stage_.now())
        break;
      clock.advance_time(std::max(caf::timespan{0}, caf::timespan{wait}));
    }
    if (at != milliseconds::max() && !stage_.is_root_over)
      clock.advance_time(at - stage_.now());
  }

  void take(const step& s) {
    switch (s.kind) {
    case step::exit:
      for (auto& path : s.targets)
        exit(path, s.why);
      return;
    case step::stop:
      return caf::anon_send(root_, stop_atom::value, time_point::max());
    case step::start_child:
      return start_child(s);
    case step::terminate_child:
      return ask<child_reply>(s, s.child, end_child_atom::value, name_of_child(s));
    case step::restart_child:
      return ask<child_reply>(s, s.child, restart_child_atom::value, name_of_child(s));
    case step::delete_child:
      return ask<child_reply>(s, s.child, delete_child_atom::value, name_of_child(s));
    case step::which_children:
      return ask<std::vector<child_info>>(s, {}, which_children_atom::value);
    case step::count_children:
      return ask<child_count>(s, {}, count_children_atom::value);
    }
  }

  void exit(const std::string& path, reason why) {
    auto worker = stage_.workers.find(path);
    auto supervisor = stage_.supervisors.find(path);
    if (worker != stage_.workers.end())
      caf::anon_send(caf::actor_cast<scripted_child>(worker->second), exit_atom::value, why);
    else if (supervisor != stage_.supervisors.end())
      caf::anon_send(caf::actor_cast<caf::actor>(supervisor->second),
                     caf::exit_msg{caf::actor_addr{}, stage::exit_reason_for(why)});
    else
      stage_.print("exit " + path + " not_running");
  }

  static std::string below(const std::string& supervisor, const std::string& id) {
    return supervisor == "." ? id : supervisor + '/' + id;
  }

  /// The id by which a supervisor may know the child of a request.
  std::string name_of_child(const step& s) const {
    auto hash = s.child.find('#');
    return hash == std::string::npos || stage_.has_been_up(below(s.sup, s.child)) ? s.child
                                                                                  : s.child.substr(0, hash);
  }

  void start_child(const step& s) {
    if (s.spec)
      return ask<child_reply>(s, s.child, start_child_atom::value, stage_.spec_for(*s.spec));
    child_spec instance;
    instance.id = s.child + '#' + std::to_string(++instances_[s.sup]);
    if (s.starts)
      stage_.set_starts(below(s.sup, instance.id), *s.starts);
    ask<child_reply>(s, instance.id, start_child_atom::value, instance);
  }

  template <class Answer, class... Ts>
  void ask(const step& s, const std::string& child, Ts... request) {
    auto head = "reply " + s.sup + ' ' + s.name + (child.empty() ? "" : ' ' + child) + ' ';
    auto supervisor = stage_.supervisors.find(s.sup);
    if (supervisor == stage_.supervisors.end())
      return stage_.print(head + down);
    client_job job = [this, head, path = s.sup, to = supervisor->second,
                      request...](caf::event_based_actor* self) {
      self->request(to, caf::infinite, request...)
          .then([this, head, path](const Answer& answer) { print_reply(head, result_text(answer), path); },
                [this, head, path](const caf::error&) { refused_[path].push_back(head + down); });
    };
    caf::anon_send(stage_.client, std::move(job));
  }

  /// A supervisor that ends refuses what is left in its queue, but it is down first.
  void print_reply(const std::string& head, const std::string& result, const std::string& path) {
    if (result == down)
      refused_[path].push_back(head + down);
    else
      stage_.print(head + result);
  }

  void print_down(const std::string& path, const std::string& line) {
    stage_.print(line);
    for (auto& refusal : std::exchange(refused_[path], {}))
      stage_.print(refusal);
  }

  static inline const std::string down = "error supervisor_down";

  const scenario& scenario_;
  caf::actor_system_config config_;
  caf::actor_system system_;
  stage stage_;
  supervisor_actor root_;
  std::map<std::string, std::vector<std::string>> refused_; ///< lines, by the path of a supervisor that ends
  std::map<std::string, std::uint64_t> instances_;          ///< asked for, by the pool's path
};

} // namespace

std::string play(const scenario& s) { return player{s}.run(); }

} // namespace rr::trace
