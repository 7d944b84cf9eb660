#include "plugins/http/response_codec.hpp"

#include "http/v1/http.pb.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

using namespace rr::http;
using namespace std::string_literals;
using rr::frame_flags;
using rr::payload_codec;

namespace {

using pairs = std::vector<std::pair<std::string, std::string>>;

/// An answer that points nowhere.
struct answer {
  std::int64_t status = 0;
  pairs headers;
  pairs trailers;

  friend bool operator==(const answer&, const answer&) = default;
};

pairs copy_of(header_fields fields) {
  pairs out;
  for (const auto& field : fields)
    out.emplace_back(field.name, field.value);
  return out;
}

using written_headers = std::vector<std::pair<std::string, std::vector<std::string>>>;

std::string proto_context(std::int64_t status, const written_headers& headers) {
  ::http::v1::Response message;
  message.set_status(status);
  std::string out = message.SerializeAsString();
  for (const auto& [name, values] : headers) { // one message each: keeps the order, and repeated keys
    ::http::v1::Response one;
    auto& list = (*one.mutable_headers())[name];
    for (const auto& value : values)
      list.add_value(value);
    out += one.SerializeAsString();
  }
  return out;
}

std::string json_context(std::int64_t status, const written_headers& headers) {
  nlohmann::ordered_json message = {{"status", status}, {"headers", nlohmann::ordered_json::object()}};
  for (const auto& [name, values] : headers)
    message["headers"][name] = values;
  return message.dump();
}

rr::expected<answer> decode(payload_codec codec, std::string_view context) {
  response_decoder decoder;
  const auto flags = codec == payload_codec::json ? frame_flags::json : frame_flags::proto;
  const auto response = decoder.decode(flags, codec, context);
  if (!response)
    return tl::unexpected<rr::error>(response.error());
  return answer{response->status, copy_of(response->headers), copy_of(response->trailers)};
}

/// The answer, which both codecs must agree on.
answer decode_both(std::int64_t status, const written_headers& headers) {
  const auto proto = decode(payload_codec::proto, proto_context(status, headers));
  const auto json = decode(payload_codec::json, json_context(status, headers));
  REQUIRE(proto.has_value());
  REQUIRE(json.has_value());
  CHECK(*proto == *json);
  return *proto;
}

std::string error_of(payload_codec codec, std::string_view context) {
  const auto out = decode(codec, context);
  INFO("context: " << context.substr(0, 100));
  REQUIRE_FALSE(out.has_value());
  CHECK(out.error().kind == rr::error_kind::decode);
  return out.error().text;
}

std::string codec_error(frame_flags flags, payload_codec sent, std::string_view context = "x") {
  const auto out = response_decoder{}.decode(flags, sent, context);
  return out ? "NONE" : out.error().text;
}

} // namespace

TEST_CASE("an answer is decoded as the reference's bytes say", "[http][response_codec]") {
  const auto out = decode(payload_codec::proto, "\x08\xc9\x01\x12\x08\x0a\x01X\x12\x03\x0a\x01"
                                                "1");

  REQUIRE(out.has_value());
  CHECK(*out == answer{201, {{"X", "1"}}, {}});
}

TEST_CASE("headers are sorted by their canonical names, values keep their order (case 55)",
          "[http][response_codec]") {
  CHECK(decode_both(201, {{"x-b", {"3"}}, {"X-A", {"1", "2"}}, {"content-type", {"t"}}}) ==
        answer{201, {{"Content-Type", "t"}, {"X-A", "1"}, {"X-A", "2"}, {"X-B", "3"}}, {}});
}

TEST_CASE("names that are no tokens and headers without values are left out", "[http][response_codec]") {
  CHECK(decode_both(
            200, {{"a b", {"1"}}, {"", {"2"}}, {"X:", {"3"}}, {"X\r\nY", {"4"}}, {"E", {}}, {"Ok", {"5"}}}) ==
        answer{200, {{"Ok", "5"}}, {}});
}

TEST_CASE("different spellings of a name are all kept", "[http][response_codec]") {
  CHECK(decode_both(200, {{"x-a", {"1"}}, {"X-A", {"2"}}}).headers == pairs{{"X-A", "2"}, {"X-A", "1"}});
}

TEST_CASE("of a repeated key the last one counts", "[http][response_codec]") {
  const auto proto =
      decode(payload_codec::proto, proto_context(200, {{"X", {"1"}}, {"A", {"0"}}, {"X", {"2"}}}));
  CHECK(proto->headers == pairs{{"A", "0"}, {"X", "2"}});
  const auto json = decode(payload_codec::json, R"({"headers":{"X":["1"],"X":["2"]},"status":200})");
  CHECK(json->headers == pairs{{"X", "2"}});
}

