#include "tests/e2e/rr_server.hpp"

#include <catch2/catch.hpp>
#include <csignal>

using namespace rr::test;

namespace {

std::string worker(const std::string& script) { return "php " RR_SOURCE "/tests/workers/" + script; }

server_options boot_with(const std::string& command) {
  server_options o;
  o.command = command;
  o.pool = "allocate_timeout: 2s";
  return o;
}

/// rr must refuse to start, exit with 1, name the plugin and the cause, and leave nothing behind.
void check_refused(server_options options, const std::vector<std::string>& causes) {
  auto result = failing_start(std::move(options));
  INFO(result.err);
  CHECK(result.exit_code == 1);
  CHECK(result.err.find("handle_serve_command: Function call error:\n\tserve error from the plugin *http.Plugin stopping "
                        "execution, error: ") != std::string::npos);
  for (auto& cause : causes)
    CHECK(result.err.find(cause) != std::string::npos);
  CHECK(result.out.find("server started") == std::string::npos);
}

} // namespace

TEST_CASE("a boot that fails says why: missing script", "[e2e][boot]") {
  check_refused(boot_with(worker("not-there.php")), {"WorkerAllocate", "Could not open input file"});
}

TEST_CASE("a boot that fails says why: parse error", "[e2e][boot]") {
  check_refused(boot_with(worker("parse_error.php")), {"WorkerAllocate", "arse error"});
}

TEST_CASE("a boot that fails says why: exit status", "[e2e][boot]") {
  check_refused(boot_with(worker("exit3.php")), {"WorkerAllocate", "exit status 3"});
}

TEST_CASE("a boot that fails says why: segmentation fault", "[e2e][boot]") {
  check_refused(boot_with(worker("segfault.php")), {"WorkerAllocate", "signal: segmentation fault"});
}

TEST_CASE("a boot that fails says why: text on stdout (case 22)", "[e2e][boot]") {
  check_refused(boot_with(worker("stdout_text.php")), {"WorkerAllocate", "validation failed on the message sent to STDOUT"});
}

TEST_CASE("a boot that fails says why: no handshake", "[e2e][boot]") {
  auto start = std::chrono::steady_clock::now();
  check_refused(boot_with(worker("no_handshake.php")), {"WorkerAllocate", "error-codes/allocate-timeout"});
  CHECK(std::chrono::steady_clock::now() - start < 6s);
}

TEST_CASE("a boot that fails says why: an echo is no handshake", "[e2e][boot]") {
  check_refused(boot_with("/bin/cat"), {"WorkerAllocate"});
}

TEST_CASE("a boot that fails says why: command not found", "[e2e][boot]") {
  check_refused(boot_with("no-such-command-here w.php"), {"executable file not found in $PATH"});
}

TEST_CASE("an unknown user is refused at start (case 51)", "[e2e][boot]") {
  server_options o;
  o.server = "user: nobody-of-that-name";
  auto result = failing_start(o);
  INFO(result.err);
  CHECK(result.exit_code == 1);
  CHECK(result.err.find("nobody-of-that-name") != std::string::npos);
}

TEST_CASE("a worker killed in flight costs exactly one error and the next request is fine (case 25)", "[e2e][worker]") {
  rr_server server;
  REQUIRE(server.started());
  auto victim = server.workers().at(0);
  auto client = server.connect();
  auto file = server.folder().path() / "working";
  client.send("GET /hang?file=" + file.string() + " HTTP/1.1\r\nHost: a\r\n\r\n");
  REQUIRE(eventually([&] { return std::filesystem::exists(file); }));
  ::kill(victim, SIGKILL);

  auto answer = client.read(5s);
  CHECK(answer.status == 500);
  CHECK(answer.body.empty());
  CHECK(client.request("GET", "/upper?hello=next").body == "NEXT");
  CHECK(server.logged("worker died"));
  CHECK(server.logged("signal: killed"));
}

TEST_CASE("every way in which a worker can fail a request gives internal_error_code, and the next one is served",
          "[e2e][worker]") {
  server_options o;
  o.http = "internal_error_code: 444";
  rr_server server{o};
  REQUIRE(server.started());
  for (auto target : {"/error", "/throw", "/exit?code=3", "/die", "/kill", "/garbage", "/garbage-only", "/bad-crc", "/half",
                      "/codec?flags=16", "/bad-proto", "/no-option", "/bad-split"}) {
    INFO(target);
    auto answer = server.get(target);
    CHECK(answer.status == 444);
    CHECK(answer.body.empty());
    CHECK(server.get("/upper?hello=ok").body == "OK");
  }
  CHECK(server.workers().size() == 1);
}

TEST_CASE("text on stdout is quoted in the log without a wait (case 22)", "[e2e][worker]") {
  rr_server server;
  REQUIRE(server.started());
  auto start = std::chrono::steady_clock::now();
  CHECK(server.get("/garbage-only").status == 500);
  CHECK(std::chrono::steady_clock::now() - start < 1500ms);
  CHECK(server.logged("something that was printed"));
}

