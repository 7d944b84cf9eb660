#include "supervisor/worker_actor.hpp"

#include "supervisor/worker_body.hpp"

#include <algorithm>

namespace rr {

namespace {

// A line that its writer does not end is shown after this time.
constexpr std::chrono::milliseconds line_wait{1000};

} // namespace

worker_actor spawn_worker(caf::actor_system& system, birth b, worker_keeper_actor keeper,
                          std::uint64_t worker_id, std::shared_ptr<process_launcher> launcher,
                          worker_options options) {
  return spawn_supervised<worker_body, worker_self_actor>(system, std::move(b), std::move(keeper), worker_id,
                                                          std::move(launcher), std::move(options));
}

worker_body::worker_body(actor_type* self, birth b, worker_keeper_actor keeper, std::uint64_t id,
                         std::shared_ptr<process_launcher> launcher, worker_options options)
    : supervised_state(self, std::move(b), name), self_(self), keeper_(std::move(keeper)), id_(id),
      launcher_(std::move(launcher)), options_(std::move(options)), log_(options_.log_channel),
      stderr_([this](log_level level, std::string line) {
        if (log_.enabled(level))
          log_.write(level, std::move(line), {{"pid", pid_}});
      }) {}

// By ordinary messages: an exec that is still on its way to the relay is answered before the relay ends.
worker_body::~worker_body() {
  if (!relay_)
    return;
  caf::anon_send(relay_, abort_atom::value, error{error_kind::network, {}, "the worker has ended"});
  caf::anon_send(relay_, stop_atom::value, now());
}

worker_self_actor::behavior_type worker_body::make_behavior() {
  enter(to_word(life_));
  self_->set_down_handler([this](caf::down_msg& down) { relay_died(down); });
  launch();
  return {
      [this](stop_atom, time_point deadline) { stop(deadline); },
      [this](inspect_atom) { return describe(); },
      [this](started_atom, const child_ref&, const start_report& report) {
        if (report.outcome == start_report::fail)
          fail_boot(report.why);
      },
      [this](kill_atom, const error& why) { kill(why); },
      [this](tick_atom, std::uint8_t which, std::uint64_t setting) {
        if (which < settings_.size() && settings_[which] == setting)
          tick(static_cast<timer>(which));
      },
  };
}

void worker_body::figures(snapshot& s) const {
  s.figures.emplace_back("pid", std::to_string(pid_));
  if (!options_.process.argv.empty())
    s.figures.emplace_back("command", options_.process.argv.front());
  if (exit_)
    s.figures.emplace_back("exit", to_string(*exit_));
}

void worker_body::tick(timer due) {
  switch (due) {
  case timer::boot:
    return boot_took_too_long();
  case timer::last_words:
    return last_word_is_missing();
  case timer::hold:
    return stderr_.settle(log_level::info);
  case timer::line:
    return stderr_.flush();
  case timer::end_input:
    return self_->send(relay_, stop_atom::value, now());
  case timer::kill:
    log_.warn("worker doesn't respond on stop command, killing process", {{"PID", pid_}});
    return kill_group();
  case timer::answer:
    return await_last_answer();
  case timer::count:
    return;
  }
}

// A worker that has not greeted yet has nothing to finish: it is killed.
void worker_body::stop(time_point deadline) {
  auto was = life_;
  if (!move(worker_event::stop_asked))
    return;
  asked_ = !exit_;
  if (was == worker_life::booting) {
    leave_boot(log_level::info);
    return process_ != nullptr && !exit_ ? kill_group() : end();
  }
  auto wait = std::max(duration{0}, std::min<duration>(deadline - now(), options_.stop_timeout));
  if (was == worker_life::running && !exit_) {
    log_.debug("sending stop request to the worker", {{"pid", pid_}});
    self_->send(relay_, farewell_atom::value);
    arm(timer::end_input, wait / 2);
  }
  // A second order can only shorten the time.
  if (!exit_ && !killed_ && now() + wait < kill_at_) {
    kill_at_ = now() + wait;
    arm(timer::kill, wait);
  }
}

void worker_body::kill(const error& why) {
  auto was = life_;
  if (!move(worker_event::kill_asked))
    return;
  if (!exit_)
    why_ = why;
  if (was == worker_life::booting)
    leave_boot(log_level::info);
  if (process_ != nullptr && !exit_)
    kill_group();
  else if (!booted_)
    end();
}

void worker_body::hear(std::string_view bytes) {
  stderr_.append(bytes);
  if (stderr_.has_partial_line())
    arm(timer::line, line_wait);
  else
    disarm(timer::line);
}

void worker_body::exited(const process_exit& how) {
  exit_ = how;
  stderr_.flush();
  if (booted_)
    return await_last_answer();
  if (life_ == worker_life::stopping)
    return end();
  // Over pipes the relay has the better story: what the process has said instead of a greeting.
  if (relay_)
    return arm(timer::last_words, last_words_wait);
  fail_boot({error_kind::undefined, {}, "the process ended before it connected"});
}

// An exception in it: nobody else would tell the keeper.
void worker_body::relay_died(const caf::down_msg& down) {
  if (down.source != relay_ || exit_)
    return;
  if (life_ == worker_life::running)
    kill(from_exit_reason(down.reason));
}

bool worker_body::move(worker_event event) {
  auto to = next_life(life_, event);
  if (to && *to != life_) {
    life_ = *to;
    enter(to_word(life_));
  }
  return to.has_value();
}

void worker_body::arm(timer t, duration wait) {
  self_->delayed_send(self_, wait, tick_atom::value, static_cast<std::uint8_t>(t),
                      ++settings_[static_cast<std::size_t>(t)]);
}

} // namespace rr
