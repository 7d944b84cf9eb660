#include "plugins/http/http_section.hpp"

#include <algorithm>
#include <limits>

namespace rr::http {
namespace {

constexpr std::uint64_t megabyte = 1u << 20;

bool is_set(const config::node& value) {
  switch (value.kind) {
  case config::node_kind::list:
    return !value.items.empty();
  case config::node_kind::map:
    return !value.entries.empty();
  case config::node_kind::scalar:
    return !value.text.empty();
  default:
    return false;
  }
}

} // namespace

const std::vector<key_without_effect>& keys_without_effect() {
  static const std::vector<key_without_effect> keys = {
      {"middleware", "The middlewares of every request, by name."},
      {"trusted_subnets", "Networks whose `X-Forwarded-For` is believed."},
      {"uploads", "Where uploaded files go, and which are taken."},
      {"headers", "Headers that are added to requests and answers."},
      {"static", "Files that are served without a worker."},
      {"ssl", "HTTPS, its certificates and ACME."},
      {"fcgi", "The FastCGI listener."},
      {"http2", "HTTP/2, also in cleartext."},
      {"http3", "The QUIC listener."},
  };
  return keys;
}

std::vector<std::string> set_without_effect(const config::node& section) {
  std::vector<std::string> out;
  for (const auto& [key, meaning] : keys_without_effect())
    if (const auto* value = section.child(key); value != nullptr && is_set(*value))
      out.push_back("http." + std::string{key});
  return out;
}

std::string without_effect_text(std::string_view key) {
  return std::string{key} + " has no effect in this version";
}

http_options to_options(const http_config& config, std::vector<std::string> without_effect) {
  http_options out;
  out.address = config.address;
  out.internal_error_code = static_cast<int>(config.internal_error_code);
  out.access_logs = config.access_logs;
  out.body_bytes_max =
      std::min(config.max_request_size, std::numeric_limits<std::uint64_t>::max() / megabyte) * megabyte;
  out.raw_body = config.raw_body;
  out.header_bytes_max = config.max_header_bytes;
  out.read_header_timeout = config.read_header_timeout;
  out.read_timeout = config.read_timeout;
  out.write_timeout = config.write_timeout;
  out.idle_timeout = config.idle_timeout;
  out.codec = config.codec;
  out.unix_socket_mode = config.unix_socket_mode;
  out.without_effect = std::move(without_effect);
  return out;
}

std::string check_address(const http_config& config) {
  if (config.address.empty())
    return "unable to run http service, no method has been specified (http, https, http/2 or FastCGI)";
  return config.address.find(':') == std::string::npos ? "malformed http server address" : "";
}

std::string check_error_code(const http_config& config) {
  const bool is_fine = config.internal_error_code >= 200 && config.internal_error_code <= 599;
  return is_fine ? "" : "internal_error_code must be a final status, 200 to 599";
}

} // namespace rr::http
