#pragma once

#include "actors/log.hpp"

#include <chrono>
#include <cstdint>
#include <string_view>
#include <vector>

namespace rr::http {

/// What is known about a request once it is answered.
struct access_record {
  int status = 200;
  std::string_view method;
  std::string_view uri;            ///< the request target as sent
  std::string_view url;            ///< the same, re-serialised
  std::string_view remote_address; ///< with its port
  std::string_view query;
  std::string_view host;
  std::string_view user_agent;
  std::string_view referer;
  std::int64_t content_length = -1; ///< -1: unknown
  std::uint64_t read_bytes = 0;     ///< of the body
  std::uint64_t write_bytes = 0;    ///< of the body
  std::chrono::system_clock::time_point start;
  std::chrono::system_clock::time_point end;
  std::chrono::milliseconds elapsed{0}; ///< by the steady clock
};

/// The message of the short and the long form.
inline constexpr std::string_view access_message = "http log";
inline constexpr std::string_view access_message_long = "http access log";

/// The fields of `http log`, in order.
std::vector<log_field> access_fields(const access_record& record);

/// The fields of `http access log`, in order. `utc_offset` is of the local time zone at `end`.
std::vector<log_field> access_fields_long(const access_record& record, std::chrono::seconds utc_offset);

} // namespace rr::http
