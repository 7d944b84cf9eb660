#include "tests/e2e/rr_server.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <csignal>
#include <sys/socket.h>

using namespace rr::test;

TEST_CASE("the server says that it has started, and ends in order on each stop signal", "[e2e][serve]") {
  for (int number : {SIGTERM, SIGINT, SIGQUIT, SIGABRT}) {
    rr_server server;
    REQUIRE(server.started());
    CHECK(server.process().out().find("[INFO] RoadRunner server started; version: ") != std::string::npos);
    CHECK(server.get("/upper?hello=a").status == 201);
    auto workers = server.workers();
    CHECK(workers.size() == 1);

    server.process().signal(number);

    CHECK(server.process().wait(5s) == 0);
    CHECK(server.process().out().find("stop signal received, grace timeout is: 30 seconds") != std::string::npos);
    CHECK_FALSE(alive(workers[0]));
  }
}

TEST_CASE("every accepted request gets its whole answer when the server is told to stop", "[e2e][serve]") {
  server_options o;
  o.workers = 2;
  o.log_level = "error";
  rr_server server{o};
  REQUIRE(server.started());
  std::vector<http_client> clients;
  for (int i = 0; i < 8; ++i) {
    clients.push_back(server.connect());
    clients.back().send("GET /sleep?ms=200 HTTP/1.1\r\nHost: a\r\n\r\n");
  }
  // One answer proves that the requests have arrived: they were sent before it could be made.
  CHECK(clients[0].read(5s).body == "slept");
  server.process().signal(SIGTERM);

  for (int i = 1; i < 8; ++i) {
    auto answer = clients[static_cast<std::size_t>(i)].read(10s);
    INFO("client " << i);
    CHECK(answer.body == "slept");
    CHECK(answer.complete);
  }
  CHECK(server.process().wait(5s) == 0);
}

TEST_CASE("a stream that runs is finished before the end", "[e2e][serve]") {
  rr_server server;
  REQUIRE(server.started());
  auto client = server.connect();
  client.send("GET /stream?n=20&ms=20 HTTP/1.1\r\nHost: a\r\n\r\n");
  auto head = client.read_some(20);
  server.process().signal(SIGTERM);
  std::string rest = head;
  for (auto piece = client.read_some(1, 3s); !piece.empty(); piece = client.read_some(1, 3s))
    rest += piece;
  CHECK(rest.find("chunk 20\n") != std::string::npos);
  CHECK(rest.find("0\r\n\r\n") != std::string::npos);
  CHECK(server.process().wait(5s) == 0);
}

