#include "tests/e2e/rr_server.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace rr::test;

namespace {

server_options with_codec(const std::string& codec) {
  server_options o;
  o.http = "codec: " + codec;
  return o;
}

} // namespace

TEST_CASE("plain requests are answered as the application says, in both codecs (cases 1 to 6)", "[e2e][http]") {
  auto codec = GENERATE("proto", "json", "auto");
  INFO("codec " << codec);
  rr_server server{with_codec(codec)};
  REQUIRE(server.started());

  auto upper = server.get("/upper?hello=world");
  CHECK(upper.status == 201);
  CHECK(upper.body == "WORLD");
  auto header = server.get("/header?hello=world", {"input: sample"});
  CHECK(header.header("Header") == "world");
  CHECK(header.body == "SAMPLE");
  CHECK(server.get("/agent", {"User-Agent: go-agent"}).body == "go-agent");
  CHECK(server.get("/agent").body.empty());
  auto cookie = server.get("/cookie", {"Cookie: input=input-value"});
  CHECK(cookie.body == "INPUT-VALUE");
  CHECK(cookie.header("Set-Cookie") == "output=cookie-output");
  for (auto method : {"POST", "PUT", "PATCH"}) {
    auto client = server.connect();
    auto flipped = client.request(method, "/flip", R"({"key":"value"})", {"Content-Type: application/json"});
    CHECK(flipped.body == R"({"value":"key"})");
  }
  for (auto method : {"POST", "DELETE"}) {
    auto client = server.connect();
    auto raw = client.request(method, "/echo", "a=1&b[]=2", {"Content-Type: application/x-www-form-urlencoded"});
    CHECK(raw.body == "a=1&b[]=2");
  }
  CHECK(server.get("/ip").body == "127.0.0.1");
  CHECK(server.get("/env?name=RR_MODE").body == "http");
}

TEST_CASE("everything about a request reaches the worker", "[e2e][http]") {
  auto codec = GENERATE("proto", "json");
  rr_server server{with_codec(codec)};
  REQUIRE(server.started());

  auto answer = server.post("/request?a=1&b=%20x", "the body", {"X-One: 1", "x-two: a", "X-Two: b", "Cookie: c=d%20e"});

  auto seen = nlohmann::json::parse(answer.body);
  CHECK(seen["method"] == "POST");
  CHECK(seen["uri"] == "http://127.0.0.1/request?a=1&b=%20x");
  CHECK(seen["rawQuery"] == "a=1&b=%20x");
  CHECK(seen["protocol"] == "HTTP/1.1");
  CHECK(seen["parsed"] == false);
  CHECK(seen["body"] == "the body");
  CHECK(seen["headers"]["X-Two"] == nlohmann::json({"a", "b"}));
  CHECK(seen["headers"]["Content-Length"] == nlohmann::json({"8"}));
  CHECK_FALSE(seen["headers"].contains("Host"));
  CHECK(seen["cookies"]["c"] == "d e");
}

TEST_CASE("bodies of every size come back as they went", "[e2e][http]") {
  rr_server server;
  REQUIRE(server.started());
  for (std::size_t size : {0u, 1u, 2047u, 65535u, 65536u, 1u << 20, 10u << 20, 64u << 20}) {
    std::string body(size, '\0');
    for (std::size_t i = 0; i < size; ++i)
      body[i] = static_cast<char>(i * 31 + i / 251);
    auto answer = server.post("/echo", body);
    INFO("size " << size);
    CHECK(answer.status == 200);
    CHECK(answer.complete);
    CHECK((answer.body == body));
  }
}

TEST_CASE("a chunked body arrives whole", "[e2e][http]") {
  rr_server server;
  REQUIRE(server.started());
  auto client = server.connect();
  client.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nWiki\r\n5;x=y\r\npedia\r\n0\r\nT: 1\r\n\r\n");
  CHECK(client.read().body == "Wikipedia");
}

TEST_CASE("a thousand requests on one connection, and ten pipelined ones in order (case 112)", "[e2e][http]") {
  server_options o;
  o.log_level = "error";
  o.workers = 2;
  rr_server server{o};
  REQUIRE(server.started());
  auto client = server.connect();
  int good = 0;
  for (int i = 0; i < 1000; ++i)
    good += client.request("GET", "/upper?hello=n" + std::to_string(i)).body == "N" + std::to_string(i) ? 1 : 0;
  CHECK(good == 1000);

  std::string ten;
  for (int i = 0; i < 10; ++i)
    ten += "GET /upper?hello=p" + std::to_string(i) + " HTTP/1.1\r\nHost: a\r\n\r\n";
  client.send(ten);
  for (int i = 0; i < 10; ++i)
    CHECK(client.read().body == "P" + std::to_string(i));
}

TEST_CASE("a thousand short connections are all answered", "[e2e][http]") {
  server_options o;
  o.log_level = "error";
  rr_server server{o};
  REQUIRE(server.started());
  int good = 0;
  for (int i = 0; i < 1000; ++i)
    good += server.get("/upper?hello=x", {"Connection: close"}).body == "X" ? 1 : 0;
  CHECK(good == 1000);
}

TEST_CASE("a single answer has a length, a stream is chunked frame by frame (case 59)", "[e2e][http]") {
  rr_server server;
  REQUIRE(server.started());
  auto plain = server.get("/upper?hello=abc");
  CHECK(plain.header("Content-Length") == "3");
  CHECK(plain.header("Transfer-Encoding").empty());
  CHECK_FALSE(plain.header("Date").empty());

  auto stream = server.get("/stream?n=10");
  CHECK(stream.status == 200);
  CHECK(stream.header("Transfer-Encoding") == "chunked");
  CHECK(stream.complete);
  CHECK(stream.body.find("chunk 10\n") != std::string::npos);

  auto repeated = server.get("/stream-repeat?n=3");
  CHECK(repeated.status == 201);
  CHECK(repeated.count("X-A") == 1);
  CHECK(repeated.trailers.size() == 1);
}

