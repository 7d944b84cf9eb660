#include "plugins/http/response_writer.hpp"

#include "plugins/http/reason_phrase.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

using namespace rr::http;

namespace {

std::string field(std::string_view name, std::string_view value) {
  std::string out;
  append_field(out, name, value);
  return out;
}

std::string status_line(unsigned version_minor, int status) {
  std::string out;
  append_status_line(out, version_minor, status);
  return out;
}

std::string interim(unsigned version_minor, int status, const std::vector<header_field>& fields) {
  std::string out;
  append_interim(out, version_minor, status, fields);
  return out;
}

} // namespace

TEST_CASE("a status line has the version of the request and a phrase", "[http][response_writer]") {
  CHECK(status_line(1, 200) == "HTTP/1.1 200 OK\r\n");
  CHECK(status_line(0, 404) == "HTTP/1.0 404 Not Found\r\n");
  CHECK(status_line(2, 200) == "HTTP/1.1 200 OK\r\n");
  CHECK(status_line(1, 444) == "HTTP/1.1 444 status code 444\r\n");
}

TEST_CASE("phrases are spelled as Go spells them", "[http][response_writer]") {
  CHECK(reason_phrase(100) == "Continue");
  CHECK(reason_phrase(418) == "I'm a teapot");
  CHECK(reason_phrase(413) == "Request Entity Too Large");
  CHECK(reason_phrase(511) == "Network Authentication Required");
  CHECK(reason_phrase(599).empty());
  CHECK(reason_phrase(306).empty());
  CHECK(reason_phrase(0).empty());
  int known = 0;
  for (int status = 0; status < 1000; ++status)
    known += reason_phrase(status).empty() ? 0 : 1;
  CHECK(known == 62);
}

TEST_CASE("a field is one line whatever it holds", "[http][response_writer]") {
  CHECK(field("X", "a b") == "X: a b\r\n");
  CHECK(field("X", "") == "X: \r\n");
  CHECK(field("X", " \ta\t ") == "X: a\r\n");
  CHECK(field("X", "a\r\nb") == "X: a  b\r\n");
  CHECK(field("X", "a\r\n") == "X: a\r\n");
  CHECK(field("X", "\n\r\n") == "X: \r\n");
  CHECK(field("X", {"a\0b", 3}) == "X: a b\r\n");
  CHECK(field("X", "\xC3\xA9\x01") == "X: \xC3\xA9\x01\r\n");
}

TEST_CASE("a name that is no token makes no field", "[http][response_writer]") {
  for (const auto* name : {"", "X Y", "X:", "X\r\nY", "X\n", "\xC3\xA9"})
    CHECK(field(name, "v").empty());
}

TEST_CASE("a field is appended behind what is there", "[http][response_writer]") {
  std::string out = "before ";
  append_field(out, "X", "a\nb\n");
  CHECK(out == "before X: a b\r\n");
}

TEST_CASE("an interim answer has its own fields only (case 83)", "[http][response_writer]") {
  CHECK(interim(1, 103, {{"Link", "</a>"}, {"Link", "</b>"}}) ==
        "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nLink: </b>\r\n\r\n");
  CHECK(interim(1, 100, {}) == "HTTP/1.1 100 Continue\r\n\r\n");
  CHECK(interim(1, 102, {{"Content-Length", "5"}, {"transfer-encoding", "chunked"}}) ==
        "HTTP/1.1 102 Processing\r\n\r\n");
}

TEST_CASE("no interim answer switches protocols or goes to HTTP/1.0", "[http][response_writer]") {
  CHECK(interim(1, 101, {{"Upgrade", "x"}}).empty());
  CHECK(interim(0, 103, {{"Link", "</a>"}}).empty());
}

TEST_CASE("an answer of our own is plain text with its length (case 75)", "[http][response_writer]") {
  const auto answer = [](unsigned version_minor, bool is_head, bool close) {
    std::string out;
    append_text_answer(out, version_minor, 413, "serve_http: http: request body too large\n", is_head, close,
                       "D");
    return out;
  };
  const std::string fields = "413 Request Entity Too Large\r\nContent-Type: text/plain; charset=utf-8\r\n"
                             "X-Content-Type-Options: nosniff\r\nDate: D\r\nContent-Length: 41\r\n";
  const std::string text = "serve_http: http: request body too large\n";
  CHECK(answer(1, false, false) == "HTTP/1.1 " + fields + "\r\n" + text);
  CHECK(answer(1, false, true) == "HTTP/1.1 " + fields + "Connection: close\r\n\r\n" + text);
  CHECK(answer(0, false, true) == "HTTP/1.0 " + fields + "\r\n" + text);
  CHECK(answer(0, false, false) == "HTTP/1.0 " + fields + "Connection: keep-alive\r\n\r\n" + text);
  CHECK(answer(1, true, false) == "HTTP/1.1 " + fields + "\r\n");
}

TEST_CASE("1xx, 204 and 304 allow no body", "[http][response_writer]") {
  for (const int status : {100, 103, 199, 204, 304})
    CHECK_FALSE(allows_body(status));
  for (const int status : {200, 203, 205, 303, 305, 404, 599})
    CHECK(allows_body(status));
}
