#include "plugins/http/head_rules.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

using namespace rr::http;
using namespace std::string_literals;

namespace {

struct ruled {
  std::optional<parse_error> error;
  std::string text;
  head_findings findings;
};

ruled rule(std::string_view raw) {
  ruled out;
  out.error = apply_head_rules(raw, out.text, out.findings);
  return out;
}

std::string text_of(std::string_view raw) {
  const auto out = rule(raw);
  INFO(raw);
  REQUIRE_FALSE(out.error);
  return out.text;
}

parse_error error_of(std::string_view raw) {
  const auto out = rule(raw);
  INFO(raw);
  REQUIRE(out.error);
  return *out.error;
}

bool is_ambiguous(std::string_view raw) {
  const auto out = rule(raw);
  INFO(raw);
  REQUIRE_FALSE(out.error);
  return out.findings.is_ambiguous;
}

const std::string start = "POST / HTTP/1.1\r\nHost:a\r\n";

/// What is left of these lines behind the request line and Host.
std::string lines_of(const std::string& lines) {
  const auto text = text_of("POST / HTTP/1.1\r\nHost: a\r\n" + lines + "\r\n");
  REQUIRE(text.substr(0, start.size()) == start);
  return text.substr(start.size(), text.size() - start.size() - 2);
}

} // namespace

TEST_CASE("a head is written again in one spelling", "[http][head_rules]") {
  CHECK(text_of("GET /a?b HTTP/1.1\nhost:  a \nX-FOO:\t1\r\n  2\r\n\t\r\nempty:\n\n") ==
        "GET /a?b HTTP/1.1\r\nHost:a\r\nX-Foo:1 2\r\nEmpty:\r\n\r\n");
}

TEST_CASE("a head that is in order stays what it is", "[http][head_rules]") {
  const auto text = start + "Content-Length:5\r\nX-A:b: c\r\nX-A:d\r\n\r\n";
  CHECK(text_of(text) == text);
}

TEST_CASE("a minor version is told and written as one the library knows", "[http][head_rules]") {
  for (unsigned minor = 0; minor < 10; ++minor) {
    const auto out = rule("GET / HTTP/1." + std::to_string(minor) + "\r\nHost: a\r\n\r\n");
    REQUIRE_FALSE(out.error);
    CHECK(out.findings.version_minor == minor);
    CHECK(out.text.substr(0, 16) == (minor == 0 ? "GET / HTTP/1.0\r\n" : "GET / HTTP/1.1\r\n"));
  }
}

TEST_CASE("equal lengths become the first of them", "[http][head_rules]") {
  CHECK(lines_of("Content-Length: 5\r\n") == "Content-Length:5\r\n");
  CHECK(lines_of("A: 1\r\nContent-Length: 5\r\nB: 2\r\ncontent-length:5\r\nC: 3\r\nCONTENT-LENGTH: 5 \r\n") ==
        "A:1\r\nContent-Length:5\r\nB:2\r\nC:3\r\n");
}

TEST_CASE("a length that chunking overrules is cut out wherever it stands", "[http][head_rules]") {
  const std::string rest = "A:1\r\nTransfer-Encoding:chunked\r\nB:2\r\n";
  CHECK(lines_of("Content-Length: 5\r\nA: 1\r\nTransfer-Encoding: chunked\r\nB: 2\r\n") == rest);
  CHECK(lines_of("A: 1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\nB: 2\r\n") == rest);
  CHECK(lines_of("A: 1\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\nB: 2\r\n") == rest);
  CHECK(
      lines_of("A: 1\r\nTransfer-Encoding: chunked\r\nB: 2\r\nContent-Length: 5\r\nContent-Length: 5\r\n") ==
      rest);
}

