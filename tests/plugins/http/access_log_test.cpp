#include "plugins/http/access_log.hpp"

#include <catch2/catch.hpp>
#include <string>

using namespace rr;
using namespace rr::http;
using namespace std::chrono_literals;

namespace {

const std::chrono::system_clock::time_point noon{1'795'608'000s}; // 2026-11-25 12:00:00 UTC

access_record record() {
  access_record out;
  out.status = 201;
  out.method = "POST";
  out.uri = "/a?b=c";
  out.url = "/a?b=c";
  out.remote_address = "127.0.0.1:5000";
  out.query = "b=c";
  out.host = "example.com";
  out.user_agent = "curl/8";
  out.referer = "http://r/";
  out.content_length = 5;
  out.read_bytes = 5;
  out.write_bytes = 7;
  out.start = noon;
  out.end = noon + 12ms;
  out.elapsed = 12ms;
  return out;
}

std::vector<std::string> keys_of(const std::vector<log_field>& fields) {
  std::vector<std::string> out;
  for (const auto& field : fields)
    out.emplace_back(field.key);
  return out;
}

template <class T>
T value_of(const std::vector<log_field>& fields, std::string_view key) {
  for (const auto& field : fields)
    if (field.key == key)
      return std::get<T>(field.value);
  FAIL("no field " << key);
  return T{};
}

std::string local_time(std::chrono::seconds offset) {
  return value_of<std::string>(access_fields_long(record(), offset), "time_local");
}

} // namespace

TEST_CASE("the short access log has its nine fields in order", "[http][access_log]") {
  const auto fields = access_fields(record());

  CHECK(keys_of(fields) == std::vector<std::string>{"status", "method", "URI", "URL", "remote_address",
                                                    "read_bytes", "write_bytes", "start", "elapsed"});
  CHECK(value_of<std::int64_t>(fields, "status") == 201);
  CHECK(value_of<std::string>(fields, "method") == "POST");
  CHECK(value_of<std::string>(fields, "URI") == "/a?b=c");
  CHECK(value_of<std::string>(fields, "remote_address") == "127.0.0.1:5000");
  CHECK(value_of<std::uint64_t>(fields, "read_bytes") == 5);
  CHECK(value_of<std::uint64_t>(fields, "write_bytes") == 7);
  CHECK(value_of<std::chrono::system_clock::time_point>(fields, "start") == noon);
  CHECK(value_of<std::int64_t>(fields, "elapsed") == 12);
  CHECK(access_message == "http log");
}

TEST_CASE("the long access log has its sixteen fields in order", "[http][access_log]") {
  const auto fields = access_fields_long(record(), 0s);

  CHECK(keys_of(fields) == std::vector<std::string>{"read_bytes", "write_bytes", "status", "method", "URI",
                                                    "URL", "remote_address", "query", "content_len", "host",
                                                    "user_agent", "referer", "time_local", "request_time",
                                                    "start", "elapsed"});
  CHECK(value_of<std::int64_t>(fields, "content_len") == 5);
  CHECK(value_of<std::string>(fields, "host") == "example.com");
  CHECK(value_of<std::chrono::system_clock::time_point>(fields, "request_time") == noon + 12ms);
  CHECK(access_message_long == "http access log");
}

TEST_CASE("an unknown length is logged as -1", "[http][access_log]") {
  CHECK(value_of<std::int64_t>(access_fields_long(access_record{}, 0s), "content_len") == -1);
}

TEST_CASE("the local time has a two-digit year and its zone", "[http][access_log]") {
  CHECK(local_time(0s) == "25/Nov/26:12:00:00 +0000");
  CHECK(local_time(5h + 30min) == "25/Nov/26:17:30:00 +0530");
  CHECK(local_time(-3h) == "25/Nov/26:09:00:00 -0300");
  CHECK(local_time(14h) == "26/Nov/26:02:00:00 +1400");
}

TEST_CASE("what a client sends ends no line of the log", "[http][access_log]") {
  auto r = record();
  r.query = "a\r\nb";
  r.user_agent = "c\nd\r";
  r.referer = "\r\ne";
  const auto fields = access_fields_long(r, 0s);
  CHECK(value_of<std::string>(fields, "query") == "ab");
  CHECK(value_of<std::string>(fields, "user_agent") == "cd");
  CHECK(value_of<std::string>(fields, "referer") == "e");
}
