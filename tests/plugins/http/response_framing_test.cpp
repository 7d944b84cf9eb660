#include "plugins/http/response_framing.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

using namespace rr::http;

namespace {

using fields = std::vector<header_field>;

const std::string date = "Date: Tue, 24 Nov 2026 16:00:00 GMT\r\n";

/// An answer under construction: what the client would have received.
class exchange {
public:
  explicit exchange(framing_facts facts = {}) {
    facts.date = "Tue, 24 Nov 2026 16:00:00 GMT";
    framing.reset(facts);
  }

  exchange& begin(int status, const fields& headers, std::string_view body, bool more,
                  const fields& trailers = {}) {
    return add([&](std::string& out) { return framing.begin(out, {status, headers, trailers}, body, more); });
  }
  exchange& chunk(std::string_view body, bool more, const fields& trailers = {}) {
    return add([&](std::string& out) { return framing.chunk(out, body, more, trailers); });
  }
  exchange& end() {
    return add([&](std::string& out) { return framing.end(out); });
  }

  std::string sent;
  response_framing framing;

private:
  template <class Step>
  exchange& add(Step step) {
    std::string out;
    const auto pieces = step(out);
    sent += out;
    sent += pieces.body;
    sent += pieces.tail;
    return *this;
  }
};

const framing_facts http_10{.version_minor = 0, .keep_alive = false};
const framing_facts http_10_kept{.version_minor = 0};
const framing_facts head_request{.is_head = true};
const fields text = {{"Content-Type", "t"}};

} // namespace

TEST_CASE("a single frame is sent with its length", "[http][response_framing]") {
  exchange e;
  e.begin(201, text, "WORLD", false);

  CHECK(e.sent == "HTTP/1.1 201 Created\r\nContent-Type: t\r\n" + date + "Content-Length: 5\r\n\r\nWORLD");
  CHECK(e.framing.is_complete());
  CHECK_FALSE(e.framing.must_close());
  CHECK(e.framing.status() == 201);
  CHECK(e.framing.body_bytes() == 5);
  CHECK(e.framing.complaint().empty());
}

TEST_CASE("an empty body has the length 0 and no type", "[http][response_framing]") {
  CHECK(exchange{}.begin(200, {}, "", false).sent ==
        "HTTP/1.1 200 OK\r\n" + date + "Content-Length: 0\r\n\r\n");
}

TEST_CASE("a missing type is sniffed from the body", "[http][response_framing]") {
  CHECK(exchange{}.begin(200, {}, "<html>", false).sent ==
        "HTTP/1.1 200 OK\r\n" + date +
            "Content-Length: 6\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<html>");

  SECTION("not when the body is encoded, or when there is a type, even an empty one") {
    CHECK(exchange{}.begin(200, {{"Content-Encoding", "br"}}, "x", false).sent.find("Content-Type") ==
          std::string::npos);
    CHECK(exchange{}.begin(200, {{"Content-Type", ""}}, "x", false).sent.find("text/plain") ==
          std::string::npos);
  }
  SECTION("not when the worker sent a Transfer-Encoding") {
    CHECK(exchange{}.begin(200, {{"Transfer-Encoding", "chunked"}}, "x", false).sent ==
          "HTTP/1.1 200 OK\r\n" + date + "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n");
  }
  SECTION("an empty Content-Encoding does not count") {
    CHECK(exchange{}.begin(200, {{"Content-Encoding", ""}}, "x", false).sent.find("text/plain") !=
          std::string::npos);
  }
}

TEST_CASE("a stream is chunked, one chunk for each frame", "[http][response_framing]") {
  exchange e;
  e.begin(200, text, "ab", true);
  CHECK(e.sent ==
        "HTTP/1.1 200 OK\r\nContent-Type: t\r\n" + date + "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n");
  CHECK_FALSE(e.framing.is_complete());

  e.sent.clear();
  e.chunk(std::string(26, 'x'), true).chunk("", true).chunk("y", false);

  CHECK(e.sent == "1a\r\n" + std::string(26, 'x') + "\r\n1\r\ny\r\n0\r\n\r\n");
  CHECK(e.framing.is_complete());
  CHECK_FALSE(e.framing.must_close());
  CHECK(e.framing.body_bytes() == 29);
}

TEST_CASE("the head of a stream goes out although its first frame is empty", "[http][response_framing]") {
  exchange e;
  e.begin(200, text, "", true);
  CHECK(e.sent == "HTTP/1.1 200 OK\r\nContent-Type: t\r\n" + date + "Transfer-Encoding: chunked\r\n\r\n");
  e.sent.clear();
  CHECK(e.end().sent == "0\r\n\r\n");
}

