#include "plugins/http/request_parser.hpp"

#include "tests/plugins/http/parser_driver.hpp"

#include <catch2/catch.hpp>

using namespace rr::http;
using namespace std::string_literals;

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

TEST_CASE("a request without a body is complete after its head", "[http][request_parser]") {
  const auto request =
      only_request("GET /?hello=world HTTP/1.1\r\nHost: a:80\r\nuser-agent: curl/8 \r\n\r\n");

  CHECK(request.method == "GET");
  CHECK(request.target == "/?hello=world");
  CHECK(request.protocol == "HTTP/1.1");
  CHECK(request.host == "a:80");
  CHECK(request.fields ==
        std::vector<std::pair<std::string, std::string>>{{"Host", "a:80"}, {"User-Agent", "curl/8"}});
  CHECK(request.keep_alive);
  CHECK_FALSE(request.chunked);
  CHECK_FALSE(request.content_length);
}

TEST_CASE("a stream of requests means the same however it is cut", "[http][request_parser]") {
  const std::string stream = "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"
                             "\r\nPUT /b HTTP/1.1\r\nhost: b\r\nTransfer-Encoding: chunked\r\n\r\n"
                             "3\r\nabc\r\n5;ext=\"v\"\r\ndefgh\r\n0\r\nX-Trailer: t\r\n\r\n"
                             "GET /c HTTP/1.0\r\nX: 1\r\n 2\r\n\r\n";
  const auto whole = parse_whole(stream);
  REQUIRE_FALSE(whole.error);
  REQUIRE(whole.requests.size() == 3);
  CHECK(whole.requests[0].body == "hello");
  CHECK(whole.requests[1].body == "abcdefgh");
  CHECK(whole.requests[2].fields.back().second == "1 2");

  for (std::size_t piece = 1; piece < stream.size(); ++piece) {
    INFO("pieces of " << piece);
    CHECK(parse_stream(stream, piece) == whole);
  }
}

TEST_CASE("pipelined requests are read one after the other from the same bytes (case 112)",
          "[http][request_parser]") {
  std::string stream;
  for (int i = 0; i < 10; ++i)
    stream += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: a\r\n\r\n";

  const auto out = parse_whole(stream);

  REQUIRE(out.requests.size() == 10);
  for (std::size_t i = 0; i < 10; ++i)
    CHECK(out.requests[i].target == "/" + std::to_string(i));
}

TEST_CASE("an unfinished request waits for more and is not idle", "[http][request_parser]") {
  request_parser parser;
  CHECK(parser.is_idle());
  CHECK(parser.parse("").event == parse_event::need_more);
  CHECK(parser.is_idle());

  const auto step = parser.parse("GET / HT");
  CHECK(step.event == parse_event::need_more);
  CHECK(step.consumed == 0);
  CHECK_FALSE(parser.is_idle());

  CHECK(parser.parse("GET / HTTP/1.1\r\n" + host + "\r\n").event == parse_event::head_complete);
  CHECK(parser.parse("").event == parse_event::message_complete);
  parser.reset();
  CHECK(parser.is_idle());
}

TEST_CASE("names are made canonical and values lose the blanks around them", "[http][request_parser]") {
  const auto request =
      only_request("GET / HTTP/1.1\r\nhOST:a\r\nx-fOO-bar:  \t v \t\r\nX_under: 1\r\nEmpty:\r\n\r\n");

  CHECK(value_of(request, "Host") == "a");
  CHECK(value_of(request, "X-Foo-Bar") == "v");
  CHECK(value_of(request, "X_under") == "1");
  CHECK(has(request, "Empty"));
}

TEST_CASE("repeated headers stay apart and in order", "[http][request_parser]") {
  const auto request = only_request("GET / HTTP/1.1\r\n" + host + "X: 1\r\nY: 2\r\nx: 3\r\n\r\n");

  CHECK(value_of(request, "X") == "1|3");
}

