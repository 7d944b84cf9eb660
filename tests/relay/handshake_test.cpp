#include "relay/handshake.hpp"

#include "relay/frame_codec.hpp"
#include "tests/relay/frame_bytes.hpp"

using namespace rr;
using rr::test::append;

namespace {

expected<handshake> parse(std::string_view payload, frame_flags flags = frame_flags::control,
                          int own_pid = 100) {
  frame_decoder decoder{1 << 20};
  append(decoder, encode_short_frame(flags, stream_bits::none, payload));
  return parse_hello_reply(**decoder.next(), own_pid);
}

std::string why(std::string_view payload) {
  auto got = parse(payload);
  REQUIRE_FALSE(got.has_value());
  return render(got.error());
}

} // namespace

TEST_CASE("the PID request is the published bytes", "[relay][handshake]") {
  CHECK(encode_hello(100) == test::unhex("13 09 0b000000 e63491ee 0000") + R"({"pid":100})");
}

TEST_CASE("a PID reply is an object with a pid, whatever else it has", "[relay][handshake]") {
  CHECK(parse(R"({"pid":4242})").value().pid == 4242);
  CHECK(parse(R"( { "x" : [1,{"pid":3}] , "pid" : 2147483647 } )").value().pid == 2147483647);
  CHECK(parse(R"({"pid":1})", frame_flags::control | frame_flags::json).value().pid == 1);
  CHECK(parse(R"({"pid":1})").value().codecs.empty());
  CHECK(parse(R"({"pid":1,"codecs":["json",7,null,"proto"]})").value().codecs ==
        std::vector<std::string>{"json", "proto"});
  CHECK(parse(R"({"pid":1,"codecs":"json"})").value().codecs.empty());
}

TEST_CASE("a PID reply without a pid is refused", "[relay][handshake]") {
  for (auto* bad : {R"({})", R"({"pid":0})", R"({"pid":-1})", R"({"pid":"12"})", R"({"pid":1.5})",
                    R"({"pid":null})", R"({"pid":[1]})", R"({"pid":2147483648})",
                    R"({"pid":18446744073709551615})", R"({"pid":-9223372036854775808})", R"({"Pid":1})"})
    CHECK(why(bad) == "pid should be greater than 0");
}

TEST_CASE("a PID reply that is no JSON object is refused", "[relay][handshake]") {
  for (auto* bad : {"", "null", "42", "[1]", "{", R"({"pid":1}x)", "\xff\xfe", R"({"pid":1e999})",
                    R"({"a":")"
                    "\xff"
                    R"("})"})
    CHECK(why(bad).rfind("unexpected response, a JSON object is expected: ", 0) == 0);
  CHECK(why(std::string(60'000, '[')).size() < 400);
  CHECK(why(std::string(30'000, '[') + std::string(30'000, ']')).size() < 400);
}

TEST_CASE("a reply without the CONTROL flag is refused", "[relay][handshake]") {
  auto got = parse(R"({"pid":1})", frame_flags::json);
  CHECK(render(got.error()) == "unexpected response, header is missing, no CONTROL flag");
}

TEST_CASE("our own request coming back is refused", "[relay][handshake]") {
  auto echo = parse(R"({"pid":100})", frame_flags::control | frame_flags::json, 100);
  REQUIRE_FALSE(echo.has_value());
  CHECK(echo.error().text.find("echoes its input") != std::string::npos);
  CHECK_FALSE(echo.error().remedy.empty());

  // In a namespace of its own a worker may have our pid: it does not write our bytes.
  CHECK(parse(R"({"pid":100})", frame_flags::control, 100).value().pid == 100);
}
