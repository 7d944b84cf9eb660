#pragma once

#include "supervisor/supervisor_core.hpp"

#include <caf/exit_reason.hpp>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace rr::test {

using namespace std::chrono_literals;

/// A supervisor's world without actors: carries out its decisions at once, or not at all, and records them.
class supervisor_recorder final : public supervisor_ports {
public:
  /// An event as it was emitted; its id is its place in the list, from 1 on.
  struct fact {
    std::string child;
    event_kind kind;
    std::string cause;
    event_id parent;
  };

  explicit supervisor_recorder(supervisor_spec spec) : core(*this, std::move(spec)) {}

  // -- what the test does
  // --------------------------------------------------------------------------------------

  void boot() {
    core.boot();
    settle();
  }

  /// Lets the supervisor work until it waits.
  void settle() {
    while (core.can_advance())
      core.advance(now);
  }

  /// Moves the clock, stopping at each due timer.
  void advance(duration by) {
    auto until = now + by;
    while (!timers.empty() && timers.begin()->first <= until) {
      auto [when, number] = *timers.begin();
      timers.erase(timers.begin());
      now = std::max(now, when);
      core.timer(number);
      settle();
    }
    now = until;
  }

  /// The child ends by itself; the supervisor has not noticed yet.
  void die(const std::string& id, bool is_orderly = false) {
    auto ref = living.at(id);
    living.erase(id);
    core.exited(ref, {is_orderly, {error_kind::undefined, "child", is_orderly ? "done" : "crash"}});
  }

  void exit(const std::string& id, bool is_orderly = false) {
    die(id, is_orderly);
    settle();
  }

  void report(const std::string& id, start_report::outcome_type outcome) {
    core.reported(living.at(id), {outcome, {}});
    settle();
  }

  /// Puts a request into the queue; its reply is recorded as `reply NUMBER ...`.
  request_id post(child_request::kind_type kind, const std::string& id = {}) {
    child_request r;
    r.kind = kind;
    r.id = ++last_request_;
    r.child = id;
    core.request(r);
    return r.id;
  }

  request_id post(child_request::kind_type kind, child_spec spec) {
    child_request r;
    r.kind = kind;
    r.id = ++last_request_;
    r.spec = std::move(spec);
    core.request(r);
    return r.id;
  }

  /// Asks and gives the reply in words, or nothing where there is none yet.
  template <class T>
  std::string ask(child_request::kind_type kind, T about) {
    auto id = post(kind, std::move(about));
    settle();
    return replies[id];
  }

  std::string ask(child_request::kind_type kind) { return ask(kind, std::string{}); }

  /// What was recorded since the last call.
  std::vector<std::string> log() { return std::exchange(log_, {}); }

  /// The next starts of a child, first come, first served; afterwards they are ok.
  std::map<std::string, std::deque<start_report::outcome_type>> outcomes;
  std::set<std::string> silent; ///< do not report
  std::set<std::string> slow;   ///< do not obey a stop request

  supervisor_core core;
  time_point now{1h};
  std::map<std::string, child_ref> living;
  std::map<std::string, time_point> deadlines; ///< of the last stop request
  std::map<request_id, std::string> replies;
  std::multimap<time_point, timer_number> timers;
  std::vector<fact> facts;
  std::string state = "starting";
  caf::error end_reason;

  // -- what the supervisor does
  // --------------------------------------------------------------------------------

  void start(const child_spec& spec, const child_ref& ref) override {
    log_.push_back("start " + spec.id);
    living[spec.id] = ref;
    if (silent.count(spec.id))
      return;
    auto& next = outcomes[spec.id];
    auto outcome = next.empty() ? start_report::ok : next.front();
    if (!next.empty())
      next.pop_front();
    core.reported(ref, {outcome, {error_kind::init, spec.id, outcome == start_report::fail ? "no" : ""}});
    if (outcome == start_report::ok)
      return;
    living.erase(spec.id);
    core.exited(ref, {outcome != start_report::fail, {}});
  }

  void ask_stop(const child_ref& ref, time_point deadline) override {
    log_.push_back("stop " + ref.id);
    deadlines[ref.id] = deadline;
    if (living.count(ref.id) && !slow.count(ref.id))
      die(ref.id, true);
  }

  void kill(const child_ref& ref) override {
    log_.push_back("kill " + ref.id);
    if (living.count(ref.id))
      die(ref.id);
  }

  void reply(request_id to, child_answer answer) override {
    replies[to] = std::visit([](auto& x) { return text(x); }, answer);
    log_.push_back("reply " + std::to_string(to) + ' ' + replies[to]);
  }

  void set_timer(timer_number number, time_point when) override { timers.emplace(when, number); }

  void report(start_report report) override {
    log_.push_back(report.outcome == start_report::ok ? "up" : "failed: " + render(report.why));
  }

  void enter(const char* new_state) override { state = new_state; }

  void end(caf::error reason) override {
    log_.push_back(reason == caf::exit_reason::user_shutdown ? "end shutdown" : "end otherwise");
    end_reason = std::move(reason);
  }

  event_id emit(const std::string& child, event_kind kind, std::string cause, event_id parent) override {
    facts.push_back({child, kind, std::move(cause), parent});
    return facts.size();
  }

private:
  static std::string text(const child_reply& r) { return std::string(to_string(r.result)); }

  static std::string text(const child_count& c) {
    return std::to_string(c.specs) + ' ' + std::to_string(c.active) + ' ' + std::to_string(c.supervisors) +
           ' ' + std::to_string(c.workers);
  }

  static std::string text(const std::vector<child_info>& children) {
    std::string all;
    for (auto& c : children)
      all += (all.empty() ? "" : " ") + c.id + '=' + std::string(to_string(c.state));
    return all;
  }

  std::vector<std::string> log_;
  request_id last_request_ = 0;
};

/// A spec whose start is never called by the recorder.
inline child_spec child_named(std::string id, restart_type restart = restart_type::permanent) {
  child_spec spec;
  spec.id = std::move(id);
  spec.restart = restart;
  spec.start = [](caf::actor_system&, birth) { return supervised_actor{}; };
  return spec;
}

inline supervisor_spec supervisor_of(restart_strategy strategy, std::vector<child_spec> children,
                                     unsigned restarts_max = 1) {
  supervisor_spec spec;
  spec.strategy = strategy;
  spec.intensity.restarts_max = restarts_max;
  spec.children = std::move(children);
  return spec;
}

using lines = std::vector<std::string>;

} // namespace rr::test
