#include "tests/e2e/rr_server.hpp"

#include <catch2/catch.hpp>

using namespace rr::test;

namespace {

cli_result serve_with(const std::string& text, std::vector<std::string> more = {}) {
  temp_folder folder;
  folder.write(".rr.yaml", text);
  more.insert(more.begin(), "serve");
  return run_rr(more, folder.path().string());
}

bool says(const std::string& text, const std::string& what) { return text.find(what) != std::string::npos; }

} // namespace

TEST_CASE("help and version go to stdout with exit code 0", "[e2e][cli]") {
  for (std::vector<std::string> arguments : {std::vector<std::string>{}, {"--help"}, {"help"}, {"serve", "--help"}}) {
    auto result = run_rr(arguments, "/");
    CHECK(result.exit_code == 0);
    CHECK(says(result.out, "Usage:"));
    CHECK(result.err.empty());
  }
  CHECK(says(run_rr({}, "/").out, "serve"));
  auto version = run_rr({"--version"}, "/");
  CHECK(version.exit_code == 0);
  CHECK(version.out.rfind("rr version ", 0) == 0);
  CHECK(run_rr({"-v"}, "/").out == version.out);
}

TEST_CASE("wrong words are refused with what was meant", "[e2e][cli]") {
  auto unknown = run_rr({"srve"}, "/");
  CHECK(unknown.exit_code == 1);
  CHECK(says(unknown.err, "unknown command \"srve\" for \"rr\""));
  CHECK(says(unknown.err, "Did you mean this?\n\tserve"));
  auto flag = run_rr({"serve", "--nope"}, "/");
  CHECK(flag.exit_code == 1);
  CHECK(says(flag.err, "--nope"));
}

TEST_CASE("a configuration that cannot be used ends with exit code 1 and the cause", "[e2e][cli]") {
  temp_folder empty;
  auto missing = run_rr({"serve"}, empty.path().string());
  CHECK(missing.exit_code == 1);
  CHECK(says(missing.err, "handle_serve_command: open "));
  CHECK(says(missing.err, ".rr.yaml: no such file or directory"));

  auto broken = serve_with("version: \"3\"\nserver: [\n");
  CHECK(broken.exit_code == 1);
  CHECK(says(broken.err, "handle_serve_command: While parsing config: yaml: line"));

  CHECK(says(serve_with("server:\n  command: x\n").err, "rr configuration file should contain a version e.g: version: 3"));
  CHECK(says(serve_with("version: 3\n").err, "version should be a string: `version: \"3\"`, actual type is: int"));
  CHECK(says(serve_with("version: \"3\"\nserver:\n  command: \"\"\n").err,
             "Init error:\n\tserver_plugin_init: command should not be empty"));
  CHECK(says(serve_with("version: \"3\"\nserver:\n  command: x\n  relay: pupes\n").err, "invalid DSN"));
}

TEST_CASE("a wrong value is named with file, line, key and remedy", "[e2e][cli]") {
  auto result = serve_with("version: \"3\"\nserver:\n  command: php w.php\nhttp:\n  address: 127.0.0.1:0\n  pool:\n"
                           "    num_workers: many\n");
  INFO(result.err);
  CHECK(result.exit_code == 1);
  CHECK(says(result.err, ".rr.yaml:7"));
  CHECK(says(result.err, "num_workers"));
}

TEST_CASE("unknown keys and durations without a unit are warnings that name the key", "[e2e][cli]") {
  server_options o;
  o.pool = "num_wrokers: 3\nallocate_timeout: 60000000000";
  rr_server server{o};
  REQUIRE(server.started());
  CHECK(server.logged("num_wrokers"));
  CHECK(server.logged("allocate_timeout"));
}

TEST_CASE("values can be overridden on the command line and come from the environment", "[e2e][cli]") {
  server_options o;
  o.arguments = {"-o", "http.pool.num_workers=3"};
  rr_server server{o};
  REQUIRE(server.started());
  CHECK(server.workers().size() == 3);
  CHECK(server.stop() == 0);
}

TEST_CASE("a dotenv file, a working directory and a pid file", "[e2e][cli]") {
  temp_folder folder;
  folder.write("settings.env", "FROM_FILE=yes\n");
  server_options o;
  o.arguments = {"--dotenv", (folder.path() / "settings.env").string(), "-p"};
  rr_server server{o};
  REQUIRE(server.started());
  CHECK(server.get("/env?name=FROM_FILE").body == "yes");
  CHECK(read_file(server.folder().path() / ".pid") == std::to_string(server.process().pid()));
  CHECK(server.stop() == 0);
  CHECK(read_file(server.folder().path() / ".pid").empty());

  CHECK(run_rr({"serve", "--dotenv", "/nowhere/x.env"}, folder.path().string()).exit_code == 1);
  CHECK(run_rr({"serve", "-w", "/nowhere"}, folder.path().string()).exit_code == 1);
}

TEST_CASE("without an http section nothing is served but the program runs (case 62)", "[e2e][cli]") {
  auto none = serve_with("version: \"3\"\nserver:\n  command: php w.php\nhttp:\n  pool:\n    num_workers: 1\n");
  CHECK(none.exit_code == 1);
  CHECK(says(none.err, "unable to run http service, no method has been specified (http, https, http/2 or FastCGI)"));
}

TEST_CASE("silent keeps the messages of the command back", "[e2e][cli]") {
  temp_folder folder;
  auto port = free_port();
  folder.write(".rr.yaml", rr_server::config_text({}, port));
  child process{{RR_PROGRAM, "serve", "-s"}, folder.path().string()};
  auto answers = [&] {
    try {
      return get(port, "/upper?hello=a").status == 201;
    } catch (const std::exception&) {
      return false;
    }
  };
  CHECK(eventually(answers));
  process.signal(15);
  CHECK(process.wait(5s) == 0);
  CHECK(process.out().empty());
}
