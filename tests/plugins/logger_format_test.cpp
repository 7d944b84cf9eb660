#include "plugins/logger/format.hpp"
#include "plugins/logger/value_text.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

using namespace rr;
using namespace std::chrono_literals;

namespace {

/// 2026-11-21T23:49:17.204970169Z
std::chrono::system_clock::time_point a_moment() {
  return std::chrono::system_clock::time_point{
      std::chrono::duration_cast<std::chrono::system_clock::duration>(1795304957204970169ns)};
}

log_record http_record() {
  return {
      log_level::info, a_moment(), "http", "http log", {{"status", 200}, {"method", "GET"}, {"d", 1500ms}}};
}

log_record short_record() {
  return {log_level::info, a_moment(), "http", "http log", {{"status", 200}, {"d", 1500ms}}};
}

std::string line(const log_record& record, log_mode mode, log_encoding encoding, bool has_colours = false) {
  return line_of(record, {mode, encoding, has_colours, "\n"});
}

std::string json_string(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

std::string json_number(double value) {
  std::string out;
  append_json_number(out, value);
  return out;
}

constexpr auto console = log_encoding::console;
constexpr auto json = log_encoding::json;

} // namespace

TEST_CASE("a development line has columns between tabs", "[logger][format]") {
  CHECK(line(http_record(), log_mode::development, console) ==
        "2026-11-21T23:49:17+0000\tINFO\thttp        \thttp log\t"
        "{\"status\": 200, \"method\": \"GET\", \"d\": \"1.5s\"}\n");
}

TEST_CASE("a development line in colours paints level and name", "[logger][format]") {
  CHECK(line(http_record(), log_mode::development, console, true) ==
        "2026-11-21T23:49:17+0000\t\x1b[96mINFO\x1b[0m\t\x1b[92mhttp        \x1b[0m\thttp log\t"
        "{\"status\": 200, \"method\": \"GET\", \"d\": \"1.5s\"}\n");
}

TEST_CASE("each level has its word and its colour", "[logger][format]") {
  auto [level, word, colour] =
      GENERATE(table<log_level, std::string, std::string>({{log_level::debug, "DEBUG", "97"},
                                                           {log_level::info, "INFO", "96"},
                                                           {log_level::warn, "WARN", "93"},
                                                           {log_level::error, "ERROR", "91"},
                                                           {log_level::dpanic, "DPANIC", "91"},
                                                           {log_level::panic, "PANIC", "95"},
                                                           {log_level::fatal, "FATAL", "95"}}));
  log_record record{level, a_moment(), "", "x", {}};

  CHECK(line(record, log_mode::development, console, true) ==
        "2026-11-21T23:49:17+0000\t\x1b[" + colour + "m" + word + "\x1b[0m\tx\n");
}

TEST_CASE("a production line is JSON with nanoseconds and seconds", "[logger][format]") {
  CHECK(line(short_record(), log_mode::production, json) ==
        "{\"level\":\"info\",\"ts\":1795304957204970169,\"logger\":\"http\",\"msg\":\"http "
        "log\",\"status\":200,"
        "\"d\":1.5}\n");
}

TEST_CASE("a production line on a console is not padded and never coloured", "[logger][format]") {
  CHECK(line(short_record(), log_mode::production, console, true) ==
        "1795304957204970169\tinfo\thttp\thttp log\t{\"status\": 200, \"d\": 1.5}\n");
}

TEST_CASE("a development line in JSON keeps words and padding, without escape codes", "[logger][format]") {
  CHECK(line(short_record(), log_mode::development, json, true) ==
        "{\"level\":\"INFO\",\"ts\":\"2026-11-21T23:49:17+0000\",\"logger\":\"http        \",\"msg\":\"http "
        "log\","
        "\"status\":200,\"d\":\"1.5s\"}\n");
}

TEST_CASE("a raw line is the message and its fields", "[logger][format]") {
  CHECK(line(short_record(), log_mode::raw, console) == "http log\t{\"status\": 200, \"d\": 1500000000}\n");
  CHECK(line({log_level::info, a_moment(), "app", "just this", {}}, log_mode::raw, console) == "just this\n");
  CHECK(line({log_level::info, a_moment(), "app", "", {{"a", 1}}}, log_mode::raw, console) == "{\"a\": 1}\n");
}

TEST_CASE("a raw line in JSON has no level, time or name", "[logger][format]") {
  CHECK(line(short_record(), log_mode::raw, json) ==
        "{\"message\":\"http log\",\"status\":200,\"d\":1500000000}\n");
}

TEST_CASE("a channel without a mode has keys of one letter", "[logger][format]") {
  CHECK(line(short_record(), log_mode::unset, json) ==
        "{\"L\":\"INFO\",\"T\":\"2026-11-21T23:49:17+0000\",\"N\":\"http        \",\"M\":\"http log\","
        "\"status\":200,\"d\":\"1.5s\"}\n");
  CHECK(line(short_record(), log_mode::unset, console) ==
        "2026-11-21T23:49:17+0000\tINFO\thttp        \thttp log\t{\"status\": 200, \"d\": \"1.5s\"}\n");
}

TEST_CASE("the mode off writes nothing", "[logger][format]") {
  CHECK(line(http_record(), log_mode::off, console).empty());
}

TEST_CASE("a record without a channel has no name", "[logger][format]") {
  log_record record{log_level::warn, a_moment(), "", "x", {}};

  CHECK(line(record, log_mode::development, console) == "2026-11-21T23:49:17+0000\tWARN\tx\n");
  CHECK(line(record, log_mode::production, json) ==
        "{\"level\":\"warn\",\"ts\":1795304957204970169,\"msg\":\"x\"}\n");
}

TEST_CASE("a long name is left as it is and a name is padded by characters", "[logger][format]") {
  CHECK(line({log_level::info, a_moment(), "service.billing", "x", {}}, log_mode::development, console) ==
        "2026-11-21T23:49:17+0000\tINFO\tservice.billing\tx\n");
  CHECK(line({log_level::info, a_moment(), "größe", "x", {}}, log_mode::development, console) ==
        "2026-11-21T23:49:17+0000\tINFO\tgröße       \tx\n");
}

TEST_CASE("a console message is not escaped, a JSON message is", "[logger][format]") {
  log_record record{log_level::info, a_moment(), "server", "two\nlines\n", {}};

  CHECK(line(record, log_mode::development, console) ==
        "2026-11-21T23:49:17+0000\tINFO\tserver      \ttwo\nlines\n\n");
  CHECK(line(record, log_mode::raw, json) == "{\"message\":\"two\\nlines\\n\"}\n");
}

TEST_CASE("the line ending is the one that was asked for", "[logger][format]") {
  CHECK(line_of({log_level::info, a_moment(), "", "x", {}}, {log_mode::raw, console, false, "\r\n"}) ==
        "x\r\n");
}

TEST_CASE("a time among the fields follows the template", "[logger][format]") {
  log_record record{log_level::info, a_moment(), "", "x", {{"at", a_moment()}}};

  CHECK(line(record, log_mode::development, console) ==
        "2026-11-21T23:49:17+0000\tINFO\tx\t{\"at\": \"2026-11-21T23:49:17+0000\"}\n");
  CHECK(line(record, log_mode::raw, console) == "x\t{\"at\": 1795304957204970169}\n");
}

TEST_CASE("values of every type are written as JSON", "[logger][format]") {
  log_record record{log_level::info,
                    a_moment(),
                    "",
                    "x",
                    {{"b", true},
                     {"i", std::numeric_limits<std::int64_t>::min()},
                     {"u", std::numeric_limits<std::uint64_t>::max()},
                     {"f", 0.25},
                     {"s", "a\"b"}}};

  CHECK(line(record, log_mode::raw, json) == "{\"message\":\"x\",\"b\":true,\"i\":-9223372036854775808,"
                                             "\"u\":18446744073709551615,\"f\":0.25,\"s\":\"a\\\"b\"}\n");
}

TEST_CASE("a JSON string escapes what must be and nothing else", "[logger][format]") {
  CHECK(json_string("\"\\\n\r\t") == "\"\\\"\\\\\\n\\r\\t\"");
  CHECK(json_string(std::string_view("\0\x01\b\f\x1f\x7f", 6)) ==
        "\"\\u0000\\u0001\\u0008\\u000c\\u001f\x7f\"");
  CHECK(json_string("<a href='x'>&</a>") == "\"<a href='x'>&</a>\"");
  CHECK(json_string("größe € 😀") == "\"größe € 😀\"");
}

TEST_CASE("bytes that are no UTF-8 are replaced one by one", "[logger][format]") {
  CHECK(json_string("a\xff\xfe z") == "\"a\\ufffd\\ufffd z\"");
  CHECK(json_string("\xe2\x82") == "\"\\ufffd\\ufffd\"");
  CHECK(json_string("\xc0\xaf") == "\"\\ufffd\\ufffd\"");            // overlong
  CHECK(json_string("\xe0\x80\xaf") == "\"\\ufffd\\ufffd\\ufffd\""); // overlong
  CHECK(json_string("\xed\xa0\x80") == "\"\\ufffd\\ufffd\\ufffd\""); // surrogate
  CHECK(json_string("\xf4\x90\x80\x80") == "\"\\ufffd\\ufffd\\ufffd\\ufffd\"");
}

TEST_CASE("a number is short, exact and without an exponent", "[logger][format]") {
  CHECK(json_number(0) == "0");
  CHECK(json_number(2) == "2");
  CHECK(json_number(-1.5) == "-1.5");
  CHECK(json_number(0.1) == "0.1");
  CHECK(json_number(0.00025) == "0.00025");
  CHECK(json_number(123456.75) == "123456.75");
  CHECK(json_number(1e21) == "1000000000000000000000");
  CHECK(json_number(1e23) == "100000000000000000000000");
  CHECK(json_number(1e-7) == "0.0000001");
  CHECK(json_number(std::numeric_limits<double>::denorm_min()).size() == 2 + 324);
  CHECK(json_number(std::nan("")) == "\"NaN\"");
  CHECK(json_number(std::numeric_limits<double>::infinity()) == "\"+Inf\"");
  CHECK(json_number(-std::numeric_limits<double>::infinity()) == "\"-Inf\"");
}

TEST_CASE("a duration reads as people write it", "[logger][format]") {
  CHECK(duration_text(0ns) == "0s");
  CHECK(duration_text(1ns) == "1ns");
  CHECK(duration_text(1100ns) == "1.1µs");
  CHECK(duration_text(2200us) == "2.2ms");
  CHECK(duration_text(1500ms) == "1.5s");
  CHECK(duration_text(60s) == "1m0s");
  CHECK(duration_text(5min + 1ms) == "5m0.001s");
  CHECK(duration_text(25h + 1min + 1s) == "25h1m1s");
  CHECK(duration_text(-1500ms) == "-1.5s");
  CHECK(duration_text(std::chrono::nanoseconds::min()) == "-2562047h47m16.854775808s");
}

TEST_CASE("a time before 1970 is rounded down", "[logger][format]") {
  CHECK(time_text(std::chrono::system_clock::time_point{} - 1ms) == "1969-12-31T23:59:59+0000");
}