TEST_CASE("trailers are what the header Trailer names (cases 15 and 58)", "[http][response_codec]") {
  CHECK(decode_both(200, {{"Trailer", {"X-Checksum"}}, {"X-Checksum", {"abc"}}, {"A", {"1"}}}) ==
        answer{200, {{"A", "1"}}, {{"X-Checksum", "abc"}}});
  CHECK(decode_both(200,
                    {{"Trailer", {" A,\tB ", "C,,Nope"}}, {"A", {"1", "2"}}, {"B", {"3"}}, {"C", {"4"}}}) ==
        answer{200, {}, {{"A", "1"}, {"A", "2"}, {"B", "3"}, {"C", "4"}}});

  SECTION("only in the same spelling") {
    CHECK(decode_both(200, {{"Trailer", {"x-a"}}, {"X-A", {"1"}}}) == answer{200, {{"X-A", "1"}}, {}});
  }
  SECTION("but never what frames the message") {
    CHECK(decode_both(200, {{"Trailer", {"Content-Length, Transfer-Encoding, Trailer"}},
                            {"Content-Length", {"1"}}}) == answer{200, {{"Content-Length", "1"}}, {}});
  }
  SECTION("and many names are bounded") {
    std::string list;
    for (int i = 0; i < 10'000; ++i)
      list += "N" + std::to_string(i) + ",";
    CHECK(decode_both(200, {{"Trailer", {list + "X"}}, {"X", {"1"}}, {"N1", {"2"}}}) ==
          answer{200, {{"X", "1"}}, {{"N1", "2"}}});
  }
}

TEST_CASE("a lower-case trailer key sends the line, the header and the trailer", "[http][response_codec]") {
  CHECK(decode_both(200, {{"trailer", {"x-a"}}, {"X-A", {"1"}}}) ==
        answer{200, {{"Trailer", "x-a"}, {"X-A", "1"}}, {{"X-A", "1"}}});
}

TEST_CASE("any status is told, some may go to the client (case 57)", "[http][response_codec]") {
  CHECK(decode_both(610, {}).status == 610);
  CHECK(decode_both(-1, {}).status == -1);
  CHECK(decode(payload_codec::proto, proto_context(0, {{"A", {"1"}}}))->status == 0);
  CHECK(decode(payload_codec::json, R"({"headers":{}})")->status == 0);

  CHECK(is_status(100));
  CHECK(is_status(599));
  for (const std::int64_t status : {-1, 0, 42, 99, 600, 1000})
    CHECK_FALSE(is_status(status));
  CHECK(unknown_status_text(610) == "unknown status code from worker: 610\n");
}

TEST_CASE("an informational answer is told from a final one", "[http][response_codec]") {
  const auto informational = [](std::int64_t status) {
    response_decoder decoder;
    const auto context = proto_context(status, {});
    return decoder.decode(frame_flags::proto, payload_codec::proto, context)->is_informational();
  };
  CHECK(informational(100));
  CHECK(informational(103));
  CHECK_FALSE(informational(200));
  CHECK_FALSE(informational(99));
}

TEST_CASE("an empty context is no head", "[http][response_codec]") {
  const auto out = response_decoder{}.decode(frame_flags::proto, payload_codec::proto, "");
  REQUIRE(out.has_value());
  CHECK_FALSE(out->has_head);
  CHECK(out->status == 200);
}

TEST_CASE("an answer must come in the codec of its request (case 54)", "[http][response_codec]") {
  CHECK(codec_error(frame_flags::json, payload_codec::proto) == "JSON codec is not supported");
  CHECK(codec_error(frame_flags{99}, payload_codec::proto) == "unknown payload type: 99");
  CHECK(codec_error(frame_flags::none, payload_codec::proto) == "unknown payload type: 0");
  CHECK(codec_error(frame_flags::raw, payload_codec::proto, "") == "unknown payload type: 4");
  CHECK(codec_error(frame_flags::proto | frame_flags::json, payload_codec::proto) ==
        "unknown payload type: 136");
  CHECK(codec_error(frame_flags::raw, payload_codec::json) == "unknown payload type: 4");

  SECTION("except for the empty frame that ends a stopped stream") {
    CHECK(codec_error(frame_flags::none, payload_codec::proto, "") == "NONE");
    CHECK(codec_error(frame_flags::none, payload_codec::json, "") == "NONE");
  }
}

TEST_CASE("a worker asked in JSON may answer in protobuf", "[http][response_codec]") {
  response_decoder decoder;
  auto out = decoder.decode(frame_flags::proto, payload_codec::json, "\x08\xc9\x01");
  REQUIRE(out);
  CHECK(out->status == 201);
}

TEST_CASE("unknown fields of protobuf are skipped", "[http][response_codec]") {
  const std::string unknown = "\x18\x01" // 3: varint
                              "\x21"
                              "12345678" // 4: fixed64
                              "\x2a\x02"
                              "ab"                       // 5: bytes
                              "\x33\x18\x01\x3b\x3c\x34" // 6: a group with a group inside
                              "\x45"
                              "1234" // 8: fixed32
                              "\x09"
                              "12345678"   // 1, but of another type
                              "\x10\x05"s; // 2, but of another type
  const auto out = decode(payload_codec::proto, unknown + proto_context(201, {{"A", {"1"}}}) + unknown);

  REQUIRE(out.has_value());
  CHECK(*out == answer{201, {{"A", "1"}}, {}});
}

TEST_CASE("malformed protobuf is an error", "[http][response_codec]") {
  for (const auto& context :
       {"\x08"s, "\x08\xff"s, "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"s, "\x12\x05\x0a"s,
        "\x12\xff\xff\xff\xff\x0f"s, "\x00\x01"s, "\x07\x01"s, "\x0c"s, "\x0b"s, "\x0b\x14"s,
        "\x21"s
        "123"s,
        "\x45"s
        "123"s,
        "\x12\x03\x0a\x02X"s, "\x12\x04\x0a\x02\xff\xfe"s, "\x12\x04\x12\x02\x0a\x05"s, "x"s,
        std::string(100, '\x0b'), "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x01"s}) {
    CHECK(error_of(payload_codec::proto, context) == "malformed protobuf context");
  }
}

TEST_CASE("every cut of an answer is an error or another answer, never worse", "[http][response_codec]") {
  const auto proto = proto_context(201, {{"x-a", {"1", "2"}}, {"Trailer", {"B"}}, {"B", {"3"}}});
  const auto json = json_context(201, {{"x-\u00e9\n", {"1", "2"}}, {"Trailer", {"B"}}, {"B", {"\u20ac"}}});
  for (std::size_t size = 1; size < proto.size(); ++size)
    CHECK_NOTHROW(decode(payload_codec::proto, std::string_view{proto}.substr(0, size)));
  for (std::size_t size = 1; size < json.size(); ++size)
    CHECK_FALSE(decode(payload_codec::json, std::string_view{json}.substr(0, size)).has_value());
}

TEST_CASE("the JSON shapes that PHP writes are understood", "[http][response_codec]") {
  const auto headers = [](std::string_view context) {
    return decode(payload_codec::json, context).value().headers;
  };
  CHECK(headers(R"({"status":200,"headers":[]})").empty());
  CHECK(headers(R"({"status":200,"headers":{}})").empty());
  CHECK(headers(R"({"status":200,"headers":null})").empty());
  CHECK(headers(R"({"status":200})").empty());
  CHECK(headers(R"({"status":200,"headers":{"A":"1","B":[],"C":[2,"3"],"D":-4.5e1}})") ==
        pairs{{"A", "1"}, {"C", "2"}, {"C", "3"}, {"D", "-4.5e1"}});
  CHECK(headers(" {\n\t\"x\" : {\"y\":[1,true,false,null,\"z\",{}]} , \"headers\" : { \"A\" : [ \"1\" , "
                "\"2\" ] } } ") == pairs{{"A", "1"}, {"A", "2"}});
}

TEST_CASE("JSON texts are unescaped", "[http][response_codec]") {
  const auto out =
      decode(payload_codec::json,
             R"({"status":200,"headers":{"X-\u0041":["\"\\\/\b\f\n\r\t","\u00e9\u20AC\ud83d\ude00"]}})");
  REQUIRE(out.has_value());
  CHECK(out->headers == pairs{{"X-A", "\"\\/\b\f\n\r\t"}, {"X-A", "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"}});
}

