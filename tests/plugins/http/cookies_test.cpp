#include "plugins/http/cookies.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

using namespace rr::http;

namespace {

using pairs = std::vector<std::pair<std::string, std::string>>;

pairs read_all(const std::vector<header_field>& fields) {
  cookie_jar jar;
  jar.read(fields);
  pairs out;
  for (const auto& cookie : jar.cookies())
    out.emplace_back(cookie.name, cookie.value);
  return out;
}

pairs read_line(std::string_view line) { return read_all({{"Cookie", line}}); }

} // namespace

TEST_CASE("cookies are split and decoded, one with a bad escape is dropped (case 35)", "[http][cookies]") {
  CHECK(read_line("a=b%20c; d=e; bad=%zz") == pairs{{"a", "b c"}, {"d", "e"}});
}

TEST_CASE("all Cookie lines count, other headers do not", "[http][cookies]") {
  CHECK(read_all({{"Cookie", "a=1"}, {"X", "x=1"}, {"Cookie", "b=2"}}) == pairs{{"a", "1"}, {"b", "2"}});
  CHECK(read_all({{"Set-Cookie", "a=1"}}).empty());
  CHECK(read_all({}).empty());
}

TEST_CASE("a cookie without an equals sign has an empty value", "[http][cookies]") {
  CHECK(read_line("a") == pairs{{"a", ""}});
  CHECK(read_line("a=; b") == pairs{{"a", ""}, {"b", ""}});
}

TEST_CASE("blanks around a name are trimmed, before a value they stay", "[http][cookies]") {
  CHECK(read_line("a = 1") == pairs{{"a", " 1"}});
  CHECK(read_line("  a=1 ;\tb=2\t") == pairs{{"a", "1"}, {"b", "2"}});
}

TEST_CASE("a name must be a token", "[http][cookies]") {
  CHECK(read_line("a[b]=1; c=2; =3; d e=4; f(=5") == pairs{{"c", "2"}});
  CHECK(read_line(";;; ;").empty());
}

TEST_CASE("quotes around a value are removed, others drop the cookie", "[http][cookies]") {
  CHECK(read_line(R"(a="x y"; b=""; c="; d="x; e=x"y; f=x\y; g=x,y)") ==
        pairs{{"a", "x y"}, {"b", ""}, {"g", "x,y"}});
}

TEST_CASE("a value holds printable ASCII only before it is decoded", "[http][cookies]") {
  CHECK(read_line("a=\x01; b=\x7f; c=\xC3\xA9; d=%C3%A9%00") == pairs{{"d", std::string("\xC3\xA9\0", 3)}});
}

TEST_CASE("a plus is a space and only the first equals sign splits", "[http][cookies]") {
  CHECK(read_line("a=b+c=d%3D") == pairs{{"a", "b c=d="}});
}

TEST_CASE("of cookies with one name the last counts", "[http][cookies]") {
  CHECK(read_line("a=1; b=2; a=3") == pairs{{"b", "2"}, {"a", "3"}});
  CHECK(read_line("a=1; a=%zz") == pairs{{"a", "1"}});

  SECTION("also among many") {
    std::string line;
    for (int i = 0; i < 100; ++i)
      line += "n" + std::to_string(i % 30) + "=" + std::to_string(i) + ";";
    const auto cookies = read_line(line);
    REQUIRE(cookies.size() == 30);
    for (const auto& [name, value] : cookies)
      CHECK(std::stoi(value) >= 70);
  }
}

TEST_CASE("more than 3000 cookies are none", "[http][cookies]") {
  std::string line = "a=1";
  for (int i = 1; i < 3000; ++i)
    line += ";a" + std::to_string(i) + "=1";
  CHECK(read_line(line).size() == 3000);
  CHECK(read_line(line + ";b=1").empty());
  CHECK(read_all({{"Cookie", line}, {"Cookie", "b=1"}}).empty());
}

TEST_CASE("a jar forgets the cookies of the request before", "[http][cookies]") {
  cookie_jar jar;
  const std::vector<header_field> first = {{"Cookie", "a=%41"}};
  jar.read(first);
  jar.read({});
  CHECK(jar.cookies().empty());
}
