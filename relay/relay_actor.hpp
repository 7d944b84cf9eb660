#pragma once

#include "actors/messages.hpp"
#include "relay/byte_channel.hpp"
#include "relay/exec.hpp"
#include "relay/handshake.hpp"

#include <chrono>
#include <cstddef>

namespace rr {

using exec_atom = caf::atom_constant<caf::atom("exec")>;            ///< run this
using idle_atom = caf::atom_constant<caf::atom("idle")>;            ///< a relay can take the next exec
using repeat_atom = caf::atom_constant<caf::atom("repeat")>;        ///< run this on another worker
using cancel_atom = caf::atom_constant<caf::atom("cancel")>;        ///< nobody waits for it any more
using credit_atom = caf::atom_constant<caf::atom("credit")>;        ///< go on reading a paused stream
using abort_atom = caf::atom_constant<caf::atom("abort")>;          ///< fail what runs with this error
using hello_atom = caf::atom_constant<caf::atom("hello")>;          ///< do the boot handshake
using farewell_atom = caf::atom_constant<caf::atom("farewell")>;    ///< ask the worker to end
using broken_atom = caf::atom_constant<caf::atom("broken")>;        ///< the relay cannot be used any more
using quit_asked_atom = caf::atom_constant<caf::atom("quitasked")>; ///< the worker asked to be replaced

/// How an exec ended for its worker.
struct exec_outcome {
  enum result_type : std::uint8_t {
    ok,         ///< answered; the worker is idle
    soft_error, ///< answered with an ERROR frame; the worker is idle
    hard_error, ///< the answer made no sense; the worker must be replaced
    cancelled,  ///< its stream was stopped; the worker is idle
  };

  result_type result = ok;
  error why = {};
};

/// What the keeper of a relay (the pool) is told.
using relay_keeper_actor = caf::typed_actor<
    // Relay `worker id` ended its exec.
    caf::reacts_to<idle_atom, std::uint64_t, exec_outcome>,
    // The exec is the keeper's again, to be run elsewhere: the worker asked to be replaced instead of
    // answering, or the exec has not reached it (it had died or asked to be replaced just before). May come
    // before or after `broken` and `quit_asked` of the same worker.
    caf::reacts_to<repeat_atom, std::uint64_t, exec_ptr>,
    // The worker asked to be replaced while idle.
    caf::reacts_to<quit_asked_atom, std::uint64_t>,
    // Garbage, a failed write or an end of stream: the relay is unusable. A running exec has been failed
    // before.
    caf::reacts_to<broken_atom, std::uint64_t, error>>;

/// Bytes to and from one worker, as frames. One exec at a time.
///
/// Owns the channel and, while it runs, the exec. States: see relay_phase. Reads all the time, so that an
/// idle worker's garbage, end of stream or wish to be replaced is known before a request is given to it;
/// reads nothing before `hello` or `idle`. Ends when its worker ends it; a running exec is failed then.
using relay_actor = supervised_actor::extend<
    // Sends the PID request and answers with the worker's reply, or the error of whatever came instead (of
    // text it collects more for 100 ms, so that the error shows all of a message). Has no time-out of its
    // own.
    caf::replies_to<hello_atom>::with<handshake>,
    // From now on this keeper is told; the worker is known as `worker id` to it.
    caf::reacts_to<idle_atom, relay_keeper_actor, std::uint64_t, worker_info>,
    // Runs it. One way: the exec is answered, then the keeper told. One that is already abandoned, or that
    // cannot be encoded, is failed, and the worker stays idle.
    caf::reacts_to<exec_atom, exec_ptr>,
    // Nobody waits for exec `id`: a stream is stopped (STOP frame, then drained at most `stream_timeout`) and
    // the exec failed with kind cancelled at once; an ordinary answer is awaited and thrown away, then the
    // exec failed. Late or unknown ids are ignored.
    caf::reacts_to<cancel_atom, std::uint64_t>,
    // The client of exec `id` can take more of the stream.
    caf::reacts_to<credit_atom, std::uint64_t>,
    // Fails the running exec with this error at once and closes the channel (its worker is about to be
    // killed). The keeper is not told. Nothing happens when no exec runs.
    caf::reacts_to<abort_atom, error>,
    // Asks the worker to end: {"stop":true}.
    caf::reacts_to<farewell_atom>>;

struct relay_options {
  std::size_t payload_bytes_max = std::size_t{1} << 30; ///< of one frame from a worker
  std::chrono::milliseconds stream_timeout{60'000};     ///< how long a cancelled stream may go on
};

relay_actor spawn_relay(caf::actor_system& system, birth b, byte_channel_ptr channel, relay_options options);

} // namespace rr

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rr::handshake)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rr::exec_outcome)
