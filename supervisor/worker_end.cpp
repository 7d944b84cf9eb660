// From the death of a worker's process to the end of its actor.

#include "relay/frame_codec.hpp"
#include "relay/relay_phase.hpp"
#include "supervisor/worker_body.hpp"

#include <csignal>

namespace rr {

namespace {

// What a dead process has written is in its pipe, so its relay needs no time for it; a client that takes a
// stream slowly does.
constexpr std::chrono::milliseconds answer_limit{5000};
constexpr std::chrono::milliseconds answer_poll{10};
constexpr std::chrono::milliseconds ask_limit{5000};

constexpr std::size_t shown_stderr_bytes = 2048;

bool is_running_an_exec(const snapshot& relay) {
  return relay.state == to_word(relay_phase::busy) || relay.state == to_word(relay_phase::streaming) ||
         relay.state == to_word(relay_phase::failing);
}

std::string_view without_end(std::string_view text) {
  auto end = text.find_last_not_of(" \t\r\n");
  return text.substr(0, end == std::string_view::npos ? 0 : end + 1);
}

} // namespace

void worker_body::kill_group() {
  killed_ = true;
  disarm(timer::kill);
  process_->signal_group(SIGKILL);
}

// What the worker had answered before it died counts, and what it runs has failed before the keeper is told.
void worker_body::await_last_answer() {
  if (!answer_until_)
    answer_until_ = now() + answer_limit;
  auto look = [this](const snapshot& relay) {
    if (!is_running_an_exec(relay) || aborted_)
      return end();
    if (now() < *answer_until_)
      return arm(timer::answer, answer_poll);
    aborted_ = true;
    self_->send(relay_, abort_atom::value, error{error_kind::network, "sync_worker_receive_frame", "EOF"});
    await_last_answer();
  };
  self_->request(relay_, ask_limit, inspect_atom::value).then(look, [this](const caf::error&) { end(); });
}

void worker_body::end() {
  if (!move(worker_event::ended))
    return;
  for (auto& setting : settings_)
    ++setting;
  log_end();
  self_->send(keeper_, gone_atom::value, id_,
              worker_end{pid_, booted_, exit_, reason(), asked_, stderr_.tail()});
  // The relay stays until the keeper is known to have taken that: it may have sent an exec meanwhile, and a
  // relay without a worker gives it back, while a dead one would swallow it.
  auto leave = [this] { self_->quit(); };
  self_->request(caf::actor_cast<supervised_actor>(keeper_), ask_limit, inspect_atom::value)
      .then([leave](const snapshot&) { leave(); }, [leave](const caf::error&) { leave(); });
}

void worker_body::log_end() const {
  if (!booted_ || !exit_)
    return;
  if (exit_->clean()) {
    log_.debug("worker stopped", {{"pid", pid_}});
    return;
  }
  auto text = to_string(*exit_);
  log_.debug("worker stopped", {{"pid", pid_},
                                {"internal_event_name", "EventWorkerWaitExit"},
                                {"error", text + "\nprocess_wait: " + text}});
}

/// Why it ended; of a boot that failed with all that is known.
error worker_body::reason() const {
  auto e = why_;
  if (booted_ || asked_ || e.text.empty())
    return e;
  if (exit_ && !killed_)
    e.text += "; the process has ended: " + to_string(*exit_);
  std::string_view tail = without_end(stderr_.tail());
  if (tail.size() > shown_stderr_bytes)
    tail = tail.substr(tail.size() - shown_stderr_bytes);
  if (!tail.empty())
    e.text += "; its stderr: " + printable(tail);
  return e;
}

} // namespace rr