TEST_CASE("the head of a stream is sent before its first byte of body", "[e2e][http]") {
  rr_server server;
  REQUIRE(server.started());
  auto client = server.connect();
  client.send("GET /stream-hang HTTP/1.1\r\nHost: a\r\n\r\n");
  auto text = client.read_some(60);
  CHECK(text.find("HTTP/1.1 200 OK") == 0);
}

TEST_CASE("informational answers carry their own headers and leave the final one alone (case 59)", "[e2e][http]") {
  rr_server server;
  REQUIRE(server.started());
  auto client = server.connect();
  client.send("GET /hints HTTP/1.1\r\nHost: a\r\n\r\n");
  auto hint = client.read();
  CHECK(hint.status == 103);
  CHECK(hint.header("Link") == "</style.css>; rel=preload");
  auto final_answer = client.read();
  CHECK(final_answer.status == 404);
  CHECK(final_answer.header("X-Final") == "yes");
  CHECK(final_answer.header("Link").empty());

  CHECK(server.get("/switch").status == 200);
  CHECK(server.logged("101 Switching Protocols is not supported, the frame was ignored"));
  CHECK(server.get("/hint-late").body == "one two");
}

TEST_CASE("trailers follow the body and are no headers (case 15)", "[e2e][http]") {
  rr_server server;
  REQUIRE(server.started());
  for (auto target : {"/trailers", "/trailers-stream"}) {
    auto answer = server.get(target);
    REQUIRE(answer.trailers.size() == 1);
    CHECK(answer.trailers[0] == std::pair<std::string, std::string>{"X-Checksum", "abc"});
    CHECK(answer.header("X-Checksum").empty());
  }
}

TEST_CASE("HEAD, 204 and 304 have no body, and the connection goes on (case 115)", "[e2e][http]") {
  rr_server server;
  REQUIRE(server.started());
  auto client = server.connect();
  client.send("HEAD /upper?hello=abc HTTP/1.1\r\nHost: a\r\n\r\n");
  auto head = client.read(5s, true);
  CHECK(head.status == 201);
  CHECK(head.header("Content-Length") == "3");
  for (auto status : {"204", "304"})
    CHECK(client.request("GET", std::string{"/body-for?status="} + status).body.empty());
  CHECK(client.request("GET", "/upper?hello=still").body == "STILL");
}

TEST_CASE("what a worker says of its length is held to", "[e2e][http]") {
  rr_server server;
  REQUIRE(server.started());
  CHECK(server.get("/length?n=4&body=abcd").body == "abcd");
  auto client = server.connect();
  auto less = client.request("GET", "/length?n=10&body=abcd");
  CHECK_FALSE(less.complete);
  CHECK(client.closed());
  auto more = server.get("/length?n=2&body=abcd");
  CHECK(more.body.size() <= 2);
  CHECK(server.get("/upper?hello=fine").status == 201);
}

TEST_CASE("a worker cannot inject headers (case 117)", "[e2e][http]") {
  rr_server server;
  REQUIRE(server.started());
  auto answer = server.get("/crlf");
  CHECK(answer.header("X-Evil").empty());
  CHECK(answer.body == "safe");
  auto names = server.get("/bad-name");
  CHECK(names.header("X-Good") == "4");
  CHECK(names.raw_head.find("has space") == std::string::npos);
}

TEST_CASE("HTTP/1.0 closes after a stream and keeps alive when the length is known", "[e2e][http]") {
  rr_server server;
  REQUIRE(server.started());
  auto client = server.connect();
  client.send("GET /upper?hello=a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  auto first = client.read();
  CHECK(first.raw_head.find("HTTP/1.0 201") == 0);
  CHECK(first.body == "A");
  client.send("GET /stream?n=3 HTTP/1.0\r\n\r\n");
  auto second = client.read();
  CHECK(second.header("Transfer-Encoding").empty());
  CHECK(second.body == "chunk 1\nchunk 2\nchunk 3\n");
}

TEST_CASE("a body without Content-Type gets one by its content", "[e2e][http]") {
  rr_server server;
  REQUIRE(server.started());
  CHECK(server.get("/no-type").header("Content-Type") == "text/html; charset=utf-8");
}

TEST_CASE("a query that is no UTF-8 is served (case 120)", "[e2e][http]") {
  auto codec = GENERATE("proto", "json");
  rr_server server{with_codec(codec)};
  REQUIRE(server.started());
  auto answer = server.get("/request?q=\xff\xfe");
  CHECK(answer.status == 200);
  CHECK(nlohmann::json::parse(answer.body)["rawQuery"] == "q=%FF%FE");
}

TEST_CASE("access log lines have the known fields", "[e2e][http]") {
  server_options o;
  o.log_level = "info";
  rr_server short_form{o};
  REQUIRE(short_form.started());
  short_form.get("/upper?hello=x");
  CHECK(short_form.logged("\"msg\":\"http log\",\"status\":201,\"method\":\"GET\",\"URI\":\"/upper?hello=x\""));

  o.http = "access_logs: true";
  rr_server long_form{o};
  REQUIRE(long_form.started());
  long_form.get("/upper?hello=x", {"User-Agent: tester"});
  CHECK(long_form.logged("\"msg\":\"http access log\""));
  CHECK(long_form.logged("\"user_agent\":\"tester\""));
}