TEST_CASE("a message with two framings is ambiguous", "[http][head_rules]") {
  const std::string chunked = "Transfer-Encoding: chunked\r\n";
  const std::string length = "Content-Length: 5\r\n";
  CHECK(is_ambiguous("POST / HTTP/1.1\r\nHost: a\r\n" + chunked + length + "\r\n"));
  CHECK(is_ambiguous("POST / HTTP/1.0\r\n" + chunked + "\r\n"));
  CHECK(is_ambiguous("POST / HTTP/1.0\r\n" + chunked + length + "\r\n"));
  CHECK_FALSE(is_ambiguous("POST / HTTP/1.1\r\nHost: a\r\n" + chunked + "\r\n"));
  CHECK_FALSE(is_ambiguous("POST / HTTP/1.1\r\nHost: a\r\n" + length + length + "\r\n"));
  CHECK_FALSE(is_ambiguous("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
}

TEST_CASE("HTTP/1.0 keeps its length and loses its encodings", "[http][head_rules]") {
  CHECK(text_of("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\ntransfer-encoding: "
                "x\r\n\r\n") == "POST / HTTP/1.0\r\nContent-Length:5\r\n\r\n");
}

TEST_CASE("every disguise of Transfer-Encoding is refused, ignored by name, or chunked",
          "[http][head_rules]") {
  const auto with = [](const std::string& line) {
    return rule("POST / HTTP/1.1\r\nHost: a\r\n" + line + "\r\n\r\n");
  };
  for (const auto& line : std::vector<std::string>{"Transfer-Encoding : chunked",
                                                   "Transfer-Encoding\t: chunked",
                                                   "Transfer-Encoding\v: chunked",
                                                   "Transfer-Encoding\0: chunked"s,
                                                   "Transfer Encoding: chunked",
                                                   "\vTransfer-Encoding: chunked",
                                                   "Transfer-Encoding\xA0: chunked",
                                                   "Transfer-Encoding:\vchunked",
                                                   "Transfer-Encoding: \0chunked"s,
                                                   "Transfer-Encoding: chunked\v",
                                                   "Transfer-Encoding: chunked\0"s,
                                                   "X: y\rTransfer-Encoding: chunked",
                                                   "X\nTransfer-Encoding: chunked",
                                                   "Transfer-Encoding: chun\r\n ked",
                                                   "Transfer-Encoding: chunked,",
                                                   "Transfer-Encoding: ,chunked",
                                                   "Transfer-Encoding: 'chunked'",
                                                   "Transfer-Encoding:\xC2\xA0"
                                                   "chunked",
                                                   "Transfer-Encoding: x\r\nTransfer-Encoding: chunked",
                                                   "Transfer-Encoding: cow, chunked"}) {
    INFO(line);
    const auto error = with(line).error;
    REQUIRE(error);
    CHECK((error->status == 400 || error->status == 501));
  }
  for (const auto& line :
       std::vector<std::string>{"transfer-encoding:chunked", "TRANSFER-ENCODING: \tCHUNKED\t ",
                                "X: y\nTransfer-Encoding: chunked", "Transfer-Encoding:\r\n chunked"}) {
    INFO(line);
    const auto out = with(line);
    REQUIRE_FALSE(out.error);
    CHECK(out.text.find("\r\nTransfer-Encoding:") != std::string::npos);
  }
  CHECK(lines_of("Transfer_Encoding: chunked\r\n") == "Transfer_encoding:chunked\r\n"); // another name
}

TEST_CASE("of several faults the outer one is told", "[http][head_rules]") {
  const std::string bad_name = "X Y: 1\r\n";
  const std::string encoding = "Transfer-Encoding: gzip\r\n";
  const std::string lengths = "Content-Length: 1\r\nContent-Length: 2\r\n";
  CHECK(error_of("GET / HTTP/2.0\r\n" + encoding + lengths + bad_name + "\r\n").text ==
        "invalid header name");
  CHECK(error_of("GET / HTTP/2.0\r\n" + encoding + lengths + "\r\n").status == 501);
  CHECK(error_of("GET / HTTP/2.0\r\n" + lengths + "\r\n") == parse_error{400, ""});
  CHECK(error_of("GET / HTTP/2.0\r\n\r\n").status == 505);
  CHECK(error_of("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n" + bad_name + "\r\n").text ==
        "too many Host headers");
}

TEST_CASE("Host is needed by HTTP/1.1 only, and not by CONNECT", "[http][head_rules]") {
  CHECK(error_of("GET / HTTP/1.1\r\n\r\n").text == "missing required Host header");
  CHECK(error_of("GET / HTTP/1.9\r\n\r\n").text == "missing required Host header");
  CHECK(text_of("GET / HTTP/1.0\r\n\r\n") == "GET / HTTP/1.0\r\n\r\n");
  CHECK(text_of("CONNECT a:1 HTTP/1.1\r\n\r\n") == "CONNECT a:1 HTTP/1.1\r\n\r\n");
  CHECK(error_of("GET / HTTP/1.0\r\nHost: a b\r\n\r\n").text == "malformed Host header");
  CHECK(error_of("GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n").text == "too many Host headers");
}

TEST_CASE("folding cannot smuggle a name", "[http][head_rules]") {
  CHECK(error_of("GET / HTTP/1.1\r\n\tHost: a\r\n\r\n") == parse_error{400, ""});
  CHECK(error_of("GET / HTTP/1.1\r\nHost: a\r\nX\r\n : 1\r\n\r\n").status == 400);
  CHECK(lines_of("X: 1\r\n Content-Length: 5\r\n") == "X:1 Content-Length: 5\r\n");
  CHECK(error_of("GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n").text == "malformed Host header");
  CHECK(error_of("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n 5\r\n\r\n").status == 400);
  CHECK(error_of("GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n \x01\r\n\r\n").text == "invalid header value");
}
