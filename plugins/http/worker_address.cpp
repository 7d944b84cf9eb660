#include "plugins/http/worker_address.hpp"

#include <arpa/inet.h>
#include <array>
#include <cstring>
#include <netinet/in.h>

namespace rr::http {
namespace {

/// The host of `host:port` or `[v6]:port`; nothing when `text` has neither shape.
std::optional<std::string_view> host_of(std::string_view text) {
  const auto colon = text.rfind(':');
  std::string_view host = text.substr(0, colon);
  if (!host.empty() && host.front() == '[') {
    if (host.back() != ']' || host.size() < 2)
      return std::nullopt;
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != host.npos) {
    return std::nullopt;
  }
  if (host.find_first_of("[]") != host.npos || text.find_first_of("[]", colon) != text.npos)
    return std::nullopt;
  return host;
}

/// An IPv6 address in its canonical spelling; one that maps an IPv4 address as that.
std::optional<std::string> canonical_v6(const std::string& text) {
  in6_addr address{};
  if (inet_pton(AF_INET6, text.c_str(), &address) != 1)
    return std::nullopt;
  std::array<char, INET6_ADDRSTRLEN> shown{};
  if (IN6_IS_ADDR_V4MAPPED(&address))
    inet_ntop(AF_INET, &address.s6_addr[12], shown.data(), shown.size());
  else
    inet_ntop(AF_INET6, &address, shown.data(), shown.size());
  return std::string{shown.data()};
}

} // namespace

std::optional<std::string> worker_address(std::string_view peer) {
  if (peer.find(':') == peer.npos)
    return std::string{peer};
  if (const auto host = host_of(peer))
    return std::string{*host};
  return canonical_v6(std::string{peer});
}

} // namespace rr::http
