#include "relay/relay_address.hpp"

namespace rr {

namespace {

constexpr std::string_view separator = "://";

bool has_one_separator(std::string_view text) {
  auto first = text.find(separator);
  return first != std::string_view::npos &&
         text.find(separator, first + separator.size()) == std::string_view::npos;
}

} // namespace

expected<relay_address> parse_relay_address(std::string_view text) {
  const std::string op = "server_plugin_init_factory";
  if (text == "pipes")
    return relay_address{};
  if (!has_one_separator(text))
    return fail(error_kind::network, op, "invalid DSN (tcp://:6001, unix://file.sock)",
                "server.relay is pipes, tcp://host:port or unix://path");
  auto address = parse_listen_address(text);
  if (!address)
    return tl::unexpected(wrap(op, error_kind::network, std::move(address.error())));
  return relay_address{std::move(*address)};
}

} // namespace rr
