#include "plugins/http/access_log.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

namespace rr::http {
namespace {

/// `text` without CR and LF: nothing from a client may end a line of the log.
std::string one_line(std::string_view text) {
  std::string out{text};
  std::erase_if(out, [](char c) { return c == '\r' || c == '\n'; });
  return out;
}

/// `24/Nov/26:16:44:20 +0000`; the year has two digits, as in the reference.
std::string local_time_text(std::chrono::system_clock::time_point at, std::chrono::seconds utc_offset) {
  static constexpr std::array<const char*, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t local = std::chrono::system_clock::to_time_t(at) + utc_offset.count();
  std::tm parts{};
  gmtime_r(&local, &parts);
  const auto minutes = std::abs(utc_offset.count()) / 60;
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "%02d/%s/%02d:%02d:%02d:%02d %c%02d%02d", parts.tm_mday,
                months.at(static_cast<std::size_t>(parts.tm_mon)), parts.tm_year % 100, parts.tm_hour,
                parts.tm_min, parts.tm_sec, utc_offset.count() < 0 ? '-' : '+',
                static_cast<int>(minutes / 60 % 100), static_cast<int>(minutes % 60));
  return text.data();
}

} // namespace

std::vector<log_field> access_fields(const access_record& record) {
  std::vector<log_field> fields;
  fields.reserve(9);
  fields.emplace_back("status", record.status);
  fields.emplace_back("method", record.method);
  fields.emplace_back("URI", record.uri);
  fields.emplace_back("URL", record.url);
  fields.emplace_back("remote_address", record.remote_address);
  fields.emplace_back("read_bytes", record.read_bytes);
  fields.emplace_back("write_bytes", record.write_bytes);
  fields.emplace_back("start", record.start);
  fields.emplace_back("elapsed", record.elapsed.count());
  return fields;
}

std::vector<log_field> access_fields_long(const access_record& record, std::chrono::seconds utc_offset) {
  std::vector<log_field> fields;
  fields.reserve(16);
  fields.emplace_back("read_bytes", record.read_bytes);
  fields.emplace_back("write_bytes", record.write_bytes);
  fields.emplace_back("status", record.status);
  fields.emplace_back("method", record.method);
  fields.emplace_back("URI", record.uri);
  fields.emplace_back("URL", record.url);
  fields.emplace_back("remote_address", record.remote_address);
  fields.emplace_back("query", one_line(record.query));
  fields.emplace_back("content_len", record.content_length);
  fields.emplace_back("host", record.host);
  fields.emplace_back("user_agent", one_line(record.user_agent));
  fields.emplace_back("referer", one_line(record.referer));
  fields.emplace_back("time_local", local_time_text(record.end, utc_offset));
  fields.emplace_back("request_time", record.end);
  fields.emplace_back("start", record.start);
  fields.emplace_back("elapsed", record.elapsed.count());
  return fields;
}

} // namespace rr::http
