#pragma once

#include "plugins/plugin.hpp"

#include <memory>

namespace rr {

/// Section `server`: the command, relay, environment and user that all pools share; runs `on_init` before
/// they start. Offers pool_factory. Its child `rr/server` is the listener of socket relays.
std::unique_ptr<plugin> make_server_plugin();

} // namespace rr