TEST_CASE("folded lines are joined with one space", "[http][request_parser]") {
  CHECK(value_of(only_request("GET / HTTP/1.1\r\n" + host + "X: a  \r\n \t b\r\n\tc\r\n\r\n"), "X") ==
        "a b c");
  CHECK(value_of(only_request("GET / HTTP/1.1\r\n" + host + "X:\r\n  b\r\n \r\n\r\n"), "X") == "b");
  const auto big = std::string(20'000, 'x');
  CHECK(value_of(only_request("GET / HTTP/1.1\r\n" + host + "X: a\r\n " + big + "\r\n\r\n"), "X") ==
        "a " + big);
}

TEST_CASE("a folded first line is refused", "[http][request_parser]") {
  CHECK(error_of("GET / HTTP/1.1\r\n Host: a\r\n\r\n") == parse_error{400, ""});
}

TEST_CASE("a bare LF ends a header line as the reference has it", "[http][request_parser]") {
  const auto out = parse_whole("GET / HTTP/1.1\nHost: a\nX: 1\r\n\nGET /2 HTTP/1.1\nHost: a\n\r\n");

  REQUIRE(out.requests.size() == 2);
  CHECK(value_of(out.requests[0], "X") == "1");
  CHECK(out.requests[1].target == "/2");
}

TEST_CASE("a bare CR is refused wherever it stands", "[http][request_parser]") {
  CHECK(error_of("GET / HTTP/1.1\r\n" + host + "X: a\rb\r\n\r\n").text == "invalid header value");
  CHECK(error_of("GET / HTTP/1.1\r\n" + host + "X: a\r\r\n\r\n").text == "invalid header value");
  CHECK(error_of("GET / HTTP/1.1\r\n" + host + "X\r: a\r\n\r\n").text == "invalid header name");
  CHECK(error_of("GET / HTTP/1.1\r\r\n" + host + "\r\n").status == 400);
  CHECK(error_of("GET /\r/ HTTP/1.1\r\n" + host + "\r\n").status == 400);
}

TEST_CASE("control bytes in a value are refused, tabs and bytes above ASCII are not",
          "[http][request_parser]") {
  const auto with = [](const std::string& value) {
    return "GET / HTTP/1.1\r\n" + host + "X: " + value + "\r\n\r\n";
  };
  for (const char c : {'\0', '\1', '\b', '\v', '\f', '\x1b', '\x7f'})
    CHECK(error_of(with("a"s + c + "b")) == parse_error{400, "invalid header value"});

  CHECK(value_of(only_request(with("a\tb \xC3\xA9 \xFF")), "X") == "a\tb \xC3\xA9 \xFF");
}

TEST_CASE("a header name must be a token (case 114)", "[http][request_parser]") {
  for (const std::string& name : {"X "s, "X\t"s, "X(Y)"s, "X\xC3\xA9"s, ""s, "X/Y"s, "\"X\""s, "X\0Y"s}) {
    const auto why = error_of("GET / HTTP/1.1\r\n" + host + "A: b\r\n" + name + ": v\r\nB: c\r\n\r\n");
    INFO("name: " << name);
    CHECK(why == parse_error{400, "invalid header name"});
  }
  CHECK(error_of("GET / HTTP/1.1\r\n" + host + "no colon here\r\n\r\n").status == 400);
}

TEST_CASE("a malformed request line is refused", "[http][request_parser]") {
  for (const std::string line : {"GET /", "GET", "GET  / HTTP/1.1", "GET / HTTP/1.1 ", "GET / HTTP/1.1 x",
                                 "GET / http/1.1", "GET / HTTP/1", "GET / HTTP/1.x", "GET / HTTP/11.1",
                                 "GET / HTTP/1.1x", " GET / HTTP/1.1", "G(T / HTTP/1.1", "GET /a b HTTP/1.1",
                                 "GET\t/ HTTP/1.1", "GET /\x01 HTTP/1.1", "GET /\x7f HTTP/1.1"}) {
    INFO(line);
    CHECK(error_of(line + "\r\n" + host + "\r\n") == parse_error{400, ""});
  }
}

TEST_CASE("a first byte that starts no method is refused at once", "[http][request_parser]") {
  CHECK(error_of("\x16\x03\x01\x02") ==
        parse_error{400, ""}); // the start of a TLS handshake, without any line end
  CHECK(error_of(" GET") == parse_error{400, ""});
  CHECK(error_of("{") == parse_error{400, ""});
}

TEST_CASE("a method is any token, as it is written", "[http][request_parser]") {
  CHECK(only_request("get / HTTP/1.1\r\n" + host + "\r\n").method == "get");
  CHECK(only_request("M-SEARCH!#$%&'*+.^_`|~ / HTTP/1.1\r\n" + host + "\r\n").method ==
        "M-SEARCH!#$%&'*+.^_`|~");
}

TEST_CASE("only HTTP/1.x is spoken", "[http][request_parser]") {
  const parse_error unsupported{505, "unsupported protocol version"};
  CHECK(error_of("GET / HTTP/2.0\r\n" + host + "\r\n") == unsupported);
  CHECK(error_of("GET / HTTP/0.9\r\n" + host + "\r\n") == unsupported);
  CHECK(error_of("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") == unsupported);

  const auto later = only_request("GET / HTTP/1.2\r\n" + host + "\r\n");
  CHECK(later.protocol == "HTTP/1.2");
  CHECK(later.keep_alive);
}

TEST_CASE("empty lines before a request are skipped, a few of them", "[http][request_parser]") {
  CHECK(only_request("\r\n\r\n\nGET / HTTP/1.1\r\n" + host + "\r\n").method == "GET");
  CHECK(error_of("\r\n\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\n") == parse_error{400, ""});

  request_parser parser;
  CHECK(parser.parse("\r\n").consumed == 2);
  CHECK(parser.is_idle());
}

TEST_CASE("a request needs exactly one valid Host (case 114)", "[http][request_parser]") {
  CHECK(error_of("GET / HTTP/1.1\r\nX: 1\r\n\r\n") == parse_error{400, "missing required Host header"});
  CHECK(error_of("GET / HTTP/1.1\r\n\r\n") == parse_error{400, "missing required Host header"});
  CHECK(error_of("GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n").status == 400);
  CHECK(error_of("GET / HTTP/1.1\r\nHost: a, b/c\r\n\r\n") == parse_error{400, "malformed Host header"});
  CHECK(error_of("GET / HTTP/1.1\r\nHost: a b\r\n\r\n") == parse_error{400, "malformed Host header"});
  CHECK(error_of("GET / HTTP/1.1\r\nHost: a@b\r\n\r\n") == parse_error{400, "malformed Host header"});
  CHECK(error_of("GET / HTTP/1.1\r\nHost: \xC3\xA9\r\n\r\n") == parse_error{400, "malformed Host header"});

  CHECK(only_request("GET / HTTP/1.1\r\nHost:\r\n\r\n").host.empty());
  CHECK(only_request("GET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n").host == "[::1]:8080");
  CHECK(only_request("GET / HTTP/1.0\r\n\r\n").host.empty());
}

TEST_CASE("connections stay open as version and Connection say", "[http][request_parser]") {
  const auto keeps = [](const std::string& version, const std::string& lines) {
    return only_request("GET / " + version + "\r\nHost: a\r\n" + lines + "\r\n").keep_alive;
  };
  CHECK(keeps("HTTP/1.1", ""));
  CHECK(keeps("HTTP/1.1", "Connection: keep-alive\r\n"));
  CHECK_FALSE(keeps("HTTP/1.1", "Connection: close\r\n"));
  CHECK_FALSE(keeps("HTTP/1.1", "Connection: TE, Close\r\n"));
  CHECK_FALSE(keeps("HTTP/1.1", "Connection: te\r\nConnection: close\r\n"));
  CHECK_FALSE(keeps("HTTP/1.0", ""));
  CHECK(keeps("HTTP/1.0", "Connection: Keep-Alive\r\n"));
}

TEST_CASE("an upgrade needs the header and the option", "[http][request_parser]") {
  const auto upgrades = [](const std::string& lines) {
    return only_request("GET / HTTP/1.1\r\nHost: a\r\n" + lines + "\r\n").upgrade;
  };
  CHECK(upgrades("Connection: Upgrade\r\nUpgrade: websocket\r\n"));
  CHECK_FALSE(upgrades("Connection: Upgrade\r\n"));
  CHECK_FALSE(upgrades("Upgrade: websocket\r\n"));
}

TEST_CASE("Expect asks for an interim answer only where a body comes (case 113)", "[http][request_parser]") {
  const auto expects = [](const std::string& version, const std::string& lines) {
    return parse_whole("POST / " + version + "\r\nHost: a\r\n" + lines + "\r\n").requests.at(0).expect;
  };
  const std::string body = "Content-Length: 5\r\n";
  CHECK(expects("HTTP/1.1", body) == expectation::none);
  CHECK(expects("HTTP/1.1", body + "Expect: 100-continue\r\n") == expectation::continue_100);
  CHECK(expects("HTTP/1.1", body + "Expect: 100-Continue\r\n") == expectation::continue_100);
  CHECK(expects("HTTP/1.1", "Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n") ==
        expectation::continue_100);
  CHECK(expects("HTTP/1.1", "Expect: 100-continue\r\n") == expectation::none);
  CHECK(expects("HTTP/1.0", body + "Expect: 100-continue\r\n") == expectation::none);
  CHECK(expects("HTTP/1.1", body + "Expect: a-pony\r\n") == expectation::unknown);
}

TEST_CASE("targets that are none are refused", "[http][request_parser]") {
  for (const std::string target : {"dump", "../x", "%2e%2e%/tests/", "/%zz", "/a%2", "//%", "http://",
                                   "http:///x", "http://a b/", "?x", "a/b:c", "http:/x"}) {
    INFO(target);
    CHECK(error_of("GET " + target + " HTTP/1.1\r\n" + host + "\r\n") == parse_error{400, ""});
  }
}

TEST_CASE("an absolute target names the host, and Host is still required", "[http][request_parser]") {
  CHECK(only_request("GET http://other:81/x HTTP/1.1\r\n" + host + "\r\n").host == "other:81");
  CHECK(error_of("GET http://other/x HTTP/1.1\r\n\r\n").text == "missing required Host header");
}

TEST_CASE("CONNECT and an asterisk are understood", "[http][request_parser]") {
  CHECK(only_request("CONNECT b:443 HTTP/1.1\r\n\r\n").host == "b:443");
  const auto options = parse_whole("OPTIONS * HTTP/1.1\r\n" + host + "\r\n");
  REQUIRE(options.requests.size() == 1);
  CHECK(options.requests[0].target == "*");
}

TEST_CASE("a head longer than its limit and some slack is 431 (case 114)", "[http][request_parser]") {
  const parser_limits limits{.header_bytes_max = 1000};
  const auto head_of = [](std::size_t bytes) {
    const std::string start = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
    return start + std::string(bytes - start.size() - 4, 'x') + "\r\n\r\n";
  };
  CHECK_FALSE(parse_whole(head_of(1000 + 4096), limits).error);
  CHECK(error_of(head_of(1000 + 4097), limits) == parse_error{431, ""});

  SECTION("also when no line ever ends") {
    CHECK(error_of("GET /" + std::string(6000, 'x'), limits).status == 431);
    CHECK(parse_stream("GET /" + std::string(6000, 'x'), 100, limits).error == parse_error{431, ""});
  }
  SECTION("with the limit of the reference") {
    CHECK(error_of("GET / HTTP/1.1\r\n" + host + "X: " + std::string((1u << 20) + 4096, 'x') + "\r\n\r\n")
              .status == 431);
  }
}

TEST_CASE("a head of very many short lines is read in good time", "[http][request_parser]") {
  std::string stream = "GET / HTTP/1.1\nHost: a\n";
  for (int i = 0; i < 200'000; ++i)
    stream += "a:\n";
  const auto out = parse_whole(stream + "\n");

  REQUIRE(out.requests.size() == 1);
  CHECK(out.requests[0].fields.size() == 200'001);
}

TEST_CASE("nothing is read after an error", "[http][request_parser]") {
  request_parser parser;
  REQUIRE(parser.parse("GET / HTTP/1.1\r\n\r\n").event == parse_event::error);

  CHECK(parser.parse("GET / HTTP/1.1\r\n" + host + "\r\n").event == parse_event::error);
  CHECK(parser.error().text == "missing required Host header");
}

TEST_CASE("a parser can be moved between requests", "[http][request_parser]") {
  request_parser first;
  REQUIRE(first.parse("GET / HTTP/1.1\r\n" + host + "\r\n").event == parse_event::head_complete);

  request_parser second{std::move(first)};

  CHECK(second.head().method == "GET");
  CHECK(second.parse("").event == parse_event::message_complete);
}

TEST_CASE("answers to unparsable requests are the reference's, byte for byte", "[http][request_parser]") {
  const std::string fields = "\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n";
  CHECK(render_answer({400, ""}) == "HTTP/1.1 400 Bad Request" + fields + "400 Bad Request");
  CHECK(render_answer({400, "missing required Host header"}) ==
        "HTTP/1.1 400 Bad Request: missing required Host header" + fields +
            "400 Bad Request: missing required Host header");
  CHECK(render_answer({431, ""}) ==
        "HTTP/1.1 431 Request Header Fields Too Large" + fields + "431 Request Header Fields Too Large");
  CHECK(render_answer({501, "Unsupported transfer encoding"}) ==
        "HTTP/1.1 501 Not Implemented" + fields + "Unsupported transfer encoding");
  CHECK(render_answer({505, "unsupported protocol version"}) ==
        "HTTP/1.1 505 HTTP Version Not Supported: unsupported protocol version" + fields +
            "505 HTTP Version Not Supported: unsupported protocol version");
}
