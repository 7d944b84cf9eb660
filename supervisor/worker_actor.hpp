#pragma once

#include "actors/messages.hpp"
#include "relay/relay_actor.hpp"
#include "relay/relay_listener.hpp"
#include "supervisor/process.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace rr {

using booted_atom = caf::atom_constant<caf::atom("booted")>;
using gone_atom = caf::atom_constant<caf::atom("gone")>;
using kill_atom = caf::atom_constant<caf::atom("kill")>;

/// A worker that can take execs.
struct worker_boot {
  worker_info info;
  handshake said;
  relay_actor relay;
};

/// The evidence of an end. `process` is none when it never ran.
struct worker_end {
  int pid = 0;
  bool booted = false;
  std::optional<process_exit> exit;
  error why;               ///< a boot that failed, a kill with its reason; kind undefined and empty for a plain exit
  bool asked = false;      ///< it was told to stop
  std::string stderr_tail; ///< the last 8 KiB
};

/// What the keeper of a worker (the pool) is told: `booted` at most once, `gone` exactly once, as the last thing.
using worker_keeper_actor = caf::typed_actor<caf::reacts_to<booted_atom, std::uint64_t, worker_boot>,
                                             caf::reacts_to<gone_atom, std::uint64_t, worker_end>>;

/// One worker: an OS process and the relay to it.
///
/// Owns process facts only: pid, handshake, stop, kill, exit evidence; it is not on the request path. States: booting,
/// running, stopping, gone. `stop` asks the process to end over its relay (`{"stop":true}`) and kills its group at the
/// deadline or after `stop_timeout`, whichever comes first. Ends when the process is dead and reaped, nothing of its
/// group is left and `gone` has been sent; its own death kills the group.
using worker_actor = supervised_actor::extend<
    // The relay reports its start.
    caf::reacts_to<started_atom, child_ref, start_report>,
    // Kills the group at once; the error is kept as the reason.
    caf::reacts_to<kill_atom, error>>;

struct worker_options {
  process_spec process;
  relay_options relay;
  relay_listener_actor listener;                  ///< for socket relays; none: pipes
  std::chrono::milliseconds boot_timeout{60'000}; ///< spawn and handshake together
  std::chrono::milliseconds stop_timeout{10'000}; ///< from the stop request to the kill
  /// Chooses the codec once the worker has greeted; runs on the reactor, must not block.
  std::function<payload_codec(const handshake&)> choose_codec;
  std::string log_channel = "server";
};

worker_actor spawn_worker(caf::actor_system& system, birth b, worker_keeper_actor keeper, std::uint64_t worker_id,
                          std::shared_ptr<process_launcher> launcher, worker_options options);

} // namespace rr

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rr::worker_boot)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rr::worker_end)
