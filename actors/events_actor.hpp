#pragma once

#include "actors/event.hpp"
#include "actors/messages.hpp"

#include <cstddef>
#include <vector>

namespace rr {

using publish_atom = caf::atom_constant<caf::atom("publish")>;
using history_atom = caf::atom_constant<caf::atom("history")>;
using watch_atom = caf::atom_constant<caf::atom("watch")>;

/// Which part of the history: of the events with ids above `after` and paths that start with `path_prefix`
/// the newest `count_max`.
struct event_query {
  event_id after = 0;
  std::string path_prefix = {};
  std::size_t count_max = 1000;
};

/// As many events wait for one slow subscriber at most; it loses what comes after them.
inline constexpr std::size_t events_per_subscriber_max = 1024;

/// What a subscriber gets: a batch of events in order, and how many it lost before this batch by being slow.
///
/// The next batch comes when this one is handled: a subscriber has one of them in its mailbox at most.
using event_subscriber = caf::typed_actor<caf::reacts_to<publish_atom, std::vector<event>, std::uint64_t>>;

/// Keeps the last events in a ring that drops nothing inside its size, and passes each on to its subscribers.
///
/// For each subscriber it keeps at most events_per_subscriber_max events that were not taken yet; what comes
/// after them is lost to that subscriber, with a count. Ends with its supervisor; the bus keeps facts until
/// its successor is connected.
using events_actor = supervised_actor::extend<
    // A new fact.
    caf::reacts_to<publish_atom, event>,
    // The part of the history that matches, oldest first.
    caf::replies_to<history_atom, event_query>::with<std::vector<event>>,
    // From now on every fact goes to the subscriber too, until it ends.
    caf::reacts_to<watch_atom, event_subscriber>>;

/// Spawns the events actor with a ring of `size` events (at least one) and connects `bus` to it.
events_actor spawn_events(caf::actor_system& system, birth b, std::size_t size,
                          event_bus& bus = event_bus::instance());

} // namespace rr

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rr::event)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::vector<rr::event>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rr::event_query)
