#include "supervisor/supervisor_actor.hpp"

#include "actors/registry.hpp"
#include "actors/supervised.hpp"
#include "supervisor/supervisor_core.hpp"

#include <caf/actor_cast.hpp>
#include <caf/sec.hpp>
#include <caf/send.hpp>
#include <caf/typed_response_promise.hpp>
#include <map>
#include <unordered_map>

namespace rr {

namespace {

using advance_atom = caf::atom_constant<caf::atom("advance")>;

/// What a supervisor tells itself: that all that had arrived is noted, and that a timer is due.
using supervisor_self =
    supervisor_actor::extend<caf::reacts_to<advance_atom>, caf::reacts_to<tick_atom, timer_number>>;

using promise = std::variant<caf::typed_response_promise<child_reply>,
                             caf::typed_response_promise<std::vector<child_info>>,
                             caf::typed_response_promise<child_count>>;

/// Answers with `answer`, or with an error where it is not of the promised type: the supervisor is down then.
void deliver(promise& to, child_answer answer) {
  std::visit(
      [](auto& p, auto& value) {
        using promise_type = std::decay_t<decltype(p)>;
        using value_type = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<promise_type, caf::typed_response_promise<value_type>>)
          p.deliver(std::move(value));
        else
          p.deliver(caf::make_error(caf::sec::request_receiver_down));
      },
      to, answer);
}

/// How an actor ended. No reason at all is the normal end; it carries no text of its own.
child_end to_child_end(const caf::error& reason) {
  if (!reason)
    return {true, {error_kind::undefined, {}, "normal"}};
  return {is_orderly(reason), from_exit_reason(reason)};
}

/// The jitter of two supervisors must differ, or their children come back in step.
supervisor_spec seeded(supervisor_spec spec) {
  if (spec.waits && !spec.waits->seed)
    spec.waits->seed = std::random_device{}();
  return spec;
}

class supervisor_state final : public supervised_state, private supervisor_ports {
public:
  using self_type = supervised<supervisor_state, supervisor_self>;
  static constexpr const char* name = "supervisor";

  supervisor_state(self_type* self, birth b, supervisor_spec spec)
      : supervised_state(self, std::move(b), "supervisor"), self_(self),
        core_(*this, seeded(std::move(spec))) {}

  /// A supervisor that ends by its own decision has no children left; one that is killed takes them along.
  ~supervisor_state() override {
    for (auto& [incarnation, p] : processes_) {
      caf::anon_send_exit(p.handle, caf::exit_reason::kill);
      leave_registry(p);
    }
    for (auto& [id, p] : promises_)
      deliver(p, child_reply{child_result::supervisor_down, {}, {}});
  }

  supervisor_self::behavior_type make_behavior() {
    self_->set_down_handler([this](caf::down_msg& x) { down(x); });
    self_->set_exit_handler([this](caf::exit_msg& x) { note([&] { core_.end(std::move(x.reason)); }); });
    note([&] { core_.boot(); });
    using kind = child_request;
    return {
        [this](stop_atom, time_point deadline) { note([&] { core_.stop(deadline); }); },
        [this](inspect_atom) { return describe(); },
        [this](started_atom, child_ref& ref, start_report& report) { started(ref, std::move(report)); },
        [this](start_child_atom, child_spec& spec) {
          return ask<child_reply>({kind::start, 0, std::move(spec), {}});
        },
        [this](end_child_atom, std::string& id) {
          return ask<child_reply>({kind::stop, 0, {}, std::move(id)});
        },
        [this](restart_child_atom, std::string& id) {
          return ask<child_reply>({kind::restart, 0, {}, std::move(id)});
        },
        [this](delete_child_atom, std::string& id) {
          return ask<child_reply>({kind::remove, 0, {}, std::move(id)});
        },
        [this](replace_spec_atom, child_spec& spec) {
          return ask<child_reply>({kind::replace, 0, std::move(spec), {}});
        },
        [this](which_children_atom) {
          return ask<std::vector<child_info>>({kind::which, 0, {}, {}});
        },
        [this](count_children_atom) {
          return ask<child_count>({kind::count, 0, {}, {}});
        },
        [this](advance_atom) { advance(); },
        [this](tick_atom, timer_number number) { note([&] { core_.timer(number); }); },
    };
  }

protected:
  void figures(snapshot& s) const override { s.children = core_.summaries(); }

private:
  struct process {
    child_ref ref;
    supervised_actor handle;
  };