TEST_CASE("a stream that breaks half-way is cut, not ended (case 60)", "[e2e][worker]") {
  rr_server server;
  REQUIRE(server.started());
  for (auto target : {"/stream-exit", "/stream-error"}) {
    auto answer = server.get(target);
    CHECK(answer.status == 200);
    CHECK(answer.body == "first\nsecond\n");
    CHECK_FALSE(answer.complete);
  }
  CHECK(server.get("/upper?hello=ok").body == "OK");
}

TEST_CASE("exec_ttl ends a hanging request with an error within its time (case 37)", "[e2e][worker]") {
  server_options o;
  o.pool = "supervisor:\n  exec_ttl: 500ms";
  rr_server server{o};
  REQUIRE(server.started());
  auto pid = server.get("/pid").body;
  CHECK(server.get("/hang").status == 500);
  CHECK(server.get("/pid").body != pid);
  CHECK(server.logged("EventExecTTL"));
}

TEST_CASE("with max_jobs 1 each answer comes from another process (case 23)", "[e2e][worker]") {
  server_options o;
  o.pool = "max_jobs: 1";
  rr_server server{o};
  REQUIRE(server.started());
  auto first = server.get("/pid").body, second = server.get("/pid").body, third = server.get("/pid").body;
  CHECK(first != second);
  CHECK(second != third);
}

TEST_CASE("a worker's request to be replaced is invisible to the client (case 24)", "[e2e][worker]") {
  rr_server server;
  REQUIRE(server.started());
  auto before = server.get("/pid").body;
  auto answer = server.get("/restart-once?file=" + (server.folder().path() / "once").string());
  CHECK(answer.status == 200);
  CHECK(answer.body != before);
  auto last = server.get("/restart-after").body;
  CHECK(last == answer.body);
  CHECK(server.get("/pid").body != last);
}

TEST_CASE("a full queue and a wait that is too long give the documented errors (cases 27 and 28)", "[e2e][worker]") {
  server_options o;
  o.pool = "max_queue_size: 2\nallocate_timeout: 500ms";
  rr_server server{o};
  REQUIRE(server.started());
  auto busy = server.connect(), waiting = server.connect();
  busy.send("GET /stream?n=2&ms=1500 HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(busy.read_some(10).find("HTTP/1.1 200") == 0); // the only worker is taken
  waiting.send("GET /upper HTTP/1.1\r\nHost: a\r\n\r\n");
  // Full is full, whoever came first: one of the two waits in vain, the other is refused at once.
  auto full = [&] { return server.get("/upper").status == 500 && server.log().find("max queue size reached") != std::string::npos; };
  CHECK(eventually(full));
  CHECK(waiting.read(3s).status == 500);
  CHECK(server.logged("no free workers in the pool, wait timeout exceed"));
  CHECK(eventually([&] { return server.get("/upper?hello=free").body == "FREE"; }));
}

TEST_CASE("a script that is broken and repaired while serving: capacity comes back (case 26)", "[e2e][worker]") {
  temp_folder folder;
  auto good = "<?php require '" RR_SOURCE "/tests/workers/http_app.php';";
  auto script = folder.write("app.php", good);
  server_options o;
  o.command = "php " + script.string();
  o.workers = 2;
  rr_server server{o};
  REQUIRE(server.started());

  folder.write("app.php", "<?php exit(3);");
  for (auto pid : server.workers())
    ::kill(pid, SIGKILL);
  CHECK(server.logged("exit status 3"));
  auto waiting = server.connect();
  waiting.send("GET /upper?hello=patient HTTP/1.1\r\nHost: a\r\n\r\n");
  folder.write("app.php", good);

  CHECK(waiting.read(15s).body == "PATIENT");
  CHECK(eventually([&] { return server.workers().size() == 2; }, 15s));
}

TEST_CASE("a debug pool shows the error to the client and uses a process per request (case 58)", "[e2e][worker]") {
  server_options o;
  o.pool = "debug: true";
  rr_server server{o};
  REQUIRE(server.started());
  auto failed = server.get("/throw");
  CHECK(failed.status == 500);
  CHECK(failed.body.find("thrown by request") != std::string::npos);
  CHECK(server.get("/pid").body != server.get("/pid").body);
  CHECK(eventually([&] { return server.workers().empty(); }));
}

TEST_CASE("stderr lines are logged with their process, also very long ones (case 56)", "[e2e][worker]") {
  rr_server server;
  REQUIRE(server.started());
  CHECK(server.get("/stderr?bytes=64000").body == "written");
  CHECK(server.logged(std::string(64000, 'e')));
  CHECK(server.get("/echo-output").body == "printed");
  CHECK(server.logged("printed by the application"));
}

TEST_CASE("a stopped worker does not keep the server from ending", "[e2e][worker]") {
  server_options o;
  o.extra = "endure:\n  grace_period: 2s\n";
  rr_server server{o};
  REQUIRE(server.started());
  ::kill(server.workers().at(0), SIGSTOP);
  CHECK(server.stop(8s) != 999);
}
