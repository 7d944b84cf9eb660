#include "relay/relay_address.hpp"

#include <catch2/catch.hpp>

using namespace rr;

namespace {

std::string why(const char* text) {
  auto got = parse_relay_address(text);
  REQUIRE_FALSE(got.has_value());
  CHECK(got.error().kind == error_kind::network);
  return render(got.error());
}

} // namespace

TEST_CASE("a relay is pipes, tcp or unix", "[relay][relay_address]") {
  CHECK(parse_relay_address("pipes").value().is_pipes());
  CHECK(to_string(*parse_relay_address("tcp://127.0.0.1:6002").value().listen) == "127.0.0.1:6002");
  CHECK(parse_relay_address("unix://rr.sock").value().listen->path == "rr.sock");
}

TEST_CASE("a relay that is none of these is refused, case 55", "[relay][relay_address]") {
  auto invalid = "server_plugin_init_factory: Network: invalid DSN (tcp://:6001, unix://file.sock)";
  for (auto* bad : {"pupes", "", "127.0.0.1:6001", "tcp:127.0.0.1", "tcp://host://6001", "://://"})
    CHECK(why(bad) == invalid);
  CHECK(why("udp://127.0.0.1:6001") ==
        "server_plugin_init_factory: Network: invalid Protocol ([tcp://]:6001, "
        "unix://file.sock), address: udp://127.0.0.1:6001");
  CHECK(why("tcp://6001") == "server_plugin_init_factory: Network: address 6001: missing port in address");
}