TEST_CASE("malformed JSON is an error, as nlohmann has it", "[http][response_codec]") {
  for (const auto& context : std::vector<std::string>{"{",
                                                      "}",
                                                      "[]",
                                                      "null",
                                                      "200",
                                                      "\"\"",
                                                      "{}x",
                                                      "{} {}",
                                                      "{,}",
                                                      R"({"a"})",
                                                      R"({"a":})",
                                                      R"({"a":1,})",
                                                      R"({a:1})",
                                                      R"({"a":01})",
                                                      R"({"a":1.})",
                                                      R"({"a":.5})",
                                                      R"({"a":-})",
                                                      R"({"a":1e})",
                                                      R"({"a":+1})",
                                                      R"({"a":tru})",
                                                      R"({"a":nul})",
                                                      R"({"a":"\x"})",
                                                      R"({"a":"\u12"})",
                                                      R"({"a":"\u12g4"})",
                                                      R"({"a":"\ud800"})",
                                                      R"({"a":"\ud800\u0041"})",
                                                      R"({"a":"\udc00"})",
                                                      R"({"a":"\ud800\n"})",
                                                      "{\"a\":\"\n\"}",
                                                      "{\"a\":\"\xff\"}",
                                                      "{\"a\\\":1}",
                                                      "{\"a\":\"\\n\xff\"}",
                                                      R"({"a":[1,]})",
                                                      R"({"a":[1 2]})",
                                                      R"({"a":[)",
                                                      "\xEF\xBB\xBF"}) {
    INFO(context);
    CHECK(error_of(payload_codec::json, context) == "malformed JSON context");
    if (context != "[]" && context != "null" && context != "200" && context != "\"\"")
      CHECK_FALSE(nlohmann::json::accept(context));
  }
}

