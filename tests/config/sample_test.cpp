// A configuration as users of RoadRunner write it, with several sections, read from a file to typed options.
#include "config/decode.hpp"

#include "tests/config/support.hpp"

#include <catch2/catch.hpp>

using namespace rr::config;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view sample = R"yaml(
version: "3"

# shared by two pools
x-pool: &pool
  num_workers: ${WORKERS:-2}
  allocate_timeout: 60s
  supervisor:
    ttl: 1h30m
    max_worker_memory: 128

include:
  - .rr-${ENVIRONMENT:-prod}.yaml

rpc:
  listen: tcp://127.0.0.1:${RPC_PORT:-6001}

server:
  command: "php app.php --modes=a,b"
  user: ""
  env:
    - XDEBUG_SESSION: 1
    - App_Env: "${ENVIRONMENT:-prod}"
  relay: pipes
  relay_timeout: 60s
  on_init:
    command:
      - sh
      - -c
      - "echo ${GREETING:-hello world}"
    exec_timeout: 0

http:
  address: 0.0.0.0:8080
  max_request_size: 256
  middleware: headers,gzip
  trusted_subnets: ["10.0.0.0/8", "127.0.0.0/8"]
  pool:
    <<: *pool
    max_jobs: 0x10
  ssl:
  access_logs: on

service:
  Some-Service_1:
    command: "php tests/loop.php"
    process_num: 010
    restart_sec: 5
    timeout_stop_sec: 1m
  second:
    command: binary
    remain_after_exit: true
)yaml";

struct supervisor_options {
  std::chrono::seconds ttl{0};
  std::uint64_t max_worker_memory = 0;
};

struct pool_options {
  unsigned num_workers = 0;
  unsigned max_jobs = 0;
  std::chrono::milliseconds allocate_timeout = 10s;
  std::optional<supervisor_options> supervisor;
};

struct http_options {
  std::string address;
  std::uint64_t max_request_size = 1000;
  std::vector<std::string> middleware;
  std::vector<std::string> trusted_subnets;
  bool access_logs = false;
  pool_options pool;
  std::optional<supervisor_options> ssl;
};

struct on_init_options {
  std::vector<std::string> command;
  std::chrono::seconds exec_timeout = 60s;
};

struct server_options {
  std::vector<std::string> command;
  std::string user = "nobody";
  std::map<std::string, std::string> env;
  std::string relay;
  std::optional<on_init_options> on_init;
};

struct process_options {
  std::vector<std::string> command;
  unsigned process_num = 1;
  bool remain_after_exit = false;
  std::chrono::seconds restart = 30s;
  std::chrono::seconds timeout_stop = 5s;
};

struct service_options {
  std::map<std::string, process_options> services;
};

section<http_options> http_section() {
  section<supervisor_options> supervisor{"supervisor", "Limits."};
  supervisor.field("ttl", &supervisor_options::ttl)
      .field("max_worker_memory", &supervisor_options::max_worker_memory, {.unit = "MB"});
  section<pool_options> pool{"pool", "Workers."};
  pool.field("num_workers", &pool_options::num_workers, {.max = 500})
      .field("max_jobs", &pool_options::max_jobs)
      .field("allocate_timeout", &pool_options::allocate_timeout, {.zero_means_default = true})
      .sub("supervisor", &pool_options::supervisor, supervisor);
  section<http_options> s{"http", "The HTTP server."};
  s.field("address", &http_options::address, {.required = true})
      .field("max_request_size", &http_options::max_request_size, {.unit = "MB"})
      .field("middleware", &http_options::middleware)
      .field("trusted_subnets", &http_options::trusted_subnets)
      .field("access_logs", &http_options::access_logs)
      .sub("pool", &http_options::pool, pool)
      .sub("ssl", &http_options::ssl, supervisor);
  return s;
}

section<server_options> server_section() {
  section<on_init_options> on_init{"on_init", "Runs once."};
  on_init.field("command", &on_init_options::command, {.command = true, .required = true})
      .field("exec_timeout", &on_init_options::exec_timeout, {.zero_means_default = true});
  section<server_options> s{"server", "Starts workers."};
  s.field("command", &server_options::command, {.command = true, .required = true})
      .field("user", &server_options::user)
      .map("env", &server_options::env)
      .field("relay", &server_options::relay)
      .sub("on_init", &server_options::on_init, on_init)
      .ignored({"relay_timeout"});
  return s;
}

