#include "actors/listen_address.hpp"

#include <arpa/inet.h>
#include <catch2/catch.hpp>
#include <cstring>
#include <fstream>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

using namespace rr;

namespace {

struct descriptor {
  explicit descriptor(int value) : fd(value) { REQUIRE(fd >= 0); }
  ~descriptor() { ::close(fd); }
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;

  int fd;
};

/// A directory of its own for each test.
struct scratch {
  scratch() {
    char name[] = "/tmp/rr-listen-XXXXXX";
    path = ::mkdtemp(name);
  }
  ~scratch() { [[maybe_unused]] auto gone = std::system(("rm -rf " + path).c_str()); }

  std::string path;
};

int connect_unix(const std::string& path) {
  sockaddr_un a{};
  a.sun_family = AF_UNIX;
  std::strcpy(a.sun_path, path.c_str());
  auto fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::connect(fd, reinterpret_cast<sockaddr*>(&a), sizeof a) == 0)
    return fd;
  ::close(fd);
  return -1;
}

int connect_tcp(std::uint16_t port) {
  sockaddr_in a{};
  a.sin_family = AF_INET;
  a.sin_port = htons(port);
  a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::connect(fd, reinterpret_cast<sockaddr*>(&a), sizeof a) == 0)
    return fd;
  ::close(fd);
  return -1;
}

std::string why(const char* text) {
  auto got = parse_listen_address(text);
  REQUIRE_FALSE(got.has_value());
  return render(got.error());
}

} // namespace

TEST_CASE("an address is a host and port with or without tcp, or a unix path", "[actors][listen_address]") {
  auto tcp = parse_listen_address("tcp://127.0.0.1:6001").value();
  CHECK(tcp.family == listen_address::tcp);
  CHECK(tcp.host == "127.0.0.1");
  CHECK(tcp.port == 6001);
  CHECK(to_string(tcp) == "127.0.0.1:6001");

  CHECK(to_string(parse_listen_address("0.0.0.0:80").value()) == "0.0.0.0:80");
  CHECK(to_string(parse_listen_address(":18001").value()) == ":18001");
  CHECK(to_string(parse_listen_address("tcp://:18001").value()) == ":18001");
  CHECK(to_string(parse_listen_address("localhost:0").value()) == "localhost:0");
  CHECK(parse_listen_address("tcp://[::1]:7000").value().host == "::1");
  CHECK(to_string(parse_listen_address("[::]:7000").value()) == "[::]:7000");

  auto un = parse_listen_address("unix:///run/a:b.sock").value();
  CHECK(un.family == listen_address::unix_socket);
  CHECK(to_string(un) == "/run/a:b.sock");
}

TEST_CASE("an address that makes no sense is refused with the text that users know",
          "[actors][listen_address]") {
  CHECK(why("xinu://unix.sock") ==
        "invalid Protocol ([tcp://]:6001, unix://file.sock), address: xinu://unix.sock");
  CHECK(why("://x:1") == "invalid Protocol ([tcp://]:6001, unix://file.sock), address: ://x:1");
  CHECK(why("tcp://host://6001") == "wrong number of parsed protocol parts, address: tcp://host://6001");
  CHECK(why("8080") == "address 8080: missing port in address");
  CHECK(why("") == "address : missing port in address");
  CHECK(why("::1:80") == "address ::1:80: too many colons in address");
  CHECK(why("[::1:80") == "address [::1:80: missing ']' in address");
  CHECK(why("[::1]") == "address [::1]: missing port in address");
  CHECK(why("[::1]x:80") == "address [::1]x:80: too many colons in address");
  for (auto* bad : {"h:65536", "h:-1", "h:", "h:http", "h:80x", "h: 80", "h:99999999999"})
    CHECK(why(bad) == "address " + std::string{bad} + ": invalid port");
}

TEST_CASE("a port that is in use is an error, also for a second listener of ours",
          "[actors][listen_address]") {
  auto any = parse_listen_address("127.0.0.1:0").value();
  descriptor first{open_listener(any).value()};
  auto taken = bound_address(first.fd, any);
  CHECK(taken.port != 0);

  auto second = open_listener(taken);
  REQUIRE_FALSE(second.has_value());
  CHECK(render(second.error()) == "listen tcp " + to_string(taken) + ": bind: address already in use");
}

