#include "plugins/server/server_plugin.hpp"

#include "plugins/pool_factory.hpp"
#include "plugins/server/worker_environment.hpp"
#include "tests/plugins/captured_log.hpp"
#include "tests/plugins/config_text.hpp"
#include "tests/plugins/container_fixture.hpp"
#include "tests/supervisor/scripted_process.hpp"

#include <cstdlib>
#include <unistd.h>

using namespace rr;
using namespace rr::test;
using namespace std::chrono_literals;

namespace {

/// The server plugin in a container, beside a consumer of its factory.
class server_fixture : public container_fixture {
public:
  server_fixture() : launcher(std::make_shared<scripted_launcher>(system)) {
    h.launcher = launcher;
    h.version = "2025.1.15";
    auto& user = add("http");
    user.describe = requires_a<pool_factory>();
    user.init = [this](init_context& c) {
      factory = c.get<pool_factory>();
      return init_result{};
    };
  }
  ~server_fixture() { factory.reset(); }

  void start_with(const std::string& text) {
    document = document_of(text);
    h.config = &document;
    real.push_back(make_server_plugin());
    start();
  }

  /// The values of `name` in the environment, in order.
  static diary values(const std::vector<std::string>& env, const std::string& name) {
    diary result;
    for (auto& line : env)
      if (line.rfind(name + "=", 0) == 0)
        result.push_back(line.substr(name.size() + 1));
    return result;
  }

  config::document document;
  std::shared_ptr<scripted_launcher> launcher;
  std::shared_ptr<pool_factory> factory;
};

/// A variable of this process while the object lives.
class own_variable {
public:
  own_variable(std::string name, const std::string& value) : name_(std::move(name)) {
    ::setenv(name_.c_str(), value.c_str(), 1);
  }
  ~own_variable() { ::unsetenv(name_.c_str()); }

private:
  std::string name_;
};

} // namespace

TEST_CASE_METHOD(server_fixture, "without a server section the plugin and its consumers are off",
                 "[server_plugin]") {
  start_with("version: '3'\n");

  CHECK(start_error() == "All plugins are disabled, nothing to serve");
  CHECK(states()["server"] == "disabled [the configuration has no section server]");
  CHECK(states()["http"] == "disabled [missing dependency rr.server/1]");
}

TEST_CASE_METHOD(server_fixture, "whoever has a section but no server is warned", "[server_plugin]") {
  captured_log log;

  start_with("http: {address: ':8080'}\n");

  CHECK(log.has("WARN http: plugin disabled reason=missing dependency rr.server/1"));
}

TEST_CASE_METHOD(server_fixture, "an empty command ends the start", "[server_plugin]") {
  auto text = GENERATE("server: {relay: pipes}\n", "server: {command: ''}\n", "server: {command: []}\n");

  start_with(text);

  CHECK(start_error().find("server_plugin_init: Init error: command should not be empty") == 0);
}

TEST_CASE_METHOD(server_fixture, "a pool gets the common command unless it has its own", "[server_plugin]") {
  start_with("server: {command: \"php -d a=1,2 'my worker.php'\"}\n");
  REQUIRE(is_up());
  pool_options own;
  own.worker.process.argv = {"php", "other.php"};

  CHECK(factory->complete({}, {})->worker.process.argv ==
        std::vector<std::string>{"php", "-d", "a=1,2", "my worker.php"});
  CHECK(factory->complete(own, {})->worker.process.argv == std::vector<std::string>{"php", "other.php"});
}

TEST_CASE_METHOD(server_fixture, "a list of the command is taken as it is", "[server_plugin]") {
  start_with("server: {command: [php, '-d x=y', '']}\n");

  CHECK(factory->complete({}, {})->worker.process.argv == std::vector<std::string>{"php", "-d x=y", ""});
}

