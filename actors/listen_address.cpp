#include "actors/listen_address.hpp"

#include "actors/errno_text.hpp"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace rr {

namespace {

constexpr int keep_alive_seconds = 15;
constexpr int backlog = 65'535; // the kernel lowers it to net.core.somaxconn

tl::unexpected<error> refuse(std::string text, std::string remedy = {}) {
  return tl::unexpected<error>(error{error_kind::undefined, {}, std::move(text), std::move(remedy)});
}

/// Closes a descriptor that was not given away.
class open_socket {
public:
  explicit open_socket(int fd) : fd_(fd) {}
  open_socket(const open_socket&) = delete;
  open_socket& operator=(const open_socket&) = delete;
  ~open_socket() {
    if (fd_ >= 0)
      ::close(fd_);
  }

  int get() const { return fd_; }
  int give_away() { return std::exchange(fd_, -1); }

private:
  int fd_;
};

struct socket_address {
  sockaddr_storage storage{};
  socklen_t bytes = 0;

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  bool is_unix() const { return storage.ss_family == AF_UNIX; }
};

expected<std::uint16_t> parse_port(std::string_view digits, std::string_view whole) {
  unsigned port = 0;
  auto [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (ec != std::errc{} || end != digits.data() + digits.size() || port > 65'535)
    return refuse("address " + std::string{whole} + ": invalid port");
  return static_cast<std::uint16_t>(port);
}

expected<listen_address> parse_host_port(std::string_view text) {
  auto wrong = [text](const char* what) { return refuse("address " + std::string{text} + ": " + what); };
  auto colon = text.rfind(':');
  if (colon == std::string_view::npos)
    return wrong("missing port in address");
  auto host = text.substr(0, colon);
  if (!host.empty() && host.front() == '[') {
    auto bracket = text.find(']');
    if (bracket == std::string_view::npos)
      return wrong("missing ']' in address");
    if (bracket + 1 != colon)
      return wrong(bracket + 1 == text.size() ? "missing port in address" : "too many colons in address");
    host = host.substr(1, bracket - 1);
  } else if (host.find(':') != std::string_view::npos) {
    return wrong("too many colons in address");
  }
  auto port = parse_port(text.substr(colon + 1), text);
  if (!port)
    return tl::unexpected(port.error());
  return listen_address{listen_address::tcp, std::string{host}, *port, {}};
}

tl::unexpected<error> bind_error(const listen_address& address, const char* call, int number) {
  auto network = address.family == listen_address::tcp ? "tcp " : "unix ";
  return refuse("listen " + (network + to_string(address)) + ": " + call + ": " + errno_text(number));
}

socket_address ipv4(in_addr_t host, std::uint16_t port) {
  socket_address a;
  sockaddr_in in{};
  in.sin_family = AF_INET;
  in.sin_port = htons(port);
  in.sin_addr.s_addr = host;
  std::memcpy(&a.storage, &in, sizeof in);
  a.bytes = sizeof in;
  return a;
}

/// `localhost` needs no resolver: PHP's relays speak IPv4 only, so that is what it means.
expected<socket_address> resolve(const listen_address& address) {
  if (address.host.empty())
    return ipv4(htonl(INADDR_ANY), address.port);
  if (address.host == "localhost")
    return ipv4(htonl(INADDR_LOOPBACK), address.port);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  auto failed = ::getaddrinfo(address.host.c_str(), std::to_string(address.port).c_str(), &hints, &found);
  if (failed != 0)
    return refuse("listen tcp: lookup " + address.host + ": " +
                  (failed == EAI_NONAME ? "no such host" : ::gai_strerror(failed)));
  std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> all{found, &::freeaddrinfo};
  auto* best = found;
  for (auto* at = found; at != nullptr; at = at->ai_next)
    if (at->ai_family == AF_INET && best->ai_family != AF_INET)
      best = at;
  socket_address a;
  std::memcpy(&a.storage, best->ai_addr, best->ai_addrlen);
  a.bytes = best->ai_addrlen;
  return a;
}

expected<socket_address> unix_address(const listen_address& address) {
  sockaddr_un un{};
  if (address.path.empty() || address.path.size() >= sizeof un.sun_path)
    return refuse("listen unix " + address.path + ": bind: invalid argument",
                  "the path of a unix socket has 1 to " + std::to_string(sizeof un.sun_path - 1) + " bytes");
  un.sun_family = AF_UNIX;
  std::memcpy(un.sun_path, address.path.data(), address.path.size());
  socket_address a;
  std::memcpy(&a.storage, &un, sizeof un);
  a.bytes = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address.path.size() + 1);
  return a;
}

/// True when a socket file stands there that nobody listens on: its owner has died.
bool is_stale(const std::string& path, const socket_address& a) {
  struct stat s {};
  if (::lstat(path.c_str(), &s) != 0 || !S_ISSOCK(s.st_mode))
    return false;
  open_socket probe{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  return probe.get() >= 0 && ::connect(probe.get(), a.get(), a.bytes) != 0 && errno == ECONNREFUSED;
}

// Accepted sockets inherit these from the listening one, which saves the calls per connection.
void set_tcp_options(int fd) {
  int on = 1, idle = keep_alive_seconds;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  ::setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
  ::setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &idle, sizeof idle);
}

expected<int> listen_at(const listen_address& address, const socket_address& a,
                        const listener_options& options) {
  open_socket s{::socket(a.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  if (s.get() < 0)
    return bind_error(address, "socket", errno);
  if (!a.is_unix())
    set_tcp_options(s.get());
  if (::bind(s.get(), a.get(), a.bytes) != 0)
    return bind_error(address, "bind", errno);
  // Nobody can connect before `listen`, so the mode holds from the first connection on.
  if (a.is_unix() && options.mode && ::chmod(address.path.c_str(), *options.mode) != 0)
    return bind_error(address, "chmod", errno);
  if (::listen(s.get(), backlog) != 0)
    return bind_error(address, "listen", errno);
  return s.give_away();
}

} // namespace

expected<listen_address> parse_listen_address(std::string_view text) {
  constexpr std::string_view separator = "://";
  auto scheme_end = text.find(separator);
  if (scheme_end == std::string_view::npos)
    return parse_host_port(text);
  auto scheme = text.substr(0, scheme_end);
  auto rest = text.substr(scheme_end + separator.size());
  if (rest.find(separator) != std::string_view::npos)
    return refuse("wrong number of parsed protocol parts, address: " + std::string{text});
  if (scheme == "tcp")
    return parse_host_port(rest);
  if (scheme != "unix")
    return refuse("invalid Protocol ([tcp://]:6001, unix://file.sock), address: " + std::string{text});
  return listen_address{listen_address::unix_socket, {}, 0, std::string{rest}};
}

std::string to_string(const listen_address& address) {
  if (address.family == listen_address::unix_socket)
    return address.path;
  auto literal = address.host.find(':') != std::string::npos;
  return (literal ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

expected<int> open_listener(const listen_address& address, const listener_options& options) {
  auto is_unix = address.family == listen_address::unix_socket;
  auto a = is_unix ? unix_address(address) : resolve(address);
  if (!a)
    return tl::unexpected(std::move(a.error()));
  if (is_unix && is_stale(address.path, *a))
    ::unlink(address.path.c_str());
  return listen_at(address, *a, options);
}

listen_address bound_address(int fd, const listen_address& asked) {
  socket_address a;
  a.bytes = sizeof a.storage;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&a.storage), &a.bytes) != 0 || a.is_unix())
    return asked;
  listen_address got = asked;
  // The port stands at the same place in both families.
  sockaddr_in in{};
  std::memcpy(&in, &a.storage, sizeof in);
  got.port = ntohs(in.sin_port);
  return got;
}

} // namespace rr
