// What arrives from a worker, by what the relay is doing.

#include "relay/relay_state.hpp"

#include <unistd.h>

namespace rr {

namespace {

// Text instead of a PID reply: its writer may not be done, and the error should show all of it.
constexpr std::chrono::milliseconds collect_for{100};
constexpr std::size_t collect_bytes_max = 4096;

error no_stream_error() {
  return {error_kind::undefined, "sync_worker_receive_frame", "streaming is not supported"};
}

bool wants_pong(const frame_view& f) { return has(f.header.bits, stream_bits::ping); }

std::string pong() { return encode_short_frame(frame_flags::none, stream_bits::pong); }

} // namespace

void relay_state::received(std::size_t bytes) {
  bytes_in_ += bytes;
  decoder_.commit(bytes);
  if (!collecting_)
    read_frames();
  else if (decoder_.pending().size() >= collect_bytes_max)
    lost(to_error(*decoder_.end_of_stream()));
}

void relay_state::read_frames() {
  while (phase_ != relay_phase::broken && !paused_ && !outcome_) {
    auto f = decoder_.next();
    if (!f)
      return refused(f.error());
    if (!*f)
      return;
    take_frame(**f);
  }
}

void relay_state::take_frame(const frame_view& f) {
  switch (phase_) {
  case relay_phase::greeting:
    return take_reply(f);
  case relay_phase::greeted:
  case relay_phase::idle:
    return take_unsolicited(f);
  case relay_phase::busy:
  case relay_phase::streaming:
    return take_answer(f);
  case relay_phase::stopping:
    return drain(f);
  case relay_phase::fresh:
  case relay_phase::leaving:
  case relay_phase::failing:
  case relay_phase::broken:
    return; // the worker goes, whatever it says
  }
}

void relay_state::take_reply(const frame_view& f) {
  auto said = parse_hello_reply(f, ::getpid());
  if (!said)
    return lost(said.error());
  decoder_.limit(options_.payload_bytes_max);
  move(relay_event::reply_came);
  hello_->deliver(std::move(*said));
  hello_.reset();
  if (keeper_)
    move(relay_event::keeper_came);
}

void relay_state::take_unsolicited(const frame_view& f) {
  if (read_answer(f).kind != answer_kind::restart_request)
    return lost({error_kind::undefined, "goridge_frame_receive",
                 "a frame that nobody has asked for: " + printable(f.text(), 256)});
  move(relay_event::restart_asked);
  if (keeper_)
    self_->send(keeper_, quit_asked_atom::value, id_);
}

void relay_state::take_answer(const frame_view& f) {
  if (wants_pong(f))
    write_control(pong());
  auto answer = read_answer(f);
  auto in_stream = phase_ == relay_phase::streaming;
  switch (answer.kind) {
  case answer_kind::soft_error:
    if (!in_stream) {
      end_exec(answer.why);
      return tell_idle({exec_outcome::soft_error, std::move(answer.why)});
    }
    [[fallthrough]]; // an error inside a stream is not soft
  case answer_kind::refused:
    end_exec(answer.why);
    return tell_idle({exec_outcome::hard_error, std::move(answer.why)});
  case answer_kind::restart_request:
    if (!in_stream)
      return hand_back();
    [[fallthrough]];
  case answer_kind::response:
    return take_response(answer.frame);
  case answer_kind::stream:
    return take_stream_frame(answer.frame);
  }
}

void relay_state::take_response(const response_frame& f) {
  if (running_->abandoned) {
    end_exec(exec_cancelled());
  } else {
    if (running_->on_frame(f, false) == stream_demand::reject)
      return reject();
    end_exec(std::nullopt);
  }
  tell_idle({});
}

void relay_state::take_stream_frame(const response_frame& f) {
  if (running_->abandoned)
    return stop_stream(exec_cancelled());
  if (!running_->accepts_stream())
    return stop_stream(no_stream_error());
  move(relay_event::stream_frame_came);
  running_->last_frame_at = self_->clock().now();
  switch (running_->on_frame(f, true)) {
  case stream_demand::more:
    break;
  case stream_demand::pause:
    paused_ = true;
    channel_->pause_reading();
    break;
  case stream_demand::reject:
    reject();
    break;
  }
}

// The exec could not use the frame and has told its caller so: for it all is over, its worker is to be
// replaced.
void relay_state::reject() {
  end_exec(std::nullopt);
  tell_idle({exec_outcome::hard_error,
             {error_kind::decode, "sync_worker_receive_frame", "the answer could not be used"}});
}

void relay_state::drain(const frame_view& f) {
  if (wants_pong(f))
    write_control(pong());
  if (has(f.header.bits, stream_bits::stream))
    return;
  tell_idle({exec_outcome::cancelled, {}});
}

void relay_state::refused(const frame_error& e) {
  auto is_text = e.code == frame_errc::bad_checksum || e.code == frame_errc::bad_version ||
                 e.code == frame_errc::bad_header_length;
  if (!hello_ || !is_text)
    return lost(to_error(e));
  collecting_ = true;
  if (phase_ == relay_phase::failing)
    return; // its deadline is set
  move(relay_event::trouble_began);
  arm(collect_for);
}

void relay_state::ended(const std::string& system_text) {
  if (auto e = decoder_.end_of_stream())
    return lost(to_error(*e));
  lost({error_kind::undefined, {}, system_text.empty() ? "EOF" : system_text});
}

} // namespace rr