TEST_CASE_METHOD(server_fixture, "what the pool's owner chose is kept", "[server_plugin]") {
  start_with("server: {command: php}\n");
  pool_options o;
  o.name = "http";
  o.workers = 3;
  o.worker.stop_timeout = 7s;
  o.worker.choose_codec = [](const handshake&) { return payload_codec::json; };

  auto completed = factory->complete(o, {{"RR_MODE", "http"}});

  REQUIRE(completed);
  CHECK(completed->name == "http");
  CHECK(completed->workers == 3);
  CHECK(completed->worker.stop_timeout == 7s);
  CHECK(completed->worker.choose_codec({}) == payload_codec::json);
  CHECK(completed->worker.process.stdio == process_stdio::relay);
  CHECK_FALSE(completed->worker.process.user);
  CHECK_FALSE(factory->complete({}, {})->worker.choose_codec);
}

TEST_CASE_METHOD(server_fixture, "the environment of a worker has the documented parts", "[server_plugin]") {
  own_variable from_outside{"RR_TEST_NAME", "outer"};
  start_with("server:\n  command: php\n  env:\n    - app_env: test\n    - greeting: hi "
             "$RR_TEST_NAME${RR_TEST_NONE}!\n"
             "rpc: {listen: 'tcp://127.0.0.1:6001'}\n");

  auto env = factory->complete({}, {{"rr_mode", "http"}})->worker.process.env;

  CHECK(values(env, "RR_TEST_NAME") == diary{"outer"});
  CHECK(values(env, "RR_RELAY") == diary{"pipes"});
  CHECK(values(env, "RR_RPC") == diary{"tcp://127.0.0.1:6001"});
  CHECK(values(env, "APP_ENV") == diary{"test"});
  CHECK(values(env, "GREETING") == diary{"hi outer!"});
  CHECK(values(env, "RR_VERSION") == diary{"2025.1.15"});
  CHECK(values(env, "RR_MODE") == diary{"http"});
}

TEST_CASE_METHOD(server_fixture, "RR_RPC is not set where rpc.listen is not", "[server_plugin]") {
  start_with("server: {command: php}\nrpc: {}\n");

  CHECK(values(factory->complete({}, {})->worker.process.env, "RR_RPC").empty());
}

TEST_CASE("of the parts of an environment the later ones win", "[server_plugin]") {
  environment_parts parts;
  parts.inherited = {"PATH=/bin", "RR_RELAY=old", "odd line", "=x", "EMPTY=", "A=b=c"};
  parts.relay = "pipes";
  parts.rpc = "tcp://a";
  parts.version = "1.2.3";
  parts.server = {{"rr_relay", "tcp://b"}, {"RR_RPC", "tcp://c"}, {"rr_version", "9"}, {"rr_mode", "jobs"}};
  parts.mode = {{"RR_MODE", "http"}};

  CHECK(worker_environment(parts) == std::vector<std::string>{"PATH=/bin", "RR_RELAY=tcp://b",
                                                              "EMPTY=", "A=b=c", "RR_RPC=tcp://c",
                                                              "RR_MODE=http", "RR_VERSION=1.2.3"});
}

TEST_CASE("values of server.env see the inherited variables only", "[server_plugin]") {
  environment_parts parts;
  parts.inherited = {"HOME=/root"};
  parts.server = {{"A", "$HOME"}, {"B", "$A"}, {"C", "$RR_RELAY"}, {"D", "5$1"}};

  auto env = worker_environment(parts);

  CHECK(std::vector<std::string>(env.end() - 5, env.end() - 1) ==
        std::vector<std::string>{"A=/root", "B=", "C=", "D=5"});
}

TEST_CASE_METHOD(server_fixture, "a relay that cannot be is refused in the words of the reference",
                 "[server_plugin]") {
  auto [relay, text] = GENERATE(table<std::string, std::string>({
      {"sockets", "invalid DSN (tcp://:6001, unix://file.sock)"},
      {"tcp:127.0.0.1:1", "invalid DSN (tcp://:6001, unix://file.sock)"},
      {"tcp://a://b", "invalid DSN (tcp://:6001, unix://file.sock)"},
      {"udp://127.0.0.1:1", "invalid Protocol ([tcp://]:6001, unix://file.sock), address: udp://127.0.0.1:1"},
  }));

  start_with("server: {command: php, relay: '" + relay + "'}\n");

  CHECK(start_error() == "server_plugin_init_factory: Network: " + text);
  CHECK_FALSE(remedy_of(started.front().error()).empty());
}

