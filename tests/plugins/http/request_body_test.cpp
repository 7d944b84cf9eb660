#include "plugins/http/request_parser.hpp"

#include "tests/plugins/http/parser_driver.hpp"

#include <catch2/catch.hpp>

using namespace rr::http;

namespace {

const std::string host = "Host: a\r\n";

parsed_request only_request(std::string_view stream) {
  const auto out = parse_whole(stream);
  INFO("stream: " << stream);
  REQUIRE_FALSE(out.error);
  REQUIRE(out.requests.size() == 1);
  REQUIRE(out.requests[0].complete);
  CHECK(out.rest.empty());
  return out.requests[0];
}

parse_error error_of(std::string_view stream, parser_limits limits = {}) {
  const auto out = parse_whole(stream, limits);
  INFO("stream: " << stream.substr(0, 200));
  REQUIRE(out.error);
  return *out.error;
}

std::string value_of(const parsed_request& request, std::string_view name) {
  std::string all;
  for (const auto& [key, value] : request.fields)
    if (key == name)
      all += (all.empty() ? "" : "|") + value;
  return all;
}

bool has(const parsed_request& request, std::string_view name) {
  return std::any_of(request.fields.begin(), request.fields.end(),
                     [&](const auto& f) { return f.first == name; });
}

} // namespace

TEST_CASE("Content-Length is checked digit by digit", "[http][request_parser][body]") {
  const auto with = [](const std::string& lines) {
    return parse_whole("POST / HTTP/1.1\r\nHost: a\r\n" + lines + "\r\nhello");
  };
  for (const std::string bad :
       {"+5", "-5", "", "5 5", "5,5", "5, 5", "0x5", "5a", "1e1", "99999999999999999999999"}) {
    INFO(bad);
    CHECK(with("Content-Length: " + bad + "\r\n").error == parse_error{400, ""});
  }
  CHECK(with("Content-Length: 5\r\nContent-Length: 6\r\n").error == parse_error{400, ""});
  CHECK(with("Content-Length: 5\r\nContent-Length: 05\r\n").error == parse_error{400, ""});
  CHECK(with("Content-Length: 5\r\nContent-Length:\r\n").error == parse_error{400, ""});

  const auto twice = with("Content-Length: 5\r\nX: 1\r\nContent-Length: 5\r\n");
  REQUIRE(twice.requests.size() == 1);
  CHECK(twice.requests[0].body == "hello");
  CHECK(value_of(twice.requests[0], "Content-Length") == "5");
}

TEST_CASE("a Content-Length of zero is no body", "[http][request_parser][body]") {
  const auto request = only_request("POST / HTTP/1.1\r\n" + host + "Content-Length: 0\r\n\r\n");
  CHECK(request.content_length == 0u);
  CHECK(request.body.empty());
}