TEST_CASE("accepted sockets do not delay small writes and keep the connection alive",
          "[actors][listen_address]") {
  auto address = parse_listen_address("localhost:0").value();
  descriptor listener{open_listener(address).value()};
  descriptor client{connect_tcp(bound_address(listener.fd, address).port)};
  descriptor accepted{::accept4(listener.fd, nullptr, nullptr, SOCK_CLOEXEC)};

  auto option = [&](int level, int name) {
    int value = 0;
    socklen_t bytes = sizeof value;
    REQUIRE(::getsockopt(accepted.fd, level, name, &value, &bytes) == 0);
    return value;
  };
  CHECK(option(IPPROTO_TCP, TCP_NODELAY) != 0);
  CHECK(option(SOL_SOCKET, SO_KEEPALIVE) != 0);
  CHECK(option(IPPROTO_TCP, TCP_KEEPIDLE) == 15);
}

TEST_CASE("an empty host is any IPv4 address", "[actors][listen_address]") {
  auto address = parse_listen_address(":0").value();
  descriptor listener{open_listener(address).value()};
  sockaddr_in got{};
  socklen_t bytes = sizeof got;
  REQUIRE(::getsockname(listener.fd, reinterpret_cast<sockaddr*>(&got), &bytes) == 0);
  CHECK(got.sin_family == AF_INET);
  CHECK(got.sin_addr.s_addr == htonl(INADDR_ANY));
  descriptor client{connect_tcp(bound_address(listener.fd, address).port)};
}

TEST_CASE("an IPv6 literal is bound where the machine has IPv6", "[actors][listen_address]") {
  auto address = parse_listen_address("tcp://[::1]:0").value();
  auto fd = open_listener(address);
  if (!fd) {
    WARN("skipped: " << render(fd.error()));
    return;
  }
  descriptor listener{*fd};
  CHECK(bound_address(listener.fd, address).port != 0);
}

TEST_CASE("an address of another machine and an unknown host are errors", "[actors][listen_address]") {
  auto foreign = open_listener(parse_listen_address("192.0.2.1:80").value());
  REQUIRE_FALSE(foreign.has_value());
  CHECK(render(foreign.error()) == "listen tcp 192.0.2.1:80: bind: cannot assign requested address");

  auto unknown = open_listener(parse_listen_address("no such host:80").value());
  REQUIRE_FALSE(unknown.has_value());
  CHECK(render(unknown.error()).rfind("listen tcp: lookup no such host: ", 0) == 0);
}

TEST_CASE("a unix socket has the mode that was asked for", "[actors][listen_address]") {
  scratch dir;
  auto address = parse_listen_address("unix://" + dir.path + "/s.sock").value();
  descriptor listener{open_listener(address, {.mode = 0600}).value()};
  struct stat s {};
  REQUIRE(::stat(address.path.c_str(), &s) == 0);
  CHECK((s.st_mode & 0777) == 0600);
  descriptor client{connect_unix(address.path)};
}

TEST_CASE("only the socket file of a dead owner is replaced", "[actors][listen_address]") {
  scratch dir;
  auto address = parse_listen_address("unix://" + dir.path + "/s.sock").value();
  auto in_use = "listen unix " + address.path + ": bind: address already in use";
  {
    descriptor listener{open_listener(address).value()};
    auto second = open_listener(address);
    REQUIRE_FALSE(second.has_value());
    CHECK(render(second.error()) == in_use);
    descriptor still_there{connect_unix(address.path)};
  }

  { descriptor again{open_listener(address).value()}; }

  ::unlink(address.path.c_str());
  std::ofstream{address.path} << "precious";
  auto on_file = open_listener(address);
  REQUIRE_FALSE(on_file.has_value());
  CHECK(render(on_file.error()) == in_use);
  std::string kept;
  std::ifstream{address.path} >> kept;
  CHECK(kept == "precious");
}

TEST_CASE("a unix path that cannot be is refused", "[actors][listen_address]") {
  auto too_long = open_listener(parse_listen_address("unix://" + std::string(108, 'x')).value());
  REQUIRE_FALSE(too_long.has_value());
  CHECK(render(too_long.error()) == "listen unix " + std::string(108, 'x') + ": bind: invalid argument");
  CHECK_FALSE(remedy_of(too_long.error()).empty());
  CHECK_FALSE(open_listener(parse_listen_address("unix://").value()).has_value());

  auto nowhere = open_listener(parse_listen_address("unix:///no/such/dir/s.sock").value());
  REQUIRE_FALSE(nowhere.has_value());
  CHECK(render(nowhere.error()) == "listen unix /no/such/dir/s.sock: bind: no such file or directory");
}
