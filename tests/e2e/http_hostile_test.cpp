#include "tests/e2e/rr_server.hpp"

#include <catch2/catch.hpp>

using namespace rr::test;

namespace {

struct hostile {
  const char* what;
  std::string bytes;
  int status;
};

std::vector<hostile> hostile_requests() {
  return {
      {"TE gzip, chunked", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501},
      {"two Transfer-Encoding lines",
       "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n", 501},
      {"obfuscated Transfer-Encoding", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 501},
      {"two different lengths", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", 400},
      {"signed length", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +3\r\n\r\nabc", 400},
      {"length that is no number", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3a\r\n\r\nabc", 400},
      {"space before colon", "GET / HTTP/1.1\r\nHost: a\r\nX-A : 1\r\n\r\n", 400},
      {"name with control byte", std::string("GET / HTTP/1.1\r\nHost: a\r\nX\x01: 1\r\n\r\n"), 400},
      {"NUL in a value", std::string("GET / HTTP/1.1\r\nHost: a\r\nX-A: a\0b\r\n\r\n", 40), 400},
      {"no Host", "GET / HTTP/1.1\r\n\r\n", 400},
      {"two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
      {"bad Host", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400},
      {"version 2.0", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505},
      {"no version", "GET /\r\nHost: a\r\n\r\n", 400},
      {"relative target", "GET ../x HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"bad escape", "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"binary garbage", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 15), 400},
      {"chunk size that is no number", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n", 400},
      {"chunk size beyond 64 bits",
       "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nabc\r\n", 400},
      {"bare LF in chunk framing", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\nabc\n0\n\n", 400},
      {"header block over 1 MiB", "GET / HTTP/1.1\r\nHost: a\r\nX-A: " + std::string((1 << 20) + 8192, 'x') + "\r\n\r\n", 431},
      {"unknown expectation", "GET / HTTP/1.1\r\nHost: a\r\nExpect: tea\r\n\r\n", 417},
  };
}

} // namespace

TEST_CASE("malformed requests get their status, the connection closes, the server goes on (case 114)", "[e2e][http][hostile]") {
  rr_server server;
  REQUIRE(server.started());
  for (auto& request : hostile_requests()) {
    INFO(request.what);
    auto client = server.connect();
    client.send(request.bytes);
    auto answer = client.read(5s);
    CHECK(answer.status == request.status);
    CHECK(client.closed());
  }
  CHECK(server.get("/count").body == "1");
}

TEST_CASE("chunked wins over a length, and the length is not forwarded", "[e2e][http][hostile]") {
  rr_server server;
  REQUIRE(server.started());
  auto client = server.connect();
  client.send("POST /request HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"
              "5\r\nabcde\r\n0\r\n\r\n");
  auto answer = client.read();
  CHECK(answer.status == 200);
  CHECK(answer.body.find("\"body\":\"abcde\"") != std::string::npos);
  CHECK(answer.body.find("Content-Length") == std::string::npos);
}

TEST_CASE("equal lengths collapse, a leading empty line is tolerated", "[e2e][http][hostile]") {
  rr_server server;
  REQUIRE(server.started());
  auto client = server.connect();
  client.send("\r\nPOST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc");
  CHECK(client.read().body == "abc");
}

TEST_CASE("a body over the limit is refused before it is read (case 43)", "[e2e][http][hostile]") {
  server_options o;
  o.http = "max_request_size: 1";
  rr_server server{o};
  REQUIRE(server.started());
  CHECK(server.post("/digest", std::string(1 << 20, 'x')).status == 200);

  auto client = server.connect();
  client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1048577\r\nExpect: 100-continue\r\n\r\n");
  auto answer = client.read(5s);
  CHECK(answer.status == 413);
  CHECK(answer.body == "serve_http: http: request body too large\n");
  CHECK(server.logged("request forming error"));

  auto chunked = server.connect();
  chunked.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n200000\r\n");
  chunked.send(std::string(2 << 20, 'x'));
  CHECK(chunked.read(5s).status == 413);
}

TEST_CASE("100 Continue is sent before the body is read (case 113)", "[e2e][http]") {
  rr_server server;
  REQUIRE(server.started());
  auto client = server.connect();
  client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
  CHECK(client.read(5s).status == 100);
  client.send("hello");
  CHECK(client.read(5s).body == "hello");
}

TEST_CASE("OPTIONS * is answered without a worker", "[e2e][http]") {
  rr_server server;
  REQUIRE(server.started());
  auto client = server.connect();
  client.send("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n");
  auto answer = client.read(5s);
  CHECK(answer.status == 200);
  CHECK(answer.header("Content-Length") == "0");
  CHECK(server.get("/count").body == "1");
}

TEST_CASE("a client that sends its head byte by byte is cut by the header time-out (case 116)", "[e2e][http][hostile]") {
  server_options o;
  o.http = "read_header_timeout: 300ms\nidle_timeout: 300ms";
  rr_server server{o};
  REQUIRE(server.started());
  auto slow = server.connect();
  slow.send("GET / HTTP/1.1\r\nHos");
  CHECK(slow.closed(3s));
  auto silent = server.connect();
  CHECK(silent.closed(3s));
  auto idle = server.connect();
  CHECK(idle.request("GET", "/upper?hello=a").status == 201);
  CHECK(idle.closed(3s));
}

TEST_CASE("a slow reader of a large answer does not hold the worker (case 116)", "[e2e][http][hostile]") {
  rr_server server;
  REQUIRE(server.started());
  auto slow = server.connect();
  slow.receive_buffer(4096);
  slow.send("GET /large?bytes=20000000 HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(slow.read_some(100).find("200 OK") != std::string::npos);
  CHECK(server.get("/upper?hello=free").status == 201);
}

TEST_CASE("a client that closes during a long request disturbs nobody (case 118)", "[e2e][http][hostile]") {
  rr_server server;
  REQUIRE(server.started());
  auto pid = server.get("/pid").body;
  auto client = server.connect();
  client.send("GET /sleep?ms=300 HTTP/1.1\r\nHost: a\r\n\r\n");
  client.reset();
  CHECK(server.get("/pid").body == pid);
}

TEST_CASE("a client that closes during a stream makes the worker stop it (case 119)", "[e2e][http][hostile]") {
  rr_server server;
  REQUIRE(server.started());
  auto pid = server.get("/pid").body;
  auto file = (server.folder().path() / "stopped").string();
  auto client = server.connect();
  client.send("GET /stream-forever?file=" + file + " HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(client.read_some(500).find("chunk 1") != std::string::npos);
  client.close();
  CHECK(eventually([&] { return read_file(file) == "stopped"; }));
  CHECK(server.get("/pid").body == pid);
}

TEST_CASE("a slow client slows the stream down instead of filling memory", "[e2e][http][hostile]") {
  rr_server server;
  REQUIRE(server.started());
  auto file = (server.folder().path() / "stopped").string();
  auto client = server.connect();
  client.receive_buffer(4096);
  client.send("GET /stream?n=3000&bytes=100000 HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK_FALSE(client.read_some(1000).empty());
  auto rss_kib = [&] {
    auto status = read_file("/proc/" + std::to_string(server.process().pid()) + "/status");
    return std::strtoul(status.c_str() + status.find("VmRSS:") + 6, nullptr, 10);
  };
  // The whole stream has 300 MB: it would be there within a second.
  CHECK_FALSE(eventually([&] { return rss_kib() > 100'000; }, 1500ms));
}

TEST_CASE("a client that half-closes still gets its answer", "[e2e][http]") {
  rr_server server;
  REQUIRE(server.started());
  auto client = server.connect();
  client.send("GET /sleep?ms=100 HTTP/1.1\r\nHost: a\r\n\r\n");
  client.shutdown_write();
  CHECK(client.read().body == "slept");
}
