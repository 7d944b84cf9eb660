#pragma once

#include "actors/messages.hpp"
#include "relay/byte_channel.hpp"
#include "relay/relay_actor.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace rr {

using await_atom = caf::atom_constant<caf::atom("await")>;
using forget_atom = caf::atom_constant<caf::atom("forget")>;

/// A connection whose worker has already answered the PID request. Whoever gets it takes the channel out, once; it belongs
/// to the reactor that starts it.
struct greeted_connection {
  std::shared_ptr<byte_channel_ptr> channel;
  handshake said;
};

/// Accepts the connections of socket workers (`tcp://`, `unix://` relays) and greets each of them at the same time as the
/// others, with a time-out of its own: a bad or silent client disturbs nobody.
///
/// Who a connection belongs to: on a unix socket (mode 0600) the kernel says which process connected; a pid that is
/// claimed by a process of another family is not believed. Over TCP the claim is all there is. A connection that says more
/// than its PID reply before somebody has asked for it is closed; beyond `connections_max` the oldest one that has not
/// greeted makes room.
///
/// Owns the listening socket (and a unix socket's file) and the connections that nobody has asked for yet. Its snapshot
/// shows the bound address. Ends when its supervisor ends it; who still waits is answered with kind cancelled.
using relay_listener_actor = supervised_actor::extend<
    // Waits for the worker that is process `pid` (or a descendant of it, for wrappers); answered when it has greeted. Of
    // two that wait for the same pid the first is answered as if forgotten.
    caf::replies_to<await_atom, int>::with<greeted_connection>,
    // Nobody waits for `pid` any more; the waiting request is answered with an error of kind cancelled.
    caf::reacts_to<forget_atom, int>>;

struct relay_listener_options {
  std::string address = {};                      ///< `tcp://host:port` or `unix://path`
  std::chrono::milliseconds greet_timeout{60'000}; ///< for one connection
  std::size_t connections_max = 1024;            ///< that have not been claimed
};

/// Spawned on a reactor's thread. Reports fail when the address cannot be bound.
relay_listener_actor spawn_relay_listener(caf::actor_system& system, birth b, relay_listener_options options);

} // namespace rr

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rr::greeted_connection)
