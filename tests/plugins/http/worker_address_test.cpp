#include "plugins/http/worker_address.hpp"

#include <catch2/catch.hpp>
#include <utility>

using namespace rr::http;

TEST_CASE("workers see the address of the client without its port (case 40)", "[http][worker_address]") {
  const auto [peer, address] = GENERATE(table<const char*, const char*>({
      {"", ""},
      {"@", "@"},
      {"10.0.0.1", "10.0.0.1"},
      {"127.0.0.1:8080", "127.0.0.1"},
      {"127.0.0.1:", "127.0.0.1"},
      {"[::1]:8080", "::1"},
      {"::1", "::1"},
      {"2001:db8::1", "2001:db8::1"},
      {"2001:DB8:0:0:0:0:0:1", "2001:db8::1"},
      {"::ffff:1.2.3.4", "1.2.3.4"},
      {"[::ffff:1.2.3.4]:80", "::ffff:1.2.3.4"},
      {"[fe80::1%eth0]:80", "fe80::1%eth0"},
      {":8080", ""},
      {"client.example:80", "client.example"},
  }));
  INFO(peer);
  CHECK(worker_address(peer) == std::string{address});
}

TEST_CASE("an address that cannot be understood is told", "[http][worker_address]") {
  for (const auto* peer : {"not:a:valid:thing", "[::1", "[::1]", "::1]:80", "a:b:80", "[]x:80", "1:2:3"}) {
    INFO(peer);
    CHECK_FALSE(worker_address(peer));
  }
}