  // -- inputs: noted now, handled when the mailbox has been emptied up to here
  // ---------------------------------

  template <class F>
  void note(F input) {
    input();
    if (is_advance_due_ || !core_.can_advance())
      return;
    is_advance_due_ = true;
    self_->send(handle(), advance_atom::value);
  }

  void advance() {
    is_advance_due_ = false;
    note([&] { core_.advance(self_->clock().now()); });
  }

  void started(const child_ref& ref, start_report report) {
    if (report.outcome == start_report::ok)
      if (auto* p = find(ref))
        registry::instance().enter(path_of(ref.id), caf::actor_cast<caf::strong_actor_ptr>(p->handle));
    note([&] { core_.reported(ref, std::move(report)); });
  }

  void down(const caf::down_msg& x) {
    auto i = incarnations_.find(x.source);
    if (i == incarnations_.end())
      return;
    auto ended = std::move(processes_.at(i->second));
    processes_.erase(i->second);
    incarnations_.erase(i);
    leave_registry(ended);
    note([&] { core_.exited(ended.ref, to_child_end(x.reason)); });
  }

  template <class T>
  caf::typed_response_promise<T> ask(child_request request) {
    auto p = self_->template make_response_promise<caf::typed_response_promise<T>>();
    request.id = ++last_request_;
    promises_.emplace(request.id, p);
    note([&] { core_.request(std::move(request)); });
    return p;
  }

  // -- outputs
  // -------------------------------------------------------------------------------------------------

  void start(const child_spec& spec, const child_ref& ref) override {
    try {
      auto child = spec.start(self_->system(), birth{path_of(spec.id), ref, handle()});
      if (!child)
        return core_.exited(ref, {false, {error_kind::init, "start " + spec.id, "the start gave no actor"}});
      auto address = caf::actor_cast<caf::actor_addr>(child);
      processes_.emplace(ref.incarnation, process{ref, child});
      incarnations_.emplace(address, ref.incarnation);
      self_->monitor(address);
    } catch (const std::exception& e) {
      core_.exited(ref, {false, {error_kind::init, "start " + spec.id, e.what()}});
    }
  }

  void ask_stop(const child_ref& ref, time_point deadline) override {
    if (auto* p = find(ref))
      self_->send(p->handle, stop_atom::value, deadline);
  }

  void kill(const child_ref& ref) override {
    if (auto* p = find(ref))
      self_->send_exit(p->handle, caf::exit_reason::kill);
  }

  void reply(request_id to, child_answer answer) override {
    auto i = promises_.find(to);
    auto p = std::move(i->second);
    promises_.erase(i);
    deliver(p, std::move(answer));
  }

  void set_timer(timer_number number, time_point when) override {
    self_->delayed_send(handle(), when - self_->clock().now(), tick_atom::value, number);
  }

  void report(start_report report) override { report_started(std::move(report)); }

  void enter(const char* state) override { supervised_state::enter(state); }

  void end(caf::error reason) override { self_->quit(std::move(reason)); }

  event_id emit(const std::string& child_id, event_kind kind, std::string cause, event_id parent) override {
    std::vector<std::pair<std::string, std::string>> fields;
    if (!cause.empty())
      fields.emplace_back("cause", std::move(cause));
    auto whose = child_id.empty() ? path() : path_of(child_id);
    return event_bus::instance().emit(std::move(whose), kind, std::move(fields), parent);
  }

  // -- processes
  // -----------------------------------------------------------------------------------------------

  supervisor_self handle() const { return caf::actor_cast<supervisor_self>(self_); }

  std::string path_of(const std::string& id) const { return path() + '/' + id; }

  process* find(const child_ref& ref) {
    auto i = processes_.find(ref.incarnation);
    return i == processes_.end() ? nullptr : &i->second;
  }

  void leave_registry(const process& p) {
    registry::instance().leave(path_of(p.ref.id), caf::actor_cast<caf::strong_actor_ptr>(p.handle));
  }

  self_type* self_;
  supervisor_core core_;
  bool is_advance_due_ = false;
  std::unordered_map<std::uint64_t, process> processes_; ///< by incarnation
  std::map<caf::actor_addr, std::uint64_t> incarnations_;
  std::unordered_map<request_id, promise> promises_;
  request_id last_request_ = 0;
};

} // namespace

supervisor_actor spawn_supervisor(caf::actor_system& system, birth b, supervisor_spec spec) {
  return spawn_supervised<supervisor_state, supervisor_self>(system, std::move(b), std::move(spec));
}

} // namespace rr
