#pragma once

#include "actors/error.hpp"
#include "relay/frame.hpp"

#include <string>
#include <vector>

namespace rr {

/// What the worker said at boot.
struct handshake {
  int pid = 0;
  std::vector<std::string> codecs; ///< what it reads, when it says so (`codecs` of the PID reply)
};

/// The longest PID reply that is read.
constexpr std::size_t hello_bytes_max = 64 * 1024;

/// The PID request of the process `own_pid` as it goes on the wire: `{"pid":100}` with CONTROL and JSON.
std::string encode_hello(int own_pid);

/// Reads the reply to `encode_hello(own_pid)`. Unknown members and codecs of another shape are ignored; our
/// own request coming back (a program that echoes its input) is refused.
///
/// @errors kind undefined: `unexpected response, header is missing, no CONTROL flag`, `pid should be greater
/// than 0`, ...
/// @source RoadRunner boot handshake, docs/protocol.md
expected<handshake> parse_hello_reply(const frame_view& reply, int own_pid);

} // namespace rr
