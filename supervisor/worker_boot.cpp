// From the start of a worker's process to its handshake.

#include "actors/guarded.hpp"
#include "supervisor/worker_body.hpp"

namespace rr {

namespace {

// Lines on stderr are held back for so long while it is not known how the boot goes.
constexpr std::chrono::milliseconds hold_wait{1000};

constexpr const char* timeout_text =
    "failed to spawn a worker, possible reasons: https://docs.roadrunner.dev/error-codes/allocate-timeout";

// The stream has ended, so the process is about to as well.
bool is_end_of_stream(const error& e) {
  static constexpr std::string_view eof = "EOF";
  return e.kind == error_kind::file_not_found ||
         (e.text.size() >= eof.size() && std::string_view{e.text}.substr(e.text.size() - eof.size()) == eof);
}

} // namespace

void worker_body::launch() {
  if (options_.boot_timeout <= options_.boot_timeout.zero())
    return boot_took_too_long();
  arm(timer::boot, options_.boot_timeout);
  launcher_->launch(options_.process,
                    guarded(self_, [this](expected<process_ptr> started) { launched(std::move(started)); }));
}

// A process that comes too late is dropped here, which kills it.
void worker_body::launched(expected<process_ptr> started) {
  if (life_ != worker_life::booting)
    return;
  if (!started)
    return fail_boot(std::move(started.error()));
  process_ = std::move(*started);
  pid_ = process_->pid();
  arm(timer::hold, hold_wait);
  process_->start({.stderr_bytes = guarded(self_, [this](std::string_view bytes) { hear(bytes); }),
                   .exited = guarded(self_, [this](const process_exit& how) { exited(how); })});
  if (options_.listener)
    await_connection();
  else
    greet();
}

void worker_body::greet() {
  relay_ =
      spawn_relay(self_->system(), {path() + "/relay", {"relay", 1}, caf::actor_cast<parent_actor>(self_)},
                  process_->take_channel(), options_.relay);
  self_->monitor(relay_);
  // No time-out: the boot's timer ends the wait, and the relay answers when it ends.
  self_->request(relay_, caf::infinite, hello_atom::value)
      .then([this](const handshake& said) { greeted(said); },
            [this](const caf::error& e) { fail_boot(from_exit_reason(e)); });
}

void worker_body::await_connection() {
  auto connected = [this](const greeted_connection& c) {
    if (life_ != worker_life::booting || exit_)
      return;
    relay_ =
        spawn_relay(self_->system(), {path() + "/relay", {"relay", 1}, caf::actor_cast<parent_actor>(self_)},
                    std::move(*c.channel), options_.relay);
    self_->monitor(relay_);
    greeted(c.said);
  };
  // No time-out: the boot's timer ends the wait, and the listener is told to forget us then.
  self_->request(options_.listener, caf::infinite, await_atom::value, pid_)
      .then(connected, [this](const caf::error& e) { fail_boot(from_exit_reason(e)); });
}

void worker_body::greeted(const handshake& said) {
  if (life_ != worker_life::booting)
    return;
  auto codec = options_.choose_codec ? options_.choose_codec(said) : payload_codec::proto;
  move(worker_event::greeted);
  booted_ = true;
  leave_boot(log_level::info);
  self_->send(keeper_, booted_atom::value, id_, worker_boot{{pid_, codec}, said, relay_});
  if (exit_)
    await_last_answer();
}

void worker_body::fail_boot(error why) {
  if (!move(worker_event::boot_failed))
    return;
  why_ = std::move(why);
  leave_boot(log_level::error);
  if (process_ == nullptr || exit_)
    end();
  else if (is_end_of_stream(why_))
    arm(timer::last_words, last_words_wait); // its own exit says more than our kill
  else
    kill_group();
}

void worker_body::boot_took_too_long() { fail_boot({error_kind::timeout, {}, timeout_text}); }

void worker_body::last_word_is_missing() {
  if (!exit_)
    return kill_group();                         // it has closed its stdout and lives on
  fail_boot({error_kind::undefined, {}, "EOF"}); // something else holds its stdout open
}

void worker_body::leave_boot(log_level stderr_level) {
  disarm(timer::boot);
  disarm(timer::last_words);
  disarm(timer::hold);
  stderr_.settle(stderr_level);
  if (options_.listener && !booted_ && pid_ != 0)
    self_->send(options_.listener, forget_atom::value, pid_);
}

} // namespace rr
