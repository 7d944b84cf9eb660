#pragma once

#include "actors/error.hpp"
#include "actors/listen_address.hpp"

#include <optional>
#include <string_view>

namespace rr {

/// How workers reach rr: over their standard input and output, or over a connection to a listener of ours.
struct relay_address {
  std::optional<listen_address> listen; ///< none: pipes

  bool is_pipes() const { return !listen.has_value(); }
};

/// Parses the value of `server.relay`: `pipes`, `tcp://HOST:PORT` or `unix://PATH`.
///
/// @errors op `server_plugin_init_factory`, kind network: `invalid DSN (tcp://:6001, unix://file.sock)`
/// unless there is exactly one `://`; the errors of `parse_listen_address` otherwise
/// @source RoadRunner documentation of `server.relay`
expected<relay_address> parse_relay_address(std::string_view text);

} // namespace rr
