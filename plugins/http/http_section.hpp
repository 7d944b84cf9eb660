#pragma once

#include "config/section.hpp"
#include "plugins/http/http_options.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace rr::http {

/// The section `http` as it is written, without `pool`, which its owner adds:
/// `struct config : http_config { pool_config pool; }` and `describe_http(s).sub("pool", &config::pool,
/// ...)`.
struct http_config {
  std::string address;
  unsigned internal_error_code = 500;
  bool access_logs = false;
  std::uint64_t max_request_size = 1000; ///< MB
  bool raw_body = false;
  std::uint64_t max_header_bytes = 1u << 20;
  std::chrono::milliseconds read_header_timeout = http_options{}.read_header_timeout;
  std::chrono::milliseconds read_timeout = http_options{}.read_timeout;
  std::chrono::milliseconds write_timeout = http_options{}.write_timeout;
  std::chrono::milliseconds idle_timeout = http_options{}.idle_timeout;
  codec_choice codec = codec_choice::automatic;
  std::optional<unsigned> unix_socket_mode;
};

/// A key of the section that is read without having an effect in this version.
struct key_without_effect {
  std::string_view key;
  std::string_view meaning; ///< for the documentation
};

/// All of them. This table is the only place that names them: a key leaves it when its code arrives.
const std::vector<key_without_effect>& keys_without_effect();

/// The keys of the table that a written section sets to something, as `http.ssl`.
std::vector<std::string> set_without_effect(const config::node& section);

/// The warning of one key: `http.ssl has no effect in this version`.
std::string without_effect_text(std::string_view key);

/// What the front end obeys. `without_effect` comes from set_without_effect.
http_options to_options(const http_config& config, std::vector<std::string> without_effect = {});

/// What is wrong with the section as a whole; empty when nothing is.
std::string check_address(const http_config& config);
std::string check_error_code(const http_config& config);

/// Adds the keys of http_config, a base of `Config`, and their checks to the description of the section.
template <class Config>
config::section<Config>& describe_http(config::section<Config>& s) {
  s.template field<std::string>("address", &Config::address,
                                {.doc = "Where cleartext HTTP listens: `host:port`, `:port`, "
                                        "`tcp://host:port` or `unix://path`. Empty: nowhere."});
  s.template field<unsigned>(
      "internal_error_code", &Config::internal_error_code,
      {.doc = "The status of answers to failures of the server or a worker, 200 to 599.",
       .zero_means_default = true});
  s.template field<bool>("access_logs", &Config::access_logs,
                         {.doc = "Writes the long form of the access log."});
  s.template field<std::uint64_t>(
      "max_request_size", &Config::max_request_size,
      {.unit = "MB", .doc = "The largest body of a request.", .zero_means_default = true});
  s.template field<bool>("raw_body", &Config::raw_body,
                         {.doc = "Never parses forms: workers get their bytes as they came."});
  s.template field<std::uint64_t>("max_header_bytes", &Config::max_header_bytes,
                                  {.unit = "bytes",
                                   .doc = "The largest head of a request; 4 KiB more pass.",
                                   .max = 1u << 30,
                                   .zero_means_default = true});
  const auto timeout = [&s](const char* key, std::chrono::milliseconds Config::*member, const char* doc) {
    s.field(key, member, {.doc = doc, .zero_means_default = true});
  };
  timeout("read_header_timeout", &Config::read_header_timeout, "How long a client may take to send a head.");
  timeout("read_timeout", &Config::read_timeout, "How long a client may take to send a whole request.");
  timeout("write_timeout", &Config::write_timeout,
          "How long a client may take nothing of an answer. A stream that moves on is never cut.");
  timeout("idle_timeout", &Config::idle_timeout, "How long a connection may wait for its next request.");
  s.template choice<codec_choice>("codec", &Config::codec,
                                  {{"auto", codec_choice::automatic},
                                   {"proto", codec_choice::proto},
                                   {"protobuf", codec_choice::proto},
                                   {"json", codec_choice::json}},
                                  {.doc = "How requests are written for workers."});
  s.template field<std::optional<unsigned>>(
      "unix_socket_mode", &Config::unix_socket_mode,
      {.doc = "Permissions of a unix socket, in octal with a leading zero such as `0660`.",
       .max = 0777,
       .range_text = "unix_socket_mode must be an octal number up to 0777"});
  for (const auto& [key, meaning] : keys_without_effect())
    s.ignored({std::string{key}}, std::string{meaning} + " Without effect in this version.");
  s.ignored({"debug"}, "Of old files; the switch is `http.pool.debug`.");
  s.check(check_address);
  s.check(check_error_code);
  return s;
}

} // namespace rr::http
