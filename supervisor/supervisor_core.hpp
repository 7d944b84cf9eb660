#pragma once

#include "supervisor/child_table.hpp"
#include "supervisor/restart_history.hpp"

#include <caf/error.hpp>
#include <cstdint>
#include <deque>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace rr {

using request_id = std::uint64_t;   ///< names the asker of a request
using timer_number = std::uint64_t; ///< names a timer; 0: none

/// A question about children or an order to change them.
struct child_request {
  enum kind_type { start, stop, restart, remove, replace, which, count };

  kind_type kind = which;
  request_id id = 0;
  child_spec spec = {};   ///< of start and replace
  std::string child = {}; ///< of the others: whom
};

/// What a supervisor does to the world: carried out by its actor, recorded by tests.
///
/// A call may come back as an input (`exited` within `start`, for example): inputs are only noted.
class supervisor_ports {
public:
  virtual ~supervisor_ports() = default;

  /// Spawns the child; its report and its end come as `reported` and `exited`.
  virtual void start(const child_spec& spec, const child_ref& ref) = 0;
  virtual void ask_stop(const child_ref& ref, time_point deadline) = 0;
  virtual void kill(const child_ref& ref) = 0;
  virtual void reply(request_id to, child_answer answer) = 0;
  virtual void set_timer(timer_number number, time_point when) = 0;

  /// To the parent: how the supervisor's own start went.
  virtual void report(start_report report) = 0;

  /// The supervisor's state in a word: starting, running, failing, stopping. A literal.
  virtual void enter(const char* state) = 0;

  /// The supervisor ends with this reason. Nothing follows.
  virtual void end(caf::error reason) = 0;

  /// A fact about a child, or about the supervisor itself where `child_id` is empty; gives the event's id.
  virtual event_id emit(const std::string& child_id, event_kind kind, std::string cause, event_id parent) = 0;
};

/// The decisions of a supervisor, with the semantics of OTP release 25. Knows no clock and no actor.
///
/// Inputs are noted when they arrive and cost nothing. `advance` carries the present message on or takes the
/// next one, in the order of arrival. The caller advances only when it has passed on all that has arrived:
/// what a supervisor decides may depend on a death that lies in its mailbox.
class supervisor_core {
public:
  supervisor_core(supervisor_ports& ports, supervisor_spec spec);

  /// Starts the children in order; reports to the parent when all are up, or ends with the reason that
  /// prevented it.
  void boot();

  void reported(const child_ref& ref, start_report report);
  void exited(const child_ref& ref, child_end end);
  void request(child_request request);

  /// The parent's order to stop. One with a deadline (not `time_point::max()`) also cuts short whatever is
  /// under way: no child gets longer to stop, and none is waited for that is still starting.
  void stop(time_point deadline);

  /// An order to end with this reason, from anybody else.
  void end(caf::error reason);

  void timer(timer_number number);

  /// Whether `advance` has something to do.
  bool can_advance() const;

  /// Handles one message, or goes on with the present one, until it is done or has to wait. `now` never goes
  /// back.
  void advance(time_point now);

  bool has_ended() const noexcept { return has_ended_; }

  /// The children as the supervisor's snapshot shows them.
  std::vector<child_summary> summaries() const;

private:
  struct exit_message {
    child_ref ref;
  };
  struct retry_message {
    std::string id;
  };
  struct stop_message {};
  struct end_message {
    caf::error reason;
  };
  struct boot_message {};
  using message =
      std::variant<boot_message, exit_message, child_request, retry_message, stop_message, end_message>;

  enum class purpose { boot, failed_boot, restart, lay_off, add_child, start_child, stop_child, end };

  /// The handling of one message: first children stop, then others start, each one after the one before.
  struct work {
    purpose what;
    std::deque<child*> stops = {};
    std::deque<child*> starts = {};
    event_id cause = 0;
    request_id asker = 0;
    child_reply answer = {};
    caf::error reason = {}; ///< of an end
  };

  enum class wait_for { nothing, report, end_after_failed_start, end, all_ends };

  // The engine: supervisor_core.cpp.
  void take_next();
  void step();
  bool is_wait_over() const;
  void finish_work();
  void finish_end();

  // Its steps: supervisor_steps.cpp.
  void begin_start(child& c);
  void take_report(child& c);
  void start_is_over(child& c);
  void begin_stop(child& c);
  void stop_is_over(child& c);
  void ask_to_stop(child& c, wait_for what);
  void stop_all_at_once();
  void limit_wait(time_point until);
  void forget(child& c);
  void emit_end(child& c, event_id parent);

  // What a message means: supervisor_decisions.cpp.
  void handle(const boot_message&);
  void handle(const exit_message& m);
  void handle(const retry_message& m);
  void handle(const stop_message&);
  void handle(const end_message& m);
  void restart(child& c);
  void restart_after_wait(child& c, bool is_within_intensity);
  void begin_group_restart(child& c);
  std::vector<child*> group_of(child& c);
  void start_failed(child& c);
  void check_auto_shutdown(bool is_significant, event_id cause);
  void begin_end(caf::error reason, event_id cause);
  void watch_recovery();
  void recover();

  // Requests: supervisor_requests.cpp.
  void handle(child_request& r);
  void start_child(child_request& r);
  void start_instance(child_request& r);
  void stop_child(const child_request& r);
  void restart_child(const child_request& r);
  void remove_child(const child_request& r);
  void replace_spec(child_request& r);
  std::vector<child_info> which_children() const;
  child_count count_children() const;
  void answer(const child_request& r, child_result result);

  bool is_pool() const noexcept { return spec_.strategy == restart_strategy::simple_one_for_one; }
  bool is_dropped_when_stopped(const child& c) const {
    return is_pool() || c.spec.restart == restart_type::temporary;
  }

  /// An order to stop by a certain time lies in the queue, or is being followed.
  bool is_stop_due() const noexcept { return deadline_ != time_point::max(); }

  supervisor_ports& ports_;
  supervisor_spec spec_; ///< without the children, but for a pool's template
  std::mt19937 random_;
  restart_history history_;
  child_table children_;
  std::deque<message> queue_;
  std::optional<work> work_;
  wait_for wait_ = wait_for::nothing;
  child* awaited_ = nullptr; ///< by `wait_`, but for all_ends
  std::size_t living_ = 0;
  time_point now_ = {};
  time_point deadline_ = time_point::max(); ///< of the parent's order to stop
  time_point limit_ = time_point::max();    ///< when the awaited are killed
  timer_number limit_timer_ = 0;
  timer_number recovery_timer_ = 0;
  timer_number last_timer_ = 0;
  std::uint64_t last_incarnation_ = 0;
  std::uint64_t last_instance_ = 0;
  bool is_failing_ = false;
  bool has_ended_ = false;
};

/// Nothing when the specs are fit for a supervisor of this kind, else what is wrong with them.
std::optional<error> check_specs(const supervisor_spec& spec);

/// The same for one child, without its id and its start.
std::optional<error> check_child_spec(const child_spec& spec, auto_shutdown when_significant_end);

} // namespace rr
