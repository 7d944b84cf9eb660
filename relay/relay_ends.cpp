// How execs end, and how a relay does.

#include "relay/relay_state.hpp"

namespace rr {

// The caller is told at once; the worker may go on for stream_timeout.
void relay_state::stop_stream(error failure) {
  if (!move(relay_event::stop_sent))
    return;
  write_control(encode_short_frame(frame_flags::none, stream_bits::stop));
  end_exec(std::move(failure));
  arm(options_.stream_timeout);
  resume_reading();
}

// An exec keeps its body in place until it ends, so it does not end before the channel has done with that.
void relay_state::end_exec(std::optional<error> failure) {
  if (request_written_)
    end_exec_now(std::move(failure));
  else
    exec_end_.emplace(std::move(failure));
}

void relay_state::end_exec_now(std::optional<error> failure) {
  exec_end_.reset();
  request_written_ = true;
  request_waits_ = false;
  auto e = std::exchange(running_, nullptr);
  if (e == nullptr)
    return;
  if (failure)
    e->fail(*failure);
  else
    e->on_end();
}

void relay_state::tell_idle(exec_outcome outcome) {
  if (!request_written_) {
    outcome_ = std::move(outcome);
    return;
  }
  disarm();
  auto hard = outcome.result == exec_outcome::hard_error;
  if (!move(hard ? relay_event::made_no_sense : relay_event::answer_came))
    return;
  if (keeper_)
    self_->send(keeper_, idle_atom::value, id_, std::move(outcome));
  quit_if_asked();
}

// The worker asked to be replaced instead of answering.
void relay_state::hand_back() {
  move(relay_event::restart_asked);
  // The rest of its request belongs to the next worker: this one gets an end of stream instead.
  if (!request_written_)
    close_channel();
  request_written_ = true;
  request_waits_ = false;
  auto e = std::exchange(running_, nullptr);
  if (keeper_)
    self_->send(keeper_, repeat_atom::value, id_, std::move(e));
  else
    e->fail(receive_error({error_kind::undefined, {}, "the worker is not ready"}));
  quit_if_asked();
}

void relay_state::resume_reading() {
  if (!std::exchange(paused_, false))
    return;
  read_frames();
  if (!paused_ && phase_ != relay_phase::broken)
    channel_->resume_reading();
}

// What runs has been failed before the keeper is told.
void relay_state::lost(const error& cause, bool sending) {
  if (phase_ == relay_phase::broken)
    return;
  trouble_ = cause;
  close_channel();
  auto shown = sending ? send_error(cause.text) : receive_error(cause);
  if (hello_) {
    hello_->deliver(to_exit_reason(cause));
    hello_.reset();
  }
  if (exec_end_)
    end_exec_now(*std::exchange(exec_end_, std::nullopt));
  else
    end_exec_now(shown);
  if (keeper_)
    self_->send(keeper_, broken_atom::value, id_, shown);
  quit_if_asked();
}

void relay_state::close_channel() {
  disarm();
  channel_->close();
  writing_ = write_kind::none;
  outbox_.clear();
  outcome_.reset();
  paused_ = false;
  phase_ = relay_phase::broken;
  enter(to_word(phase_));
}

// By message: outside of the actor's own messages `quit` would not be looked at.
void relay_state::quit_if_asked() {
  if (quit_when_idle_ && running_ == nullptr)
    self_->send_exit(self_, caf::exit_reason::user_shutdown);
}

} // namespace rr
