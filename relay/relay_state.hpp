#pragma once

#include "actors/supervised.hpp"
#include "relay/frame_codec.hpp"
#include "relay/relay_actor.hpp"
#include "relay/relay_phase.hpp"
#include "relay/worker_answer.hpp"

#include <caf/typed_response_promise.hpp>
#include <optional>
#include <string>

namespace rr {

/// What the actor itself understands beside its interface: a deadline of its own, by number.
using relay_self_actor = relay_actor::extend<caf::reacts_to<tick_atom, std::uint64_t>>;

/// State and behaviour of a relay; see relay_actor.hpp.
class relay_state final : public supervised_state {
public:
  static constexpr const char* name = "relay";

  using actor_type = supervised<relay_state, relay_self_actor>;

  relay_state(actor_type* self, birth b, byte_channel_ptr channel, relay_options options);
  ~relay_state() override;

  relay_self_actor::behavior_type make_behavior();

protected:
  void figures(snapshot& s) const override;

private:
  using hello_promise = caf::typed_response_promise<handshake>;

  // Messages: relay_actor.cpp
  hello_promise hello();
  void keep(relay_keeper_actor keeper, std::uint64_t id, worker_info info);
  void exec(exec_ptr e);
  void cancel(std::uint64_t exec_id);
  void credit(std::uint64_t exec_id);
  void abort(const error& why);
  void farewell();
  void stop();
  void tick(std::uint64_t deadline);

  // What arrives: relay_frames.cpp
  void received(std::size_t bytes);
  void read_frames();
  void take_frame(const frame_view& f);
  void take_reply(const frame_view& f);
  void take_unsolicited(const frame_view& f);
  void take_answer(const frame_view& f);
  void take_response(const response_frame& f);
  void take_stream_frame(const response_frame& f);
  void reject();
  void drain(const frame_view& f);
  void refused(const frame_error& e);
  void ended(const std::string& system_text);

  // What is written: relay_writes.cpp
  void write_control(std::string frame);
  void write_request();
  void write_next();
  void written(const std::string& system_text);
  void write_failed(const std::string& system_text);

  // How execs and the relay end: relay_ends.cpp
  void stop_stream(error failure);
  void end_exec(std::optional<error> failure);
  void end_exec_now(std::optional<error> failure);
  void tell_idle(exec_outcome outcome);
  void hand_back();
  void resume_reading();
  void lost(const error& cause, bool sending = false);
  void close_channel();
  void quit_if_asked();

  bool move(relay_event event);
  void start_channel();
  void arm(std::chrono::milliseconds wait) {
    self_->delayed_send(self_, wait, tick_atom::value, ++deadline_);
  }
  void disarm() { ++deadline_; }

  enum class write_kind : std::uint8_t { none, control, request };

  actor_type* self_;
  byte_channel_ptr channel_;
  relay_options options_;
  frame_decoder decoder_;
  relay_phase phase_ = relay_phase::fresh;

  std::optional<hello_promise> hello_;
  relay_keeper_actor keeper_;
  std::uint64_t id_ = 0; ///< the worker's, as the keeper knows it
  worker_info info_;

  exec_ptr running_;
  request_payload request_;
  std::string head_; ///< header, option and context of the request; reused
  bool request_written_ = true;
  bool request_waits_ = false; ///< behind a control frame that the worker has not taken yet
  /// How the exec ends once its request has been written: the worker has answered before it read everything.
  std::optional<std::optional<error>> exec_end_;
  std::optional<exec_outcome> outcome_; ///< what the keeper is told then

  write_kind writing_ = write_kind::none; ///< what the channel still has left over
  std::string outbox_;                    ///< control frames behind that

  bool paused_ = false;     ///< the receiver of a stream wants no more for now
  bool collecting_ = false; ///< text instead of a PID reply
  bool quit_when_idle_ = false;
  error trouble_; ///< why it is failing or broken
  std::uint64_t deadline_ = 0;

  std::uint64_t execs_ = 0;
  std::uint64_t bytes_in_ = 0;
  std::uint64_t bytes_out_ = 0;
};

} // namespace rr
