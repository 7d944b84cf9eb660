// From a client's bytes to a worker's context, and from a worker's answer to a client's bytes.

#include "plugins/http/request_codec.hpp"
#include "plugins/http/request_parser.hpp"
#include "plugins/http/response_codec.hpp"
#include "plugins/http/response_framing.hpp"
#include "plugins/http/worker_address.hpp"

#include "http/v1/http.pb.h"

#include <catch2/catch.hpp>
#include <string>

using namespace rr::http;

namespace {

/// The pure parts of one connection, put together as a connection does.
class pure_connection {
public:
  /// Reads one request and gives the context for its worker.
  ::http::v1::Request request(std::string_view bytes) {
    parser_.reset();
    REQUIRE(parser_.parse(bytes).event == parse_event::head_complete);
    const auto& head = parser_.head();
    uri_.clear();
    query_.clear();
    context_.clear();
    append_uri(uri_, head.parts, {false, head.host, "127.0.0.1:8080"});
    append_query(query_, head.parts.query);
    const auto address = worker_address("127.0.0.1:54321").value();
    encoder_.encode_proto({address, head.protocol, head.method, uri_, query_, head.fields, false, {}, {}},
                          context_);
    ::http::v1::Request out;
    REQUIRE(out.ParseFromString(context_));
    return out;
  }

  /// Answers the request that was read last.
  std::string answer(const ::http::v1::Response& response, std::string_view body) {
    const auto context = response.SerializeAsString();
    const auto decoded = decoder_.decode(rr::frame_flags::proto, rr::payload_codec::proto, context);
    REQUIRE(decoded.has_value());
    const auto& head = parser_.head();
    framing_.reset({head.version_minor, head.method == "HEAD", head.keep_alive, "D"});
    std::string out;
    const auto pieces = framing_.begin(
        out, {static_cast<int>(decoded->status), decoded->headers, decoded->trailers}, body, false);
    return out.append(pieces.body).append(pieces.tail);
  }

  const char* storage() const { return parser_.head().method.data(); }
  std::size_t context_capacity() const { return context_.capacity(); }

private:
  request_parser parser_;
  request_encoder encoder_;
  response_decoder decoder_;
  response_framing framing_;
  std::string uri_;
  std::string query_;
  std::string context_;
};

::http::v1::Response answer_of(int status, const std::string& name, const std::string& value) {
  ::http::v1::Response out;
  out.set_status(status);
  (*out.mutable_headers())[name].add_value(value);
  return out;
}

} // namespace

TEST_CASE("a worker is told what the client asked (case 1)", "[http][exchange]") {
  pure_connection connection;
  const auto request =
      connection.request("GET /?hello=world HTTP/1.1\r\nHost: example.com\r\ninput: sample\r\n\r\n");

  CHECK(request.method() == "GET");
  CHECK(request.uri() == "http://example.com/?hello=world");
  CHECK(request.raw_query() == "hello=world");
  CHECK(request.remote_addr() == "127.0.0.1");
  CHECK(request.protocol() == "HTTP/1.1");
  CHECK(request.header().size() == 1);
  CHECK(request.header().at("Input").value(0) == "sample");
}

TEST_CASE("a client gets what the worker answered (case 2)", "[http][exchange]") {
  pure_connection connection;
  connection.request("GET / HTTP/1.1\r\nHost: a\r\n\r\n");

  CHECK(connection.answer(answer_of(200, "header", "world"), "SAMPLE") ==
        "HTTP/1.1 200 OK\r\nHeader: world\r\nDate: D\r\nContent-Length: 6\r\nContent-Type: text/plain; "
        "charset=utf-8\r\n"
        "\r\nSAMPLE");
}

TEST_CASE("HTTP/1.0 without a host gets a whole uri and an answer of its version", "[http][exchange]") {
  pure_connection connection;

  CHECK(connection.request("GET /x HTTP/1.0\r\n\r\n").uri() == "http://127.0.0.1:8080/x");
  CHECK(connection.answer(answer_of(404, "Content-Type", "t"), "no") ==
        "HTTP/1.0 404 Not Found\r\nContent-Type: t\r\nDate: D\r\nContent-Length: 2\r\n\r\nno");
}

TEST_CASE("a query of bytes that are no text is served (case 120)", "[http][exchange]") {
  pure_connection connection;
  const auto request = connection.request("GET /?q=\xff\xC3\xA9 HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(request.raw_query() == "q=%FF\xC3\xA9");
  CHECK(request.uri() == "http://a/?q=%FF\xC3\xA9");
}

TEST_CASE("a thousand requests of one connection use the memory of the first (case 112)",
          "[http][exchange]") {
  pure_connection connection;
  const std::string bytes =
      "GET /path?q=1 HTTP/1.1\r\nHost: example.com\r\nCookie: a=%20; b=c\r\nX-A: 1\r\nX-A: 2\r\n\r\n";
  const auto first = connection.request(bytes);
  const auto* storage = connection.storage();
  const auto capacity = connection.context_capacity();

  for (int i = 0; i < 1000; ++i) {
    connection.request(bytes);
    connection.answer(answer_of(200, "Content-Type", "t"), "x");
  }

  CHECK(connection.storage() == storage);
  CHECK(connection.context_capacity() == capacity);
  CHECK(first.header().at("X-A").value_size() == 2);
}

TEST_CASE("a large head does not leave its memory behind", "[http][exchange]") {
  pure_connection connection;
  connection.request("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(500'000, 'x') + "\r\n\r\n");
  const auto request = connection.request("GET /small HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(request.uri() == "http://a/small");
  CHECK(request.header().empty());
}