TEST_CASE("a second signal ends at once with exit code 1", "[e2e][serve]") {
  rr_server server;
  REQUIRE(server.started());
  auto client = server.connect();
  client.send("GET /hang HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK_FALSE(client.closed(200ms));
  server.process().signal(SIGTERM);
  CHECK(eventually([&] { return server.process().out().find("stop signal received") != std::string::npos; }));
  server.process().signal(SIGTERM);
  CHECK(server.process().wait(3s) == 1);
  CHECK(server.process().out().find("exit forced") != std::string::npos);
}

TEST_CASE("at the end of the grace period a hanging request is cut", "[e2e][serve]") {
  server_options o;
  o.extra = "endure:\n  grace_period: 1s\n";
  rr_server server{o};
  REQUIRE(server.started());
  auto client = server.connect();
  client.send("GET /hang HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK_FALSE(client.closed(200ms));
  auto start = std::chrono::steady_clock::now();
  server.stop(10s);
  CHECK(std::chrono::steady_clock::now() - start < 4s);
}

TEST_CASE("after a kill -9 of the server no worker survives", "[e2e][serve]") {
  server_options o;
  o.workers = 3;
  rr_server server{o};
  REQUIRE(server.started());
  auto below = descendants_of(server.process().pid());
  CHECK(below.size() >= 3);
  server.process().signal(SIGKILL);
  server.process().wait(5s);
  for (auto pid : below)
    CHECK(eventually([&] { return !alive(pid); }, 5s));
}

TEST_CASE("a port in use fails the start and names the plugin and the address", "[e2e][serve]") {
  rr_server first;
  REQUIRE(first.started());
  temp_folder folder;
  folder.write(".rr.yaml", rr_server::config_text({}, first.port()));
  auto second = run_rr({"serve"}, folder.path().string());
  INFO(second.err);
  CHECK(second.exit_code == 1);
  CHECK(second.err.find("*http.Plugin") != std::string::npos);
  CHECK(second.err.find("address already in use") != std::string::npos);
  CHECK(first.get("/upper?hello=mine").body == "MINE");
}

TEST_CASE("workers speak over all three relays", "[e2e][relay]") {
  auto relay = GENERATE("pipes", "tcp", "unix");
  temp_folder folder;
  server_options o;
  o.workers = 2;
  if (std::string{relay} == "tcp")
    o.relay = "tcp://127.0.0.1:" + std::to_string(free_port());
  else if (std::string{relay} == "unix")
    o.relay = "unix://" + (folder.path() / "rr.sock").string();
  rr_server server{o};
  REQUIRE(server.started());
  CHECK(server.get("/upper?hello=relay").body == "RELAY");
  std::string body(5u << 20, 'b');
  CHECK((server.post("/echo", body).body == body));
  CHECK(server.get("/stream?n=12").complete);
  auto victim = server.workers().at(0);
  ::kill(victim, SIGKILL);
  CHECK(server.logged("worker died"));
  auto replaced = [&] {
    auto now = server.workers();
    return now.size() == 2 && std::find(now.begin(), now.end(), victim) == now.end();
  };
  CHECK(eventually(replaced));
  CHECK(server.get("/upper?hello=again").body == "AGAIN");
}

TEST_CASE("workers in other languages serve too", "[e2e][languages]") {
  server_options o;
  o.command = "python3 " RR_SOURCE "/examples/python/worker.py";
  rr_server python{o};
  REQUIRE(python.started());
  CHECK(python.get("/").status == 200);
}

TEST_CASE("the sample application answers every route it names", "[e2e][example]") {
  server_options o;
  o.command = "php " RR_SOURCE "/examples/hello/worker.php";
  o.workers = 2;
  rr_server server{o};
  REQUIRE(server.started());
  auto page = server.get("/");
  CHECK(page.status == 200);
  CHECK(page.header("Content-Type").find("text/html") == 0);
  CHECK(server.get("/json").header("Content-Type").find("application/json") == 0);
  CHECK(server.get("/slow?ms=10").status == 200);
  CHECK(server.get("/stream?n=3&ms=1").complete);
  CHECK(server.post("/echo", "x").body == "x");
  CHECK(server.get("/crash").status == 500);
  CHECK(server.get("/nowhere").status == 404);
}

TEST_CASE("the environment of workers is built in the documented order (case 52)", "[e2e][server]") {
  server_options o;
  o.server = "env:\n  lower: from-config\n  TWICE: ${HOME_OF_TEST}\n  RR_VERSION: mine";
  o.env = {"HOME_OF_TEST=/x", "INHERITED=yes"};
  rr_server server{o};
  REQUIRE(server.started());
  CHECK(server.get("/env?name=LOWER").body == "from-config");
  CHECK(server.get("/env?name=TWICE").body == "/x");
  CHECK(server.get("/env?name=INHERITED").body == "yes");
  CHECK(server.get("/env?name=RR_RELAY").body == "pipes");
  CHECK(server.get("/env?name=RR_VERSION").body != "mine");
}

TEST_CASE("on_init runs before the workers, and may fail the start (cases 53 and 54)", "[e2e][server]") {
  server_options good;
  good.server = "on_init:\n  command: [sh, -c, \"echo prepared the ground\"]";
  rr_server server{good};
  REQUIRE(server.started());
  CHECK(server.logged("prepared the ground"));

  server_options bad;
  bad.server = "on_init:\n  command: [sh, -c, \"exit 4\"]\n  exit_on_error: true";
  auto refused = failing_start(bad);
  INFO(refused.err);
  CHECK(refused.exit_code == 1);
  CHECK(refused.err.find("*server.Plugin") != std::string::npos);

  server_options tolerated = bad;
  tolerated.server = "on_init:\n  command: [sh, -c, \"exit 4\"]";
  rr_server goes_on{tolerated};
  CHECK(goes_on.started());
}

TEST_CASE("grandchildren do not outlive the server", "[e2e][serve]") {
  server_options o;
  o.command = "php " RR_SOURCE "/tests/workers/grandchild.php";
  rr_server server{o};
  REQUIRE(server.started());
  auto answer = server.get("/");
  auto below = descendants_of(server.process().pid());
  CHECK(below.size() >= 3); // guardian, worker, grandchild
  CHECK(server.stop() == 0);
  for (auto pid : below)
    CHECK(eventually([&] { return !alive(pid); }, 3s));
}