section<service_options> service_section() {
  section<process_options> process{"process", "A program."};
  process.field("command", &process_options::command, {.command = true, .required = true})
      .field("process_num", &process_options::process_num)
      .field("remain_after_exit", &process_options::remain_after_exit)
      .field("restart_sec", &process_options::restart, {.bare_unit = 1s, .zero_means_default = true})
      .field("timeout_stop_sec", &process_options::timeout_stop,
             {.bare_unit = 1s, .zero_means_default = true});
  section<service_options> s{"service", "Programs."};
  s.names(&service_options::services, process);
  return s;
}

document loaded(std::vector<std::string> overrides,
                std::map<std::string, std::string, std::less<>> environment) {
  temporary_directory directory;
  directory.write(".rr.yaml", sample);
  directory.write(".rr-prod.yaml", "version: '3'\nlogs: {level: error}\n");
  directory.write(".rr-dev.yaml", "version: '3'\nlogs: {level: debug}\nrpc: {listen: 'unix://rr.sock'}\n");
  auto options = directory.options();
  options.overrides = std::move(overrides);
  options.environment = environment_of(std::move(environment));
  auto out = load(options);
  if (!out)
    throw std::runtime_error(render(out.error()));
  return std::move(*out);
}

} // namespace

TEST_CASE("a whole configuration of users is read to its options", "[config][sample]") {
  const auto config = loaded({}, {});
  problems warnings = check_sections(config, {"rpc", "server", "http", "service", "logs"});

  const auto server = decode(config, "server", server_section(), warnings);
  const auto service = decode(config, "service", service_section(), warnings);

  CHECK(config.text_or("rpc.listen", "-") == "tcp://127.0.0.1:6001");
  CHECK(config.text_or("logs.level", "-") == "error");
  REQUIRE(server);
  CHECK(server->command == text_list{"php", "app.php", "--modes=a,b"});
  CHECK(server->user.empty()); // an empty string is set
  CHECK(server->env == text_map{{"App_Env", "prod"}, {"XDEBUG_SESSION", "1"}});
  REQUIRE(server->on_init);
  CHECK(server->on_init->command == text_list{"sh", "-c", "echo hello world"});
  CHECK(server->on_init->exec_timeout == 60s);
  REQUIRE(service);
  REQUIRE(service->services.size() == 2);
  const auto& first = service->services.at("Some-Service_1");
  CHECK(first.process_num == 8); // octal, as the reference reads it
  CHECK(first.restart == 5s);
  CHECK(first.timeout_stop == 1min);
  CHECK(service->services.at("second").remain_after_exit);
  CHECK(warnings.empty());
}

TEST_CASE("an on is no boolean and the message says so", "[config][sample]") {
  const auto config = loaded({}, {});
  problems warnings;

  const auto http = decode(config, "http", http_section(), warnings);

  REQUIRE_FALSE(http);
  REQUIRE(http.error().size() == 1);
  CHECK(render(http.error()[0]) ==
        ".rr.yaml:42:16: http.access_logs: cannot read 'on' as a boolean; give true or false");
}

TEST_CASE("the environment and overrides change a configuration of users", "[config][sample]") {
  const auto config =
      loaded({"http.access_logs=true", "http.middleware=a,b,c", "http.pool.allocate_timeout=0s"},
             {{"ENVIRONMENT", "dev"}, {"WORKERS", "7"}, {"RPC_PORT", "1"}});
  problems warnings;

  const auto http = decode(config, "http", http_section(), warnings);

  CHECK(config.text_or("rpc.listen", "-") ==
        "unix://rr.sock"); // the included section replaces that of the root
  CHECK(config.text_or("logs.level", "-") == "debug");
  REQUIRE(http);
  CHECK(http->access_logs);
  CHECK(http->middleware == text_list{"a", "b", "c"});
  CHECK(http->trusted_subnets.size() == 2);
  CHECK(http->max_request_size == 256);
  CHECK_FALSE(http->ssl);
  CHECK(http->pool.num_workers == 7);
  CHECK(http->pool.max_jobs == 16);
  CHECK(http->pool.allocate_timeout == 10s); // 0 is the default
  REQUIRE(http->pool.supervisor);
  CHECK(http->pool.supervisor->ttl == 90min);
  CHECK(http->pool.supervisor->max_worker_memory == 128);
  CHECK(warnings.empty());
}

TEST_CASE("a value that comes from a variable is told with the place of the variable", "[config][sample]") {
  const auto config = loaded({"http.access_logs=1"}, {{"WORKERS", "many"}});
  problems warnings;

  const auto http = decode(config, "http", http_section(), warnings);

  REQUIRE_FALSE(http);
  CHECK(
      render(http.error()[0]) ==
      ".rr.yaml:6:16: http.pool.num_workers: cannot read 'many' as a number; give a whole number such as 4");
}
