// Every combination of what decides a framing, read back by a client of another make.

#include "plugins/http/response_framing.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <catch2/catch.hpp>
#include <optional>
#include <string>
#include <vector>

using namespace rr::http;
namespace beast = boost::beast;

namespace {

struct combination {
  int status = 200;
  unsigned version_minor = 1;
  bool is_head = false;
  bool keep_alive = true;
  std::vector<std::string> frames;
  std::optional<std::string> told_length;
  bool told_chunked = false;
  bool has_trailers = false;
};

struct sent_answer {
  std::string bytes;
  bool must_close = false;
};

sent_answer send(const combination& c) {
  std::vector<header_field> headers = {{"Content-Type", "t"}};
  if (c.told_length)
    headers.insert(headers.begin(), {"Content-Length", *c.told_length});
  if (c.told_chunked)
    headers.push_back({"Transfer-Encoding", "chunked"});
  std::vector<header_field> trailers;
  if (c.has_trailers)
    trailers.push_back({"X-Checksum", "abc"});

  response_framing framing;
  framing.reset({c.version_minor, c.is_head, c.keep_alive, "D"});
  sent_answer out;
  for (std::size_t i = 0; i < c.frames.size(); ++i) {
    const bool more = i + 1 < c.frames.size();
    std::string before;
    const auto pieces = i == 0 ? framing.begin(before, {c.status, headers, trailers}, c.frames[i], more)
                               : framing.chunk(before, c.frames[i], more, trailers);
    out.bytes += before;
    out.bytes += pieces.body;
    out.bytes += pieces.tail;
  }
  REQUIRE(framing.is_complete());
  out.must_close = framing.must_close();
  return out;
}

std::string body_of(const combination& c) {
  std::string out;
  if (c.is_head || c.status == 204 || c.status == 304)
    return out;
  for (const auto& frame : c.frames)
    out += frame;
  return out;
}

/// Reads the answer as a client does that has sent this request; another answer follows unless the server
/// closes.
void check_client(const combination& c) {
  const auto sent = send(c);
  INFO(sent.bytes);
  const std::string next = sent.must_close ? "" : "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
  const auto stream = sent.bytes + next;

  beast::http::response_parser<beast::http::string_body> client;
  client.skip(c.is_head);
  client.eager(true);
  beast::error_code ec;
  const auto used = client.put(boost::asio::buffer(stream), ec);
  REQUIRE_FALSE(ec);
  if (!client.is_done() && sent.must_close)
    client.put_eof(ec);
  REQUIRE_FALSE(ec);
  REQUIRE(client.is_done());

  CHECK(used == sent.bytes.size());
  CHECK(client.get().body() == body_of(c));
  CHECK(client.get().result_int() == static_cast<unsigned>(c.status));
  CHECK((client.get().keep_alive() || sent.must_close));
  if (client.get().chunked() && c.has_trailers)
    CHECK(client.get()["X-Checksum"] == "abc");
}

} // namespace

TEST_CASE("a client reads every answer to its end and no further", "[http][response_framing]") {
  combination c;
  c.status = GENERATE(200, 204, 304, 404, 500);
  c.version_minor = GENERATE(0u, 1u);
  c.is_head = GENERATE(false, true);
  c.keep_alive = GENERATE(false, true);
  c.frames = GENERATE(std::vector<std::string>{""}, std::vector<std::string>{"hello"},
                      std::vector<std::string>{"", ""}, std::vector<std::string>{"he", "", "llo", ""},
                      std::vector<std::string>{"", "hello"},
                      std::vector<std::string>{std::string(70'000, 'x'), "y"});
  c.told_chunked = GENERATE(false, true);
  c.has_trailers = GENERATE(false, true);

  check_client(c);
}

TEST_CASE("a client reads every answer whose length the worker told", "[http][response_framing]") {
  combination c;
  c.status = GENERATE(200, 304, 404);
  c.version_minor = GENERATE(0u, 1u);
  c.is_head = GENERATE(false, true);
  c.keep_alive = GENERATE(false, true);
  c.frames = GENERATE(std::vector<std::string>{"hello"}, std::vector<std::string>{"he", "llo"},
                      std::vector<std::string>{"", "hello", ""});
  c.told_length = GENERATE("5", "05", "x", "-5");
  c.told_chunked = GENERATE(false, true);
  c.has_trailers = GENERATE(false, true);

  check_client(c);
}

TEST_CASE("a client can tell every answer that broke off", "[http][response_framing]") {
  combination c;
  c.frames = {"he", "llo"};
  c.told_length = GENERATE(std::optional<std::string>{}, std::optional<std::string>{"9"});
  response_framing framing;
  framing.reset({});
  std::vector<header_field> headers;
  if (c.told_length)
    headers.push_back({"Content-Length", *c.told_length});
  std::string out;
  const auto pieces = framing.begin(out, {200, headers, {}}, "he", true);
  out += pieces.body;
  out += pieces.tail;
  framing.abort();
  REQUIRE(framing.must_close());

  beast::http::response_parser<beast::http::string_body> client;
  client.eager(true);
  beast::error_code ec;
  client.put(boost::asio::buffer(out), ec);
  ec = {};
  client.put_eof(ec);

  CHECK(ec == beast::http::error::partial_message);
}
