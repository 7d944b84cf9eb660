#pragma once

#include "actors/messages.hpp"
#include "plugins/http/http_options.hpp"
#include "plugins/http/worker_codec.hpp"

#include <memory>
#include <string>

namespace rr::http {

/// Accepts the connections of one address and keeps them until they end.
///
/// Owns the listening socket and all its connections. Accepts once the codec of the workers is decided.
/// `stop` closes the socket, after what stands in its backlog has been accepted, lets requests in flight end
/// and closes the rest; at the deadline everything is closed. Reports fail when the address cannot be bound.
using listener_actor = supervised_actor::extend<
    // To itself: look at the deadlines of the connections.
    caf::reacts_to<tick_atom>>;

struct listener_options {
  http_options http;
  bool show_errors = false; ///< see server_context
  std::string pool_path;    ///< where the pool stands in the tree: `rr/http/pool`
  std::shared_ptr<worker_codec> codec;
};

listener_actor spawn_listener(caf::actor_system& system, birth b, listener_options options);

} // namespace rr::http
