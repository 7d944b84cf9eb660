#include "plugins/pool_section.hpp"

#include "plugins/section_error.hpp"
#include "tests/plugins/captured_log.hpp"
#include "tests/plugins/config_text.hpp"

#include <thread>

using namespace rr;
using namespace rr::test;
using namespace std::chrono_literals;

namespace {

/// Reads `pool` of a file with this text below `http`.
expected<pool_config> read_pool(const std::string& text) {
  return read_section(document_of("http:\n  pool:\n" + text), "http.pool", pool_section(), "http_plugin_init",
                      logger{"http"});
}

pool_options options_of(const std::string& text) {
  auto document = document_of("http:\n  pool:\n" + text);
  auto config = read_pool(text);
  REQUIRE(config);
  return to_pool_options(*config, "http", document.find("http.pool"));
}

std::string error_of(const std::string& text) {
  auto config = read_pool(text);
  REQUIRE_FALSE(config);
  return render(config.error());
}

} // namespace

TEST_CASE("an absent pool section means the documented defaults", "[pool_section]") {
  auto o = to_pool_options({}, "http", nullptr);

  CHECK(o.name == "http");
  CHECK(o.workers == std::max(1u, std::thread::hardware_concurrency()));
  CHECK_FALSE(o.debug);
  CHECK_FALSE(o.queue_max);
  CHECK_FALSE(o.limits.jobs_max);
  CHECK_FALSE(o.limits.exec_ttl);
  CHECK(o.allocate_timeout == 60s);
  CHECK(o.destroy_timeout == 60s);
  CHECK(o.reset_timeout == 60s);
  CHECK(o.worker.boot_timeout == 60s);
  CHECK(o.worker.stop_timeout == 10s);
  CHECK(o.worker.relay.stream_timeout == 60s);
  CHECK(o.worker.process.argv.empty());
}

TEST_CASE("zero stands for each default of the pool section", "[pool_section]") {
  auto o =
      options_of("    num_workers: 0\n    max_jobs: 0\n    max_queue_size: 0\n    allocate_timeout: 0\n"
                 "    destroy_timeout: 0s\n    reset_timeout: 0\n    stream_timeout: 0\n"
                 "    supervisor: {watch_tick: 0, ttl: 0, idle_ttl: 0, exec_ttl: 0, max_worker_memory: 0}\n");

  CHECK(o.workers == std::max(1u, std::thread::hardware_concurrency()));
  CHECK_FALSE(o.queue_max);
  CHECK_FALSE(o.limits.jobs_max);
  CHECK_FALSE(o.limits.exec_ttl);
  CHECK(o.allocate_timeout == 60s);
  CHECK(o.destroy_timeout == 60s);
  CHECK(o.reset_timeout == 60s);
  CHECK(o.worker.relay.stream_timeout == 60s);
  CHECK(o.worker.stop_timeout == 10s);
}

TEST_CASE("the keys of the pool section become what a pool obeys", "[pool_section]") {
  auto o =
      options_of("    debug: true\n    command: php worker.php\n    num_workers: 7\n    max_jobs: 64\n"
                 "    max_queue_size: 100\n    allocate_timeout: 5s\n    destroy_timeout: 7s\n"
                 "    reset_timeout: 8s\n    stream_timeout: 9s\n    supervisor:\n      exec_ttl: 1500ms\n");

  CHECK(o.debug);
  CHECK(o.worker.process.argv == std::vector<std::string>{"php", "worker.php"});
  CHECK(o.workers == 7);
  CHECK(o.limits.jobs_max == 64u);
  CHECK(o.queue_max == 100u);
  CHECK(o.allocate_timeout == 5s);
  CHECK(o.worker.boot_timeout == 5s);
  CHECK(o.destroy_timeout == 7s);
  CHECK(o.worker.stop_timeout == 7s);
  CHECK(o.reset_timeout == 8s);
  CHECK(o.worker.relay.stream_timeout == 9s);
  CHECK(o.limits.exec_ttl == 1500ms);
}

TEST_CASE("a destroy_timeout that equals the default still limits the stop of a worker", "[pool_section]") {
  CHECK(options_of("    destroy_timeout: 60s\n").worker.stop_timeout == 60s);
}

TEST_CASE("a duration below a millisecond does not become none", "[pool_section]") {
  auto o = options_of("    allocate_timeout: 1us\n    supervisor: {exec_ttl: 1ns}\n");

  CHECK(o.allocate_timeout == 1ms);
  CHECK(o.limits.exec_ttl == 1ms);
}

TEST_CASE("a pool has 500 workers at most", "[pool_section]") {
  CHECK(options_of("    num_workers: 500\n").workers == 500);
  CHECK(error_of("    num_workers: 501\n").find("number of workers can't be more than 500") !=
        std::string::npos);
}

TEST_CASE("a wrong value of the pool section names its key and place", "[pool_section]") {
  auto negative = error_of("    num_workers: -1\n");
  auto word = error_of("    max_jobs: many\n");
  auto unit = error_of("    allocate_timeout: \"60\"\n");

  CHECK(negative.find("http.pool.num_workers") != std::string::npos);
  CHECK(word.find("http.pool.max_jobs") != std::string::npos);
  CHECK(word.find(".rr.yaml:3") != std::string::npos);
  CHECK(unit.find("missing unit in duration") != std::string::npos);
  CHECK(error_of("    destroy_timeout: -1s\n").find("http.pool.destroy_timeout") != std::string::npos);
}

TEST_CASE("a command is split like a command line, a list is taken as it is", "[pool_section]") {
  using argv = std::vector<std::string>;

  CHECK(options_of("    command: php -d a=1,2   'my worker.php'\n").worker.process.argv ==
        argv{"php", "-d", "a=1,2", "my worker.php"});
  CHECK(options_of("    command: [php, 'my worker.php', '']\n").worker.process.argv ==
        argv{"php", "my worker.php", ""});
}

TEST_CASE("keys that have no effect yet are listed when they would have one", "[pool_section]") {
  auto config = read_pool(
      "    reset_timeout: 5s\n    dynamic_allocator: {max_workers: 3}\n"
      "    supervisor: {watch_tick: 1s, ttl: 1h, idle_ttl: 1m, max_worker_memory: 128, exec_ttl: 3s}\n");
  REQUIRE(config);

  CHECK(pool_keys_without_effect(*config) ==
        std::vector<std::string>{"pool.supervisor.ttl", "pool.supervisor.idle_ttl",
                                 "pool.supervisor.max_worker_memory", "pool.dynamic_allocator",
                                 "pool.reset_timeout"});
  CHECK(pool_keys_without_effect({}).empty());
  CHECK(pool_keys_without_effect(*read_pool("    supervisor: {watch_tick: 1s, exec_ttl: 3s}\n")).empty());
}

TEST_CASE("an unknown key of the pool section is a warning with a suggestion", "[pool_section]") {
  captured_log log;

  CHECK(read_pool("    num_worker: 3\n"));

  auto lines = log.lines();
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].find("WARN http: .rr.yaml:3") == 0);
  CHECK(lines[0].find("did you mean 'num_workers'?") != std::string::npos);
}