TEST_CASE("a zero byte behind a JSON context is garbage too", "[http][response_codec]") {
  CHECK(error_of(payload_codec::json, "{\"a\":1}\0"s) == "malformed JSON context");
}

TEST_CASE("JSON of another shape is an error", "[http][response_codec]") {
  for (const std::string context :
       {R"({"status":"200"})", R"({"status":200.5})", R"({"status":2e2})", R"({"status":null})",
        R"({"status":99999999999999999999})", R"({"headers":1})", R"({"headers":"A"})",
        R"({"headers":["A"]})", R"({"headers":{"A":null}})", R"({"headers":{"A":{"B":1}}})",
        R"({"headers":{"A":[["1"]]}})", R"({"headers":{"A":[true]}})"}) {
    INFO(context);
    REQUIRE(nlohmann::json::accept(context));
    CHECK(error_of(payload_codec::json, context) == "malformed JSON context");
  }
}

TEST_CASE("deep nesting ends with an error, not with the stack", "[http][response_codec]") {
  const std::string open(1'000'000, '[');
  CHECK(error_of(payload_codec::json, R"({"a":)" + open) == "malformed JSON context");
  std::string objects;
  for (int i = 0; i < 100'000; ++i)
    objects += R"({"a":)";
  CHECK(error_of(payload_codec::json, objects) == "malformed JSON context");
  CHECK(decode(payload_codec::json, R"({"a":)" + std::string(60, '[') + std::string(60, ']') + "}")
            .has_value());
}

TEST_CASE("an answer with too many headers is refused", "[http][response_codec]") {
  written_headers many;
  for (std::size_t i = 0; i < response_values_max / 2; ++i)
    many.push_back({"N" + std::to_string(i), {"v"}});
  CHECK(decode_both(200, many).headers.size() == response_values_max / 2);

  many.push_back({"X", std::vector<std::string>(response_values_max, "v")});
  CHECK(error_of(payload_codec::proto, proto_context(200, many)) == "too many headers");
  CHECK(error_of(payload_codec::json, json_context(200, many)) == "too many headers");

  const written_headers empty(response_values_max + 1, {"E", {}});
  CHECK(error_of(payload_codec::proto, proto_context(200, empty)) == "too many headers");
}

TEST_CASE("random answers are read as libprotobuf and nlohmann wrote them", "[http][response_codec]") {
  unsigned seed = 7;
  const auto random = [&seed](unsigned below) {
    return (seed = seed * 1664525 + 1013904223) / 65536 % below;
  };
  for (int round = 0; round < 300; ++round) {
    written_headers headers;
    pairs expected;
    for (unsigned n = random(12), i = 0; i < n; ++i) {
      std::vector<std::string> values;
      for (unsigned m = 1 + random(3), j = 0; j < m; ++j)
        values.push_back(std::string(random(300), static_cast<char>(' ' + random(90))) + "\u00e9\"\\\n");
      const auto name = "X-" + std::string(1, static_cast<char>('a' + i)) + std::string(random(5), 'Z');
      headers.emplace_back(name, values);
      for (const auto& value : values)
        expected.emplace_back(name, value);
    }
    const auto status = 100 + random(500);
    auto out = decode_both(status, headers);
    CHECK(out.status == status);
    REQUIRE(out.headers.size() == expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      CHECK(same_name(out.headers[i].first, expected[i].first));
      CHECK(out.headers[i].second == expected[i].second);
    }
  }
}

TEST_CASE("a decoder can be used again", "[http][response_codec]") {
  response_decoder decoder;
  const auto first = proto_context(200, {{"x-a", {"1"}}, {"Trailer", {"x-a"}}});
  REQUIRE(decoder.decode(frame_flags::proto, payload_codec::proto, first)->trailers.size() == 1);
  REQUIRE_FALSE(decoder.decode(frame_flags::proto, payload_codec::proto, "x").has_value());

  const auto second = proto_context(0, {{"B", {"2"}}});
  const auto out = decoder.decode(frame_flags::proto, payload_codec::proto, second);

  REQUIRE(out.has_value());
  CHECK(out->status == 0);
  CHECK(copy_of(out->headers) == pairs{{"B", "2"}});
  CHECK(out->trailers.empty());
}