TEST_CASE("a stream to HTTP/1.0 ends with the connection", "[http][response_framing]") {
  exchange e{http_10_kept};
  e.begin(200, text, "ab", true).chunk("cd", false);

  CHECK(e.sent == "HTTP/1.0 200 OK\r\nContent-Type: t\r\n" + date + "\r\nabcd");
  CHECK(e.framing.must_close());
}

TEST_CASE("HTTP/1.0 is kept alive where the length is known", "[http][response_framing]") {
  exchange kept{http_10_kept};
  CHECK(kept.begin(200, text, "ab", false).sent ==
        "HTTP/1.0 200 OK\r\nContent-Type: t\r\n" + date +
            "Content-Length: 2\r\nConnection: keep-alive\r\n\r\nab");
  CHECK_FALSE(kept.framing.must_close());

  exchange closed{http_10};
  CHECK(closed.begin(200, text, "ab", false).sent ==
        "HTTP/1.0 200 OK\r\nContent-Type: t\r\n" + date + "Content-Length: 2\r\n\r\nab");
  CHECK(closed.framing.must_close());
}

TEST_CASE("HTTP/1.0 gets neither chunks nor trailers", "[http][response_framing]") {
  exchange e{http_10_kept};
  e.begin(200, {{"Content-Type", "t"}, {"Transfer-Encoding", "chunked"}}, "ab", false, {{"X", "1"}});
  CHECK(e.sent == "HTTP/1.0 200 OK\r\nContent-Type: t\r\n" + date +
                      "Content-Length: 2\r\nConnection: keep-alive\r\n\r\nab");
}

TEST_CASE("a connection that is closed says so", "[http][response_framing]") {
  CHECK(exchange{{.keep_alive = false}}.begin(200, text, "a", false).sent ==
        "HTTP/1.1 200 OK\r\nContent-Type: t\r\n" + date + "Content-Length: 1\r\nConnection: close\r\n\r\na");

  SECTION("once, when the worker says it") {
    exchange e;
    e.begin(200, {{"Connection", "close"}, {"Content-Type", "t"}}, "a", false);
    CHECK(e.sent == "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: t\r\n" + date +
                        "Content-Length: 1\r\n\r\na");
    CHECK(e.framing.must_close());
  }
  SECTION("and a worker cannot keep it open") {
    CHECK(exchange{{.keep_alive = false}}
              .begin(200, {{"Connection", "keep-alive"}, {"Content-Type", "t"}}, "a", false)
              .sent == "HTTP/1.1 200 OK\r\nContent-Type: t\r\n" + date +
                           "Content-Length: 1\r\nConnection: close\r\n\r\na");
  }
}

TEST_CASE("a worker's other Connection options are sent", "[http][response_framing]") {
  const auto sent = exchange{}.begin(200, {{"Connection", "keep-alive"}}, "", false).sent;
  CHECK(sent == "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\n" + date + "Content-Length: 0\r\n\r\n");
}

TEST_CASE("HEAD gets the head of a GET and no body (case 115)", "[http][response_framing]") {
  exchange e{head_request};
  e.begin(200, text, "hello", false);
  CHECK(e.sent == "HTTP/1.1 200 OK\r\nContent-Type: t\r\n" + date + "Content-Length: 5\r\n\r\n");
  CHECK_FALSE(e.framing.must_close());
  CHECK(e.framing.complaint().empty());
  CHECK(e.framing.body_bytes() == 0);

  SECTION("with the worker's length") {
    CHECK(exchange{head_request}.begin(200, {{"Content-Length", "99"}}, "", false).sent ==
          "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n" + date + "\r\n");
  }
  SECTION("without a length that nobody knows") {
    CHECK(exchange{head_request}.begin(200, text, "", false).sent ==
          "HTTP/1.1 200 OK\r\nContent-Type: t\r\n" + date + "\r\n");
    CHECK(exchange{head_request}.begin(200, text, "ab", true).chunk("cd", false).sent ==
          "HTTP/1.1 200 OK\r\nContent-Type: t\r\n" + date + "\r\n");
  }
}

