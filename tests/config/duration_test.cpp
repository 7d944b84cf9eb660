#include "config/duration.hpp"

#include <catch2/catch.hpp>

using namespace rr::config;
using namespace std::chrono_literals;
using std::chrono::nanoseconds;

TEST_CASE("durations are read in Go's syntax", "[config][duration]") {
  struct row {
    const char* text;
    nanoseconds value;
  };
  const auto r = GENERATE(values<row>({{"0", 0ns},
                                       {"+0", 0ns},
                                       {"-0", 0ns},
                                       {"0s", 0ns},
                                       {"10ns", 10ns},
                                       {"100us", 100us},
                                       {"100\xC2\xB5s", 100us},
                                       {"100\xCE\xBCs", 100us},
                                       {"300ms", 300ms},
                                       {"1.5s", 1500ms},
                                       {".5s", 500ms},
                                       {"1.s", 1s},
                                       {"5m", 5min},
                                       {"24h", 24h},
                                       {"1h30m", 90min},
                                       {"1h3m", 63min},
                                       {"2m3.5s", 123500ms},
                                       {"-1m", -1min},
                                       {"+5s", 5s},
                                       {"0.3s", 300ms},
                                       {"0.29s", 290ms},
                                       {"1.9ns", 1ns},
                                       {"0.100000000000000000000h", 6min},
                                       {"9223372036854775807ns", nanoseconds::max()}}));
  CAPTURE(r.text);
  CHECK(parse_duration(r.text) == r.value);
}

TEST_CASE("a wrong duration is told in Go's words", "[config][duration]") {
  struct row {
    const char* text;
    const char* error;
  };
  const auto r = GENERATE(values<row>({
      {"", "time: invalid duration \"\""},
      {"-", "time: invalid duration \"-\""},
      {"s", "time: invalid duration \"s\""},
      {".s", "time: invalid duration \".s\""},
      {"abc", "time: invalid duration \"abc\""},
      {" 1s", "time: invalid duration \" 1s\""},
      {"1h-3m", "time: unknown unit \"h-\" in duration \"1h-3m\""},
      {"60", "time: missing unit in duration \"60\""},
      {"1.5", "time: missing unit in duration \"1.5\""},
      {"00", "time: missing unit in duration \"00\""},
      {"1h30", "time: missing unit in duration \"1h30\""},
      {"1d", "time: unknown unit \"d\" in duration \"1d\""},
      {"1 s", "time: unknown unit \" s\" in duration \"1 s\""},
      {"5sec", "time: unknown unit \"sec\" in duration \"5sec\""},
      {"9223372036854775808ns", "time: invalid duration \"9223372036854775808ns\""},
      {"99999999999999999999s", "time: invalid duration \"99999999999999999999s\""},
      {"2562048h", "time: invalid duration \"2562048h\""},
      {"2562047h2562047h", "time: invalid duration \"2562047h2562047h\""},
  }));
  const auto read = parse_duration(r.text);
  CAPTURE(r.text);
  REQUIRE_FALSE(read);
  CHECK(read.error() == r.error);
}

TEST_CASE("a long wrong duration is shortened in the message", "[config][duration]") {
  CHECK(parse_duration(std::string(100'000, 'x')).error().size() < 150);
}

TEST_CASE("durations are shown so that they read back", "[config][duration]") {
  CHECK(format_duration(0s) == "0s");
  CHECK(format_duration(1min) == "1m");
  CHECK(format_duration(90min) == "1h30m");
  CHECK(format_duration(1500ms) == "1s500ms");
  CHECK(format_duration(60ns) == "60ns");
  CHECK(format_duration(-5s) == "-5s");

  const auto value = GENERATE(0ns, 1ns, 999us, 61s, nanoseconds::max(), nanoseconds{-123456789012345}, 3600h);
  CHECK(parse_duration(format_duration(value)) == value);
}