TEST_CASE_METHOD(server_fixture, "an unknown user ends the start", "[server_plugin]") {
  start_with("server: {command: php, user: rr-no-such-user}\n");

  CHECK(start_error() == "server_plugin_init: Init error: user: unknown user rr-no-such-user");
  CHECK(remedy_of(started.front().error()).find("server.user") != std::string::npos);
}

TEST_CASE_METHOD(server_fixture, "workers run as the user that is named", "[server_plugin]") {
  start_with("server: {command: php, user: root}\n");

  auto user = factory->complete({}, {})->worker.process.user;

  REQUIRE(user);
  CHECK(user->uid == 0);
  CHECK(user->gid == 0);
}

TEST_CASE_METHOD(server_fixture, "on_init needs a command", "[server_plugin]") {
  start_with("server: {command: php, on_init: {exec_timeout: 1s}}\n");

  CHECK(start_error().find("server_plugin_init: Init error: on_init command should not be empty") == 0);
}

TEST_CASE_METHOD(server_fixture, "an unknown user of on_init ends the start", "[server_plugin]") {
  start_with("server: {command: php, on_init: {command: 'true', user: rr-no-such-user}}\n");

  CHECK(start_error() == "server_plugin_init: Init error: user: unknown user rr-no-such-user");
}

TEST_CASE_METHOD(server_fixture,
                 "on_init runs to its end before pools are served, with its output in the log",
                 "[server_plugin]") {
  captured_log log;
  own_variable from_outside{"RR_TEST_NAME", "outer"};
  start_with("server:\n  command: php\n  on_init:\n    command: php migrate.php\n    env: {rr_test_name: "
             "own, step: '1'}\n");
  REQUIRE(launcher->launches == 1);
  auto& process = launcher->at(0);

  CHECK(process.spec.argv == std::vector<std::string>{"php", "migrate.php"});
  CHECK(values(process.spec.env, "RR_TEST_NAME") == diary{"outer"});
  CHECK(values(process.spec.env, "STEP") == diary{"1"});
  CHECK(values(process.spec.env, "RR_RELAY").empty());
  CHECK(steps("serve").empty());

  process.say("migrated\n");
  process.say_stderr("12 tables\n");
  process.exit(0);
  settle();

  CHECK(is_up());
  CHECK(steps("serve") == diary{"http"});
  CHECK(log.has("INFO server: migrated"));
  CHECK(log.has("INFO server: 12 tables"));
}

TEST_CASE_METHOD(server_fixture, "output that arrives after the exit of on_init is logged",
                 "[server_plugin]") {
  captured_log log;
  launcher->script.exit_seen_first = true;
  start_with("server: {command: php, on_init: {command: 'true'}}\n");

  launcher->at(0).say("last words\n");
  launcher->at(0).exit(0);
  settle();

  CHECK(is_up());
  CHECK(log.has("INFO server: last words"));
}

TEST_CASE_METHOD(server_fixture, "a failed on_init is logged and the start goes on", "[server_plugin]") {
  captured_log log;
  start_with("server: {command: php, on_init: {command: 'false'}}\n");

  launcher->at(0).exit(3);
  settle();

  CHECK(is_up());
  CHECK(log.has("ERROR server: process wait error=exit status 3"));
  CHECK(log.has("ERROR server: on_init was finished with errors error=exit status 3"));
}

TEST_CASE_METHOD(server_fixture, "a failed on_init ends the start where exit_on_error is set",
                 "[server_plugin]") {
  start_with("server: {command: php, on_init: {command: 'false', exit_on_error: true}}\n");

  launcher->at(0).exit(3);
  settle();

  CHECK(start_error() == "Function call error:\n\tserve error from the plugin *server.Plugin stopping "
                         "execution, error: server_on_init: "
                         "exit status 3");
  CHECK(steps("serve").empty());
}

