#include "relay/relay_actor.hpp"

#include "actors/guarded.hpp"
#include "relay/relay_state.hpp"

#include <limits>
#include <new>
#include <unistd.h>

namespace rr {

namespace {

// The least room for one read; the decoder gives more where it has it.
constexpr std::size_t read_bytes_min = 4096;

} // namespace

relay_actor spawn_relay(caf::actor_system& system, birth b, byte_channel_ptr channel, relay_options options) {
  return spawn_supervised<relay_state, relay_self_actor>(system, std::move(b), std::move(channel), options);
}

relay_state::relay_state(actor_type* self, birth b, byte_channel_ptr channel, relay_options options)
    : supervised_state(self, std::move(b), name), self_(self), channel_(std::move(channel)),
      options_(options), decoder_(options.payload_bytes_max) {}

// An actor that owes answers gives them when it ends, however it ends.
relay_state::~relay_state() {
  channel_->close();
  error end{error_kind::undefined, {}, "EOF"};
  if (hello_)
    hello_->deliver(to_exit_reason(end));
  if (exec_end_)
    end_exec_now(std::move(*exec_end_));
  else if (running_ != nullptr)
    end_exec_now(receive_error(std::move(end)));
}

relay_self_actor::behavior_type relay_state::make_behavior() {
  enter(to_word(phase_));
  report_started();
  return {
      [this](stop_atom, time_point) { stop(); },
      [this](inspect_atom) { return describe(); },
      [this](hello_atom) { return hello(); },
      [this](idle_atom, relay_keeper_actor& keeper, std::uint64_t id, worker_info info) {
        keep(std::move(keeper), id, info);
      },
      [this](exec_atom, exec_ptr& e) { exec(std::move(e)); },
      [this](cancel_atom, std::uint64_t exec_id) { cancel(exec_id); },
      [this](credit_atom, std::uint64_t exec_id) { credit(exec_id); },
      [this](abort_atom, const error& why) { abort(why); },
      [this](farewell_atom) { farewell(); },
      [this](tick_atom, std::uint64_t deadline) { tick(deadline); },
  };
}

void relay_state::figures(snapshot& s) const {
  s.figures = {{"channel", std::string{channel_->kind()}},
               {"pid", std::to_string(info_.pid)},
               {"execs", std::to_string(execs_)},
               {"bytes_in", std::to_string(bytes_in_)},
               {"bytes_out", std::to_string(bytes_out_)}};
  if (running_ != nullptr)
    s.figures.emplace_back("exec", running_->describe());
}

relay_state::hello_promise relay_state::hello() {
  auto promise = self_->make_response_promise<handshake>();
  if (phase_ != relay_phase::fresh) {
    auto once = error{error_kind::undefined, "relay", "the handshake is done once"};
    promise.deliver(to_exit_reason(phase_ == relay_phase::broken ? trouble_ : once));
    return promise;
  }
  move(relay_event::hello_sent);
  hello_ = promise;
  decoder_.limit(hello_bytes_max);
  start_channel();
  write_control(encode_hello(::getpid()));
  return promise;
}

void relay_state::keep(relay_keeper_actor keeper, std::uint64_t id, worker_info info) {
  keeper_ = std::move(keeper);
  id_ = id;
  info_ = info;
  if (phase_ == relay_phase::broken)
    return self_->send(keeper_, broken_atom::value, id_, receive_error(trouble_));
  if (phase_ == relay_phase::leaving)
    self_->send(keeper_, quit_asked_atom::value, id_);
  auto starts = phase_ == relay_phase::fresh;
  move(relay_event::keeper_came);
  if (starts)
    start_channel();
}

void relay_state::exec(exec_ptr e) {
  if (phase_ != relay_phase::idle) {
    // Not this worker's any more: its keeper did not know yet when it sent this.
    if (keeper_)
      return self_->send(keeper_, repeat_atom::value, id_, std::move(e));
    return e->fail(receive_error({error_kind::undefined, {}, "the worker is not ready"}));
  }
  if (e->abandoned) {
    e->fail(exec_cancelled());
    return self_->send(keeper_, idle_atom::value, id_, exec_outcome{exec_outcome::cancelled, {}});
  }
  auto request = e->encode(info_);
  if (request && request->context.size() + request->body.size() > std::numeric_limits<std::uint32_t>::max())
    request = fail(error_kind::encode, "sync_worker_send_frame", "payload too large");
  if (!request) {
    e->fail(request.error());
    return self_->send(keeper_, idle_atom::value, id_, exec_outcome{});
  }
  running_ = std::move(e);
  request_ = std::move(*request);
  request_written_ = false;
  move(relay_event::exec_taken);
  if (writing_ == write_kind::none)
    write_request();
  else
    request_waits_ = true;
}

void relay_state::cancel(std::uint64_t exec_id) {
  if (running_ == nullptr || running_->id != exec_id)
    return;
  running_->abandoned = true;
  if (phase_ == relay_phase::streaming)
    stop_stream(exec_cancelled());
}

void relay_state::credit(std::uint64_t exec_id) {
  if (running_ != nullptr && running_->id == exec_id)
    resume_reading();
}

void relay_state::abort(const error& why) {
  if (running_ == nullptr)
    return;
  trouble_ = why;
  close_channel();
  if (exec_end_)
    end_exec_now(std::move(*exec_end_));
  else
    end_exec_now(why);
  quit_if_asked();
}

void relay_state::farewell() {
  if (phase_ == relay_phase::failing || phase_ == relay_phase::broken || phase_ == relay_phase::fresh)
    return;
  write_control(
      encode_short_frame(frame_flags::control | frame_flags::json, stream_bits::none, R"({"stop":true})"));
}

void relay_state::stop() {
  quit_when_idle_ = true;
  quit_if_asked();
}

void relay_state::tick(std::uint64_t deadline) {
  if (deadline != deadline_)
    return;
  if (phase_ == relay_phase::stopping)
    return lost({error_kind::undefined, "stream_cancel",
                 "the worker has not ended its stream within " +
                     std::to_string(options_.stream_timeout.count()) + " ms"});
  if (phase_ != relay_phase::failing)
    return;
  if (collecting_)
    return lost(to_error(decoder_.end_of_stream().value_or(frame_error{frame_errc::bad_checksum, {}})));
  lost(trouble_, true);
}

/// False, and the relay is broken, when this cannot happen now.
bool relay_state::move(relay_event event) {
  auto to = next_phase(phase_, event);
  if (!to) {
    if (phase_ != relay_phase::broken)
      lost({error_kind::undefined, "relay",
            std::string{"an event that makes no sense while "} + to_word(phase_)});
    return false;
  }
  if (*to != phase_) {
    phase_ = *to;
    enter(to_word(phase_));
  }
  return true;
}

void relay_state::start_channel() {
  auto* self = self_;
  channel_->start({
      .prepare = [this]() -> std::span<std::byte> {
        try {
          return decoder_.prepare(read_bytes_min);
        } catch (const std::bad_alloc&) {
          return {}; // the channel ends for want of room
        }
      },
      .received = guarded(self, [this](std::size_t bytes) { received(bytes); }),
      .ended = guarded(self, [this](const std::string& system_text) { ended(system_text); }),
      .written = guarded(self, [this](const std::string& system_text) { written(system_text); }),
  });
}

} // namespace rr
