// What goes to a worker. One write at a time: control frames wait for a request that the worker has not taken
// completely, and the other way round.

#include "relay/relay_state.hpp"

#include <array>

namespace rr {

namespace {

// A worker that cannot be written to has mostly died, and what it said before its end is the better
// explanation.
constexpr std::chrono::milliseconds last_words_for{1000};

constexpr std::size_t head_bytes_kept = 64 * 1024;

} // namespace

void relay_state::write_control(std::string frame) {
  if (phase_ == relay_phase::failing || phase_ == relay_phase::broken)
    return;
  bytes_out_ += frame.size();
  if (writing_ != write_kind::none)
    outbox_ += frame;
  else if (!channel_->write(frame, {}))
    writing_ = write_kind::control;
}

// Header and context in one piece, the body beside it: one writev, no copy of the body.
void relay_state::write_request() {
  frame_header header;
  header.flags = request_.flags;
  header.payload_bytes = static_cast<std::uint32_t>(request_.context.size() + request_.body.size());
  header.option_count = 1;
  header.options[0] = static_cast<std::uint32_t>(request_.context.size());
  std::array<std::byte, frame_header_bytes_max> bytes;
  auto header_bytes = encode_header(header, bytes);
  head_.assign(reinterpret_cast<const char*>(bytes.data()), header_bytes);
  head_ += request_.context;
  request_.context.clear();
  request_waits_ = false;
  bytes_out_ += head_.size() + request_.body.size();
  ++execs_;
  request_written_ = channel_->write(head_, request_.body);
  if (!request_written_)
    writing_ = write_kind::request;
  if (head_.capacity() > head_bytes_kept)
    head_ = {};
}

void relay_state::written(const std::string& system_text) {
  if (phase_ == relay_phase::broken)
    return;
  if (!system_text.empty())
    return write_failed(system_text);
  if (std::exchange(writing_, write_kind::none) == write_kind::request)
    request_written_ = true;
  write_next();
  if (!request_written_)
    return;
  if (exec_end_)
    end_exec_now(*std::exchange(exec_end_, std::nullopt));
  if (outcome_) {
    tell_idle(*std::exchange(outcome_, std::nullopt));
    read_frames();
  }
}

void relay_state::write_next() {
  if (!outbox_.empty()) {
    if (!channel_->write(std::exchange(outbox_, {}), {}))
      writing_ = write_kind::control;
  } else if (request_waits_) {
    write_request();
  }
}

void relay_state::write_failed(const std::string& system_text) {
  auto untouched = request_waits_ || (writing_ == write_kind::request && channel_->failed_untouched());
  if (phase_ == relay_phase::failing || !move(relay_event::trouble_began))
    return;
  trouble_ = {error_kind::undefined, {}, system_text};
  arm(last_words_for);
  if (untouched && keeper_ && running_ != nullptr && !exec_end_) {
    // It has not reached this worker, so another one may run it.
    request_written_ = true;
    request_waits_ = false;
    self_->send(keeper_, repeat_atom::value, id_, std::exchange(running_, nullptr));
  }
  resume_reading();
}

} // namespace rr