TEST_CASE("204 and 304 have no body (case 115)", "[http][response_framing]") {
  for (const int status : {204, 304}) {
    INFO(status);
    exchange e;
    e.begin(status, text, "hello", false);
    CHECK(e.sent.substr(e.sent.size() - 4) == "\r\n\r\n");
    CHECK(e.sent.find("hello") == std::string::npos);
    CHECK(e.sent.find("Content-Length") == std::string::npos);
    CHECK(e.framing.complaint() == "http: request method or response status code does not allow body");
    CHECK_FALSE(e.framing.must_close());
  }
  CHECK(exchange{}.begin(304, {{"Content-Length", "9"}}, "", false).sent ==
        "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n" + date + "\r\n");
  CHECK(exchange{}.begin(204, {{"Content-Length", "9"}}, "", false).sent ==
        "HTTP/1.1 204 No Content\r\n" + date + "\r\n");
  CHECK(exchange{}.begin(204, {}, "", true).chunk("x", false).sent ==
        "HTTP/1.1 204 No Content\r\n" + date + "\r\n");
}

TEST_CASE("a worker's Content-Length is honoured (case 117)", "[http][response_framing]") {
  const fields length_5 = {{"Content-Length", "5"}, {"Content-Type", "t"}};
  const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Type: t\r\n" + date;

  SECTION("exactly") {
    exchange e;
    CHECK(e.begin(200, length_5, "hello", false).sent == head + "\r\nhello");
    CHECK_FALSE(e.framing.must_close());
  }
  SECTION("by a stream") {
    exchange e;
    CHECK(e.begin(200, length_5, "he", true).chunk("llo", true).end().sent == head + "\r\nhello");
    CHECK_FALSE(e.framing.must_close());
  }
  SECTION("a frame beyond it is not sent and the connection closes") {
    exchange e;
    CHECK(e.begin(200, length_5, "hello world", false).sent == head + "Connection: close\r\n\r\n");
    CHECK(e.framing.must_close());
    CHECK(e.framing.complaint() == "http: wrote more than the declared Content-Length");
  }
  SECTION("also in the middle of a stream") {
    exchange e;
    CHECK(e.begin(200, length_5, "hel", true).chunk("lo!", true).chunk("lo", false).sent ==
          head + "\r\nhello");
    CHECK_FALSE(e.framing.complaint().empty());
    CHECK(e.framing.must_close());
  }
  SECTION("too few bytes close the connection") {
    exchange single;
    CHECK(single.begin(200, length_5, "he", false).sent == head + "Connection: close\r\n\r\nhe");
    CHECK(single.framing.must_close());
    exchange stream;
    stream.begin(200, length_5, "he", true).end();
    CHECK(stream.framing.must_close());
  }
}

TEST_CASE("a Content-Length that is none is dropped", "[http][response_framing]") {
  for (const auto* value : {"five", "-1", "", "5x", "+5", "99999999999999999999", "9223372036854775808"}) {
    INFO(value);
    CHECK(exchange{}.begin(200, {{"Content-Length", value}, {"Content-Type", "t"}}, "ab", false).sent ==
          "HTTP/1.1 200 OK\r\nContent-Type: t\r\n" + date + "Content-Length: 2\r\n\r\nab");
  }
}

TEST_CASE("a client never sees two lengths", "[http][response_framing]") {
  CHECK(
      exchange{}
          .begin(200, {{"Content-Length", "2"}, {"Content-Length", "2"}, {"Content-Type", "t"}}, "ab", false)
          .sent == "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: t\r\n" + date + "\r\nab");
  CHECK(
      exchange{}
          .begin(200, {{"Content-Length", "3"}, {"Content-Length", "2"}, {"Content-Type", "t"}}, "ab", false)
          .sent == "HTTP/1.1 200 OK\r\nContent-Type: t\r\n" + date + "Content-Length: 2\r\n\r\nab");

  SECTION("nor a length and chunks") {
    CHECK(exchange{}
              .begin(200, {{"Content-Length", "2"}, {"Transfer-Encoding", "chunked"}}, "ab", false)
              .sent ==
          "HTTP/1.1 200 OK\r\n" + date + "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n");
  }
}

TEST_CASE("a worker's Transfer-Encoding is never sent", "[http][response_framing]") {
  CHECK(exchange{}.begin(200, {{"Transfer-Encoding", "gzip"}}, "ab", false).sent ==
        "HTTP/1.1 200 OK\r\n" + date + "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n");
}