TEST_CASE(
    "chunking overrules a Content-Length, which is removed, and the connection is not used again (case 114)",
    "[http][request_parser][body]") {
  const std::string chunks = "3\r\nabc\r\n0\r\n\r\n";
  for (const std::string lines : {"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
                                  "Transfer-Encoding: chunked\r\nX: 1\r\ncontent-length: 5\r\n",
                                  "Content-Length: nonsense\r\nTransfer-Encoding: chunked\r\n"}) {
    const auto request = only_request("POST / HTTP/1.1\r\n" + host + lines + "\r\n" + chunks);
    CHECK(request.body == "abc");
    CHECK(request.chunked);
    CHECK_FALSE(request.content_length);
    CHECK_FALSE(has(request, "Content-Length"));
    CHECK_FALSE(request.keep_alive);
  }
  CHECK(error_of("POST / HTTP/1.1\r\n" + host +
                 "Content-Length: 5\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks)
            .status == 400);
}

TEST_CASE("a Transfer-Encoding that is not just chunked is 501 (case 114)", "[http][request_parser][body]") {
  for (const std::string lines :
       {"Transfer-Encoding: gzip, chunked\r\n", "Transfer-Encoding: chunked, chunked\r\n",
        "Transfer-Encoding: identity\r\n", "Transfer-Encoding:\r\n", "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding: \"chunked\"\r\n", "Transfer-Encoding: chunked;q=1\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-encoding: identity\r\n"}) {
    INFO(lines);
    CHECK(error_of("POST / HTTP/1.1\r\n" + host + lines + "\r\n") ==
          parse_error{501, "Unsupported transfer encoding"});
  }
  CHECK(only_request("POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: Chunked\r\n\r\n0\r\n\r\n").chunked);
}

TEST_CASE("HTTP/1.0 knows no Transfer-Encoding and cannot be trusted with one",
          "[http][request_parser][body]") {
  const auto request = only_request(
      "POST / HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: gzip\r\nContent-Length: 2\r\n\r\nhi");

  CHECK(request.body == "hi");
  CHECK_FALSE(request.chunked);
  CHECK_FALSE(request.keep_alive);
}

TEST_CASE("a body of the limit passes, one byte more is 413", "[http][request_parser][body]") {
  const parser_limits limits{.body_bytes_max = 5};
  const std::string head = "POST / HTTP/1.1\r\n" + host;

  CHECK(parse_whole(head + "Content-Length: 5\r\n\r\nhello", limits).requests.at(0).complete);
  CHECK(parse_whole(head + "Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n", limits)
            .requests.at(0)
            .complete);

  SECTION("an announced length is refused before a byte is read") {
    const auto out = parse_whole(head + "Content-Length: 6\r\n\r\n", limits);
    CHECK(out.requests.size() == 1);
    CHECK(out.error == parse_error{413, ""});
  }
  SECTION("a chunk is refused when it is announced") {
    const auto out = parse_whole(head + "Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n4\r\n", limits);
    CHECK(out.requests.at(0).body == "he");
    CHECK(out.error == parse_error{413, ""});
  }
  SECTION("a chunk size near the largest number does not wrap around") {
    CHECK(error_of(head + "Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\nfffffffffffffffe\r\n").status == 413);
    CHECK(error_of(head + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n").status == 400);
  }
}

TEST_CASE("the limit can be changed for a body that is thrown away", "[http][request_parser][body]") {
  request_parser parser{{.body_bytes_max = 2}};
  const std::string head = "POST / HTTP/1.1\r\n" + host + "Content-Length: 6\r\n\r\n";
  REQUIRE(parser.parse(head).event == parse_event::head_complete);

  parser.limit_body(6);
  CHECK(parser.parse("abc").body == "abc");
  CHECK(parser.parse("def").body == "def");
  CHECK(parser.parse("").event == parse_event::message_complete);

  SECTION("and is back for the next request") {
    parser.reset();
    REQUIRE(parser.parse(head).event == parse_event::head_complete);
    CHECK(parser.parse("abc").event == parse_event::error);
  }
}

TEST_CASE("the limit of what is left may be below what is announced", "[http][request_parser][body]") {
  request_parser parser;
  REQUIRE(parser.parse("POST / HTTP/1.1\r\n" + host + "Content-Length: 100\r\n\r\n").event ==
          parse_event::head_complete);
  REQUIRE(parser.parse("abc").event == parse_event::body);

  parser.limit_body(10);

  CHECK(parser.parse("def").event == parse_event::error);
  CHECK(parser.error().status == 413);
}

TEST_CASE("bad chunk framing is refused (case 114)", "[http][request_parser][body]") {
  const std::string head = "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n";
  for (const std::string body :
       {"3\nabc\r\n0\r\n\r\n", "zz\r\nabc\r\n0\r\n\r\n", "3\r\nabcd\r\n0\r\n\r\n", "3\r\nab\r\n0\r\n\r\n ",
        "\r\n\r\n\r\n", "-3\r\nabc\r\n", "+3\r\nabc\r\n", "0x3\r\nabc\r\n0\r\n\r\n", "3 3\r\nabc\r\n",
        "3;\r\nabc\r\n0\r\n\r\n", "3;a=\"\nb\"\r\nabc\r\n0\r\n\r\n", "3;a=\"\r\nb\"\r\nabc\r\n0\r\n\r\n",
        "3;a\nb\r\nabc\r\n", "3\r\nabc\n0\r\n\r\n", "3\r\nabc0\r\n\r\n", "0\r\nX\r\n\r\n",
        "0\r\nX : 1\r\n\r\n", "0\r\n\nX: 1\r\n\r\n", "3\rabc\r\n0\r\n\r\n"}) {
    INFO(body);
    const auto out = parse_whole(head + body);
    CHECK(out.error == parse_error{400, "malformed chunked encoding"});
    CHECK((out.requests.empty() || !out.requests[0].complete));
  }
}

TEST_CASE("a bare LF in chunk framing is refused before a right line end comes",
          "[http][request_parser][body]") {
  const std::string head = "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n";
  for (const std::string body :
       {"3\nabc", "3;x\nabc", "0\nX: 1", "0\r\nX: 1\nY: 2", "3\r\nabc\r\n0\r\nX: 1\n"}) {
    INFO(body);
    CHECK(error_of(head + body) == parse_error{400, "malformed chunked encoding"});
  }
}

TEST_CASE("trailers are consumed and forgotten", "[http][request_parser][body]") {
  const auto out = parse_whole("POST / HTTP/1.1\r\n" + host +
                               "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX: 1\r\nY: 2\r\n\r\n"
                               "GET /next HTTP/1.1\r\n" +
                               host + "\r\n");

  REQUIRE(out.requests.size() == 2);
  CHECK_FALSE(has(out.requests[0], "X"));
  CHECK(out.requests[1].target == "/next");
}

TEST_CASE("a trailer cannot frame the message again", "[http][request_parser][body]") {
  const std::string head = "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n0\r\n";
  CHECK(error_of(head + "Content-Length: 5\r\n\r\n").status == 400);
  CHECK(error_of(head + "Transfer-Encoding: chunked\r\n\r\n").status == 400);
}

TEST_CASE("a last chunk may arrive in any pieces", "[http][request_parser][body]") {
  // Three or four bytes of `0 CR LF CR LF`, presented again: an assertion of the library counts on five.
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const std::string body : {"0\r\n\r\n", "1\r\nx\r\n0\r\n\r\n", "0;e\r\n\r\n", "0\r\nT: 1\r\n\r\n"})
    for (std::size_t piece = 1; piece < 8; ++piece) {
      INFO(body << " in pieces of " << piece);
      CHECK(parse_stream(head + body, piece).requests.at(0).complete);
    }
}

TEST_CASE("chunk lines, extensions and trailers are bounded", "[http][request_parser][body]") {
  const std::string head = "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n";
  CHECK(error_of(head + "3;" + std::string(20'000, 'x')).status == 400);
  CHECK(error_of(head + "3;" + std::string(20'000, 'x') + "\r\nabc\r\n0\r\n\r\n").status == 400);
  CHECK(error_of(head + std::string(20'000, '0') + "3\r\nabc\r\n0\r\n\r\n").status == 400);
  CHECK(error_of(head + "0\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n").status == 400);

  SECTION("also when each extension is small but they never end") {
    std::string body;
    for (int i = 0; i < 1000; ++i)
      body += "1;" + std::string(100, 'x') + "\r\na\r\n";
    CHECK(error_of(head + body + "0\r\n\r\n").status == 400);
  }
  SECTION("while a byte per chunk is fine") {
    std::string body;
    for (int i = 0; i < 50'000; ++i)
      body += "1;x\r\na\r\n";
    CHECK(parse_whole(head + body + "0\r\n\r\n").requests.at(0).complete);
  }
}
