#pragma once

#include "actors/error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <sys/stat.h>

namespace rr {

/// Where a listener stands: a TCP host and port, or the path of a unix socket.
struct listen_address {
  enum family_type : std::uint8_t { tcp, unix_socket };

  family_type family = tcp;
  std::string host; ///< empty: any IPv4 address; brackets of an IPv6 literal are removed
  std::uint16_t port = 0;
  std::string path; ///< of a unix socket
};

/// Parses `host:port`, `tcp://host:port` and `unix://path`.
///
/// @errors kind undefined, texts as users know them: `invalid Protocol ([tcp://]:6001, unix://file.sock),
/// address: X`, `wrong number of parsed protocol parts, address: X`, `address X: missing port in address`,
/// ...
/// @source RoadRunner documentation of `address` and `listen` keys
expected<listen_address> parse_listen_address(std::string_view text);

/// `127.0.0.1:8080`, `[::1]:8080`, `:8080` or the path.
std::string to_string(const listen_address& address);

struct listener_options {
  std::optional<mode_t> mode; ///< of a unix socket's file; none: what the umask leaves
};

/// A non-blocking listening socket, closed on exec. The caller owns the descriptor.
///
/// TCP: SO_REUSEADDR, and no SO_REUSEPORT, so that a port in use is an error; accepted sockets inherit
/// TCP_NODELAY and keep-alive (15 s). A host name is resolved now, IPv4 first. Unix: the file of a socket
/// that nobody listens on any more is replaced; anything else in its place is an error.
///
/// @errors kind undefined: `listen tcp 127.0.0.1:8080: bind: address already in use`
expected<int> open_listener(const listen_address& address, const listener_options& options = {});

/// The address a listening socket got, with its real port.
listen_address bound_address(int fd, const listen_address& asked);

} // namespace rr
