#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rr::http {

/// The address of the client as workers see it: `ip:port` and `[v6]:port` lose their port, a bare IPv6
/// address becomes canonical, a text without a colon stays. Nothing when it cannot be understood: an empty
/// address plus the warning `remote address parsing failure`.
std::optional<std::string> worker_address(std::string_view peer);

} // namespace rr::http