TEST_CASE("trailers are sent after the last chunk (case 15)", "[http][response_framing]") {
  CHECK(exchange{}.begin(200, text, "checksummed", false, {{"X-Checksum", "abc"}}).sent ==
        "HTTP/1.1 200 OK\r\nContent-Type: t\r\n" + date +
            "Transfer-Encoding: chunked\r\n\r\nb\r\nchecksummed\r\n0\r\nX-Checksum: abc\r\n\r\n");

  SECTION("also after an empty body") {
    CHECK(exchange{}.begin(200, {}, "", false, {{"X", "1"}, {"X", "2"}}).sent ==
          "HTTP/1.1 200 OK\r\n" + date + "Transfer-Encoding: chunked\r\n\r\n0\r\nX: 1\r\nX: 2\r\n\r\n");
  }
  SECTION("not with a worker's length") {
    CHECK(exchange{}
              .begin(200, {{"Content-Length", "2"}, {"Content-Type", "t"}}, "ab", false, {{"X", "1"}})
              .sent == "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: t\r\n" + date + "\r\nab");
  }
  SECTION("once, although a stream repeats them with every frame") {
    exchange e;
    e.begin(200, text, "a", true, {{"X", "1"}, {"Y", "2"}})
        .chunk("b", true, {{"X", "3"}})
        .chunk("", false, {{"X", "4"}});
    const auto body = e.sent.substr(e.sent.find("\r\n\r\n") + 4);
    CHECK(body == "1\r\na\r\n1\r\nb\r\n0\r\nY: 2\r\nX: 4\r\n\r\n");
  }
}

TEST_CASE("the Date of a worker is kept", "[http][response_framing]") {
  CHECK(exchange{}.begin(200, {{"Date", "yesterday"}}, "", false).sent ==
        "HTTP/1.1 200 OK\r\nDate: yesterday\r\nContent-Length: 0\r\n\r\n");
}

TEST_CASE("no header can end its line (case 117)", "[http][response_framing]") {
  const auto sent = exchange{}
                        .begin(200, {{"Content-Type", "t"}, {"X", "a\r\nEvil: 1\n\rb"}, {"Y\r\nEvil", "1"}},
                               "a", false, {{"T", "x\r\n\r\nGET / HTTP/1.1"}, {"U\nV", "1"}})
                        .sent;

  CHECK(sent == "HTTP/1.1 200 OK\r\nContent-Type: t\r\nX: a  Evil: 1  b\r\n" + date +
                    "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nT: x    GET / HTTP/1.1\r\n\r\n");
}

TEST_CASE("an answer that broke off must close and has no end", "[http][response_framing]") {
  exchange e;
  e.begin(200, text, "ab", true);
  e.sent.clear();

  e.framing.abort();

  CHECK(e.framing.must_close());
  CHECK_FALSE(e.framing.is_complete());
  CHECK(e.chunk("cd", false).sent.empty());
  CHECK_FALSE(e.framing.is_complete());
}

TEST_CASE("breaking off after the end changes nothing", "[http][response_framing]") {
  exchange e;
  e.begin(200, text, "ab", false);
  e.framing.abort();
  CHECK_FALSE(e.framing.must_close());
  CHECK(e.framing.is_complete());
}

TEST_CASE("chunks before the head or after the end are nothing", "[http][response_framing]") {
  exchange e;
  CHECK(e.chunk("x", false).sent.empty());
  CHECK_FALSE(e.framing.has_begun());
  e.begin(200, text, "ab", false);
  e.sent.clear();
  CHECK(e.chunk("x", false).sent.empty());
}

TEST_CASE("a framing can be used again", "[http][response_framing]") {
  exchange e{http_10};
  e.begin(204, {{"Connection", "close"}, {"Content-Length", "7"}}, "x", false, {{"T", "1"}});
  REQUIRE(e.framing.must_close());

  e.framing.reset({.date = "Tue, 24 Nov 2026 16:00:00 GMT"});
  CHECK_FALSE(e.framing.has_begun());
  CHECK(e.framing.status() == 0);
  CHECK(e.framing.complaint().empty());
  e.sent.clear();
  CHECK(e.begin(200, text, "ab", false).sent ==
        "HTTP/1.1 200 OK\r\nContent-Type: t\r\n" + date + "Content-Length: 2\r\n\r\nab");
  CHECK_FALSE(e.framing.must_close());
}

TEST_CASE("a body is handed out as a view, never copied", "[http][response_framing]") {
  response_framing framing;
  framing.reset({});
  const std::string body(1000, 'x');
  std::string out;
  const auto pieces = framing.begin(out, {200, {}, {}}, body, true);
  CHECK(pieces.body.data() == body.data());
  CHECK(pieces.tail == "\r\n");
}