TEST_CASE_METHOD(server_fixture, "an on_init that cannot be started is logged, or ends the start",
                 "[server_plugin]") {
  captured_log log;
  auto exits = GENERATE(false, true);
  worker_script script;
  script.launch_error = "exec: \"nope\": executable file not found in $PATH";
  launcher->next.push_back(script);

  start_with("server: {command: php, on_init: {command: nope, exit_on_error: " +
             std::string{exits ? "true" : "false"} + "}}\n");

  CHECK(is_up() == !exits);
  CHECK(
      log.has("ERROR server: on_init was finished with errors error=WorkerAllocate: " + script.launch_error));
  if (exits)
    CHECK(start_error().find(script.launch_error) != std::string::npos);
}

TEST_CASE_METHOD(server_fixture, "an on_init that takes too long is killed", "[server_plugin]") {
  captured_log log;
  auto exits = GENERATE(false, true);
  start_with("server: {command: php, on_init: {command: sleep 9, exec_timeout: 2s, exit_on_error: " +
             std::string{exits ? "true" : "false"} + "}}\n");

  advance(1999ms);
  CHECK(launcher->at(0).alive());
  CHECK(started.empty());

  advance(1ms);
  CHECK(launcher->at(0).killed());
  CHECK(is_up() == !exits);
  CHECK(log.has("ERROR server: process wait error=signal: killed"));
  if (exits)
    CHECK(start_error().find("server_on_init: startup process has been killed by timeout") !=
          std::string::npos);
}

TEST_CASE_METHOD(server_fixture, "an on_init whose time is over before it runs is killed when it does",
                 "[server_plugin]") {
  worker_script script;
  script.launch_takes = 5s;
  launcher->next.push_back(script);
  start_with("server: {command: php, on_init: {command: sleep 9, exec_timeout: 2s}}\n");

  advance(5s);

  CHECK(launcher->at(0).killed());
  CHECK(is_up());
}

TEST_CASE_METHOD(server_fixture, "on_init does not wait for what it left behind", "[server_plugin]") {
  start_with("server: {command: php, on_init: {command: start-a-daemon}}\n");

  launcher->at(0).hold_output();
  launcher->at(0).exit(0);
  settle();
  CHECK(started.empty());

  advance(1s);
  CHECK(is_up());
}

TEST_CASE_METHOD(server_fixture, "on_init is not run again when its part of the tree starts again",
                 "[server_plugin]") {
  start_with("server: {command: php, on_init: {command: 'true'}}\n");
  launcher->at(0).exit(0);
  settle();
  auto part = registry::instance().find("rr/server");
  REQUIRE(part != nullptr);

  caf::anon_send_exit(caf::actor_cast<caf::actor>(part), caf::exit_reason::kill);
  advance(1s);

  CHECK(registry::instance().find("rr/server") != nullptr);
  CHECK(registry::instance().find("rr/server") != part);
  CHECK(launcher->launches == 1);
}

TEST_CASE_METHOD(server_fixture, "a stop during on_init kills it", "[server_plugin]") {
  start_with("server: {command: php, on_init: {command: sleep 9}}\n");

  halt();

  CHECK(launcher->at(0).killed());
  REQUIRE(stopped.size() == 1);
  CHECK(stopped.front());
}

TEST_CASE_METHOD(server_fixture, "a factory's start function makes the pool that was completed",
                 "[server_plugin]") {
  start_with("server: {command: php worker.php}\n");
  pool_options o;
  o.name = "http";
  o.workers = 2;
  auto completed = factory->complete(o, {{"RR_MODE", "http"}});
  REQUIRE(completed);

  auto pool = own(factory->pool_start(*completed)(system, birth{"rr/http/pool", {"pool", 1}, {}}));
  settle();

  CHECK(pool);
  REQUIRE(launcher->alive() == 2);
  CHECK(launcher->at(0).spec.argv == std::vector<std::string>{"php", "worker.php"});
  CHECK(values(launcher->at(1).spec.env, "RR_MODE") == diary{"http"});
}
