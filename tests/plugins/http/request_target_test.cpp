#include "plugins/http/request_target.hpp"

#include <catch2/catch.hpp>

using namespace rr::http;

namespace {

std::string uri_of(std::string_view target, std::string_view host = "example.com", bool is_tls = false,
                   std::string_view method = "GET") {
  const auto parts = split_target(method, target);
  if (!parts)
    return "NONE";
  std::string out;
  append_uri(out, *parts, {is_tls, host, "127.0.0.1:8080"});
  return out;
}

std::string url_of(std::string_view target) {
  std::string out;
  append_url(out, split_target("GET", target).value());
  return out;
}

std::string query_of(std::string_view query) {
  std::string out;
  append_query(out, query);
  return out;
}

bool is_target(std::string_view target, std::string_view method = "GET") {
  return split_target(method, target).has_value();
}

} // namespace

TEST_CASE("a uri is made of scheme, host and target (case 39)", "[http][request_target]") {
  CHECK(uri_of("/path?q=1") == "http://example.com/path?q=1");
  CHECK(uri_of("/path?q=1", "example.com", true) == "https://example.com/path?q=1");
  CHECK(uri_of("/", "example.com:8080") == "http://example.com:8080/");
  CHECK(uri_of("/a%0D%0Ab") == "http://example.com/a%0D%0Ab");
  CHECK(uri_of("/?hello=world", "127.0.0.1:8080") == "http://127.0.0.1:8080/?hello=world");
  CHECK(uri_of("/x", "[::1]:80") == "http://[::1]:80/x");
}

TEST_CASE("a request without a host gets our own address, so that its uri can be parsed",
          "[http][request_target]") {
  CHECK(uri_of("/", "") == "http://127.0.0.1:8080/");
}

TEST_CASE("an absolute target is the uri itself", "[http][request_target]") {
  CHECK(uri_of("http://other.com/x?y") == "http://other.com/x?y");
  CHECK(uri_of("HTTPS://other.com:444/x") == "https://other.com:444/x");
  CHECK(uri_of("http://example.com?a=1") == "http://example.com?a=1");
  CHECK(uri_of("http://u:p@other.com/") == "http://u:p@other.com/");
  CHECK(uri_of("http://[::1]:80/") == "http://[::1]:80/");
}

TEST_CASE("CONNECT, an asterisk and an opaque target are passed on as the reference does",
          "[http][request_target]") {
  CHECK(uri_of("other:443", "a", false, "CONNECT") == "//other:443");
  CHECK(uri_of("*", "a") == "http://a*");
  CHECK(uri_of("example.test:80", "a") == "http://aexample.test:80");
  CHECK(uri_of("mailto:x?y=\xff", "a") == "http://amailto:x?y=%FF");
}

TEST_CASE("a path that is a valid encoding is kept, any other is escaped anew", "[http][request_target]") {
  CHECK(url_of("/a%2Fb/%7e!$&'()*+,;=:@[]-._~") == "/a%2Fb/%7e!$&'()*+,;=:@[]-._~");
  CHECK(url_of("/\xD0\xBF") == "/%D0%BF");
  CHECK(url_of("/a#b") == "/a%23b");
  CHECK(url_of("/\"<>\\^`{|}") == "/%22%3C%3E%5C%5E%60%7B%7C%7D");
  CHECK(url_of("/%41|!") == "/A%7C%21");
  CHECK(url_of("/\xff") == "/%FF");
}

TEST_CASE("two slashes at the front are a path, not a host", "[http][request_target]") {
  CHECK(uri_of("//evil.com/x") == "http://example.com//evil.com/x");
}

TEST_CASE("a query is everything behind the first question mark", "[http][request_target]") {
  const auto parts = split_target("GET", "/a?b?c=%zz#d").value();
  CHECK(parts.path == "/a");
  CHECK(parts.query == "b?c=%zz#d");
  CHECK(url_of("/a?") == "/a?");
  CHECK_FALSE(split_target("GET", "/a")->has_query);
}

TEST_CASE("a query keeps its text, except line ends and bytes that are no UTF-8 (case 120)",
          "[http][request_target]") {
  CHECK(query_of("q=%20+\t \"") == "q=%20+\t \"");
  CHECK(query_of("a\r\nb") == "ab");
  CHECK(query_of("q=\xff") == "q=%FF");
  CHECK(query_of("q=\xC3\xA9\xC3") == "q=\xC3\xA9%C3");
  CHECK(query_of("\xED\xA0\x80\r") == "%ED%A0%80");
  CHECK(query_of("").empty());
}

TEST_CASE("a long query of bad bytes is done in one walk", "[http][request_target]") {
  const std::string bad(1u << 20, '\xff');
  CHECK(query_of(bad).size() == 3u << 20);
}

TEST_CASE("what is no target is refused", "[http][request_target]") {
  for (const auto* target : {"",
                             "dump",
                             "../x",
                             "a/b",
                             "/%zz",
                             "/%",
                             "/%2",
                             "/a b",
                             "/a\tb",
                             "/a\x7f",
                             "?a",
                             ":80",
                             "1a:b",
                             "http:/x",
                             "http://",
                             "http:///x",
                             "http://:80/",
                             "http://a:b/",
                             "http://a:80:90/",
                             "http://[::1/",
                             "http://[]/",
                             "http://[::1]x/",
                             "http://a%zz/",
                             "http://a|b/",
                             "http://a\xC3\xA9/",
                             "http://u|p@a/",
                             "http://u@/",
                             "http://a/%zz"}) {
    INFO(target);
    CHECK_FALSE(is_target(target));
  }
  CHECK_FALSE(is_target(std::string_view{"/a\0b", 4}));
}

TEST_CASE("CONNECT takes an authority or a path", "[http][request_target]") {
  CHECK(is_target("a:80", "CONNECT"));
  CHECK(is_target("/x", "CONNECT"));
  for (const auto* target : {"a:80/x", "a:b", "", ":80", "a b", "*?"})
    CHECK_FALSE(is_target(target, "CONNECT"));
}

TEST_CASE("the host of an authority is without its user", "[http][request_target]") {
  CHECK(split_target("GET", "http://u:p@b:81/")->host() == "b:81");
  CHECK(split_target("GET", "http://b/")->host() == "b");
  CHECK(split_target("GET", "/")->host().empty());
}

TEST_CASE("a Host line holds host characters only", "[http][request_target]") {
  CHECK(is_host_line(""));
  CHECK(is_host_line("a-b.c_d:80"));
  CHECK(is_host_line("[fe80::1%25eth0]:80"));
  for (const auto* text : {"a/b", "a b", "a@b", "a\\b", "a\"b", "a\xFF", "a<b", "a?b", "a#b"})
    CHECK_FALSE(is_host_line(text));
}
