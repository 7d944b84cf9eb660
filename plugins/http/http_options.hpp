#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace rr::http {

/// Which codec workers are spoken to in.
enum class codec_choice : std::uint8_t {
  automatic, ///< protobuf, and JSON for a worker that answers its first request in JSON
  proto,
  json,
};

/// What the HTTP front end obeys. Filled by the section `http`; "0 means the default" has been resolved here.
struct http_options {
  std::string address; ///< listen address of cleartext HTTP; empty: none
  int internal_error_code = 500;
  bool access_logs = false; ///< the long form
  std::uint64_t body_bytes_max = 1000ull << 20;
  bool raw_body = false;

  std::size_t header_bytes_max = 1u << 20;
  std::chrono::milliseconds read_header_timeout{std::chrono::minutes{5}};
  std::chrono::milliseconds read_timeout{std::chrono::minutes{5}};  ///< of head and body together
  std::chrono::milliseconds write_timeout{std::chrono::minutes{5}}; ///< without progress
  std::chrono::milliseconds idle_timeout{std::chrono::hours{1}};    ///< between two requests of a connection
  codec_choice codec = codec_choice::automatic;
  std::optional<unsigned> unix_socket_mode; ///< permission bits; nothing: as the umask says

  /// Keys that are set although they have no effect in this version, as `http.ssl`.
  std::vector<std::string> without_effect;
};

} // namespace rr::http
