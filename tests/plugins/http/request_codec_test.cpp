#include "plugins/http/request_codec.hpp"

#include "http/v1/http.pb.h"

#include <catch2/catch.hpp>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

using namespace rr::http;
using namespace std::string_literals;
using nlohmann::json;

namespace {

using lists = std::map<std::string, std::vector<std::string>>;

std::string proto_of(const request_view& request) {
  request_encoder encoder;
  std::string out;
  encoder.encode_proto(request, out);
  return out;
}

::http::v1::Request decoded(const request_view& request) {
  ::http::v1::Request out;
  REQUIRE(out.ParseFromString(proto_of(request)));
  return out;
}

json json_of(const request_view& request) {
  request_encoder encoder;
  std::string out;
  encoder.encode_json(request, out);
  return json::parse(out);
}

template <class Map>
lists lists_of(const Map& map) {
  lists out;
  for (const auto& [name, value] : map)
    out[name] = {value.value().begin(), value.value().end()};
  return out;
}

/// A request with something in every field; `uploads` and the header lists are filled by the test.
request_view plain_request() {
  request_view out;
  out.remote_addr = "127.0.0.1";
  out.protocol = "HTTP/1.1";
  out.method = "GET";
  out.uri = "http://127.0.0.1:8080/?hello=world";
  out.raw_query = "hello=world";
  return out;
}

} // namespace

TEST_CASE("a small request is encoded byte for byte as the reference does", "[http][request_codec]") {
  auto request = plain_request();
  const std::vector<header_field> headers = {{"User-Agent", "curl/8"}};
  request.headers = headers;

  CHECK(proto_of(request) == "\x0a\x09"
                             "127.0.0.1"
                             "\x12\x08"
                             "HTTP/1.1"
                             "\x1a\x03"
                             "GET"
                             "\x22\x22"
                             "http://127.0.0.1:8080/?hello=world"
                             "\x2a\x16\x0a\x0a"
                             "User-Agent"
                             "\x12\x08\x0a\x06"
                             "curl/8"
                             "\x3a\x0b"
                             "hello=world");
}

TEST_CASE("an empty request is an empty message", "[http][request_codec]") { CHECK(proto_of({}).empty()); }

TEST_CASE("libprotobuf reads back what was encoded", "[http][request_codec]") {
  auto request = plain_request();
  const std::vector<header_field> headers = {{"Accept", "a"},
                                             {"X-A", "1"},
                                             {"Cookie", "c=d; e=%20"},
                                             {"X-A", "2"},
                                             {"Host", "h"},
                                             {"Transfer-Encoding", "chunked"},
                                             {"Trailer", "X-Checksum"},
                                             {"X-A", ""},
                                             {"Content-Length", "5"}};
  const std::vector<header_field> attributes = {{"user", "1"}, {"role", "a"}, {"role", "b"}};
  request.headers = headers;
  request.attributes = attributes;
  request.parsed = true;
  request.uploads = R"({"f":{"name":"x"}})";

  const auto out = decoded(request);

  CHECK(out.remote_addr() == "127.0.0.1");
  CHECK(out.protocol() == "HTTP/1.1");
  CHECK(out.method() == "GET");
  CHECK(out.uri() == "http://127.0.0.1:8080/?hello=world");
  CHECK(out.raw_query() == "hello=world");
  CHECK(out.parsed());
  CHECK(out.uploads() == R"({"f":{"name":"x"}})");
  CHECK(lists_of(out.header()) == lists{{"Accept", {"a"}},
                                        {"X-A", {"1", "2", ""}},
                                        {"Cookie", {"c=d; e=%20"}},
                                        {"Content-Length", {"5"}}});
  CHECK(lists_of(out.cookies()) == lists{{"c", {"d"}}, {"e", {" "}}});
  CHECK(lists_of(out.attributes()) == lists{{"user", {"1"}}, {"role", {"a", "b"}}});
}

TEST_CASE("sizes that need longer numbers are written right", "[http][request_codec]") {
  for (const std::size_t size : {0, 1, 119, 120, 125, 126, 127, 128, 129, 16'370, 16'383, 16'384, 100'000}) {
    INFO(size);
    auto request = plain_request();
    const std::string value(size, 'v');
    const std::string cookie = "c=" + value;
    const std::vector<header_field> headers = {{"X", value}, {"X", "y"}, {"Cookie", cookie}};
    const std::vector<header_field> attributes = {{value, value}};
    request.headers = headers;
    request.attributes = attributes;
    request.uri = value;
    request.uploads = value;

    const auto out = decoded(request);

    CHECK(lists_of(out.header())["X"] == std::vector{value, "y"s});
    CHECK(lists_of(out.cookies())["c"] == std::vector{value});
    CHECK(lists_of(out.attributes())[value] == std::vector{value});
    CHECK(out.uri() == value);
    CHECK(out.uploads() == value);
  }
}

TEST_CASE("texts are always UTF-8 and values keep their bytes in protobuf", "[http][request_codec]") {
  const std::string bad = "\xff";
  const std::string shown = "\xEF\xBF\xBD";
  request_view request;
  request.uri = request.raw_query = request.method = request.protocol = request.remote_addr = bad;
  const std::vector<header_field> fields = {{"X\xff", bad}, {"Cookie", "c=%FF"}};
  request.headers = request.attributes = fields;

  const auto out = decoded(request);

  CHECK(out.uri() == shown);
  CHECK(out.raw_query() == shown);
  CHECK(out.method() == shown);
  CHECK(lists_of(out.header()) == lists{{"X" + shown, {bad}}, {"Cookie", {"c=%FF"}}});
  CHECK(lists_of(out.cookies()) == lists{{"c", {bad}}});
  CHECK(lists_of(out.attributes())["X" + shown] == std::vector{bad});
}

TEST_CASE("the JSON context has all its keys, also when they are empty", "[http][request_codec]") {
  request_encoder encoder;
  std::string out;
  encoder.encode_json({}, out);

  CHECK(out ==
        R"({"remoteAddr":"","protocol":"","method":"","uri":"","headers":{},"cookies":{},"rawQuery":"",)"
        R"("parsed":false,"uploads":null,"attributes":null})");
}

TEST_CASE("nlohmann reads back what was encoded", "[http][request_codec]") {
  auto request = plain_request();
  const std::vector<header_field> headers = {
      {"Accept", "a\"b\\"}, {"X-A", "1"},  {"Cookie", "c=d; e=%C3%A9; f=%FF"},
      {"X-A", "2"},         {"Host", "h"}, {"X-Bad", "\xff\x01"}};
  const std::vector<header_field> attributes = {{"user", "1"}, {"role", "a"}, {"role", "b"}};
  request.headers = headers;
  request.attributes = attributes;
  request.parsed = true;
  request.uploads = R"({"f":{"name":"x"}})";

  CHECK(json_of(request) == json{{"remoteAddr", "127.0.0.1"},
                                 {"protocol", "HTTP/1.1"},
                                 {"method", "GET"},
                                 {"uri", "http://127.0.0.1:8080/?hello=world"},
                                 {"headers",
                                  {{"Accept", {"a\"b\\"}},
                                   {"X-A", {"1", "2"}},
                                   {"Cookie", {"c=d; e=%C3%A9; f=%FF"}},
                                   {"X-Bad", {"\xEF\xBF\xBD\x01"}}}},
                                 {"cookies", {{"c", "d"}, {"e", "\xC3\xA9"}, {"f", "\xEF\xBF\xBD"}}},
                                 {"rawQuery", "hello=world"},
                                 {"parsed", true},
                                 {"uploads", {{"f", {{"name", "x"}}}}},
                                 {"attributes", {{"user", "1"}, {"role", {"a", "b"}}}}});
}

TEST_CASE("an encoder appends and can be used again", "[http][request_codec]") {
  request_encoder encoder;
  auto request = plain_request();
  std::vector<header_field> headers = {{"A", "1"}, {"Cookie", "a=1"}};
  const std::vector<header_field> attributes = {{"x", "y"}};
  request.headers = headers;
  request.attributes = attributes;
  std::string out = "before";
  encoder.encode_proto(request, out);
  CHECK(out.substr(0, 6) == "before");

  headers = {{"B", "2"}, {"B", "3"}};
  request.headers = headers;
  request.attributes = {};
  out.clear();
  encoder.encode_proto(request, out);

  ::http::v1::Request read;
  REQUIRE(read.ParseFromString(out));
  CHECK(lists_of(read.header()) == lists{{"B", {"2", "3"}}});
  CHECK(read.cookies().empty());
  CHECK(read.attributes().empty());
}

TEST_CASE("a head of very many fields is encoded in good time", "[http][request_codec]") {
  std::vector<std::string> names;
  for (int i = 0; i < 200'000; ++i)
    names.push_back("N" + std::to_string(i % 100'000));
  std::vector<header_field> headers;
  for (const auto& name : names)
    headers.push_back({name, "v"});
  request_view request;
  request.headers = headers;

  CHECK(decoded(request).header().size() == 100'000);
  CHECK(json_of(request)["headers"].size() == 100'000);
}
