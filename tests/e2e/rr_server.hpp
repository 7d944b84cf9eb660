#pragma once

#include "tests/e2e/child.hpp"
#include "tests/e2e/http_client.hpp"
#include "tests/e2e/temp_folder.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace rr::test {

/// What a test changes of the usual configuration.
struct server_options {
  std::string command = "php " RR_SOURCE "/tests/workers/http_app.php";
  std::string relay = "pipes";
  int workers = 1;
  std::string pool;   ///< further lines of http.pool, without indentation
  std::string http;   ///< further lines of http
  std::string server; ///< further lines of server
  std::string extra;  ///< further sections, as they are
  std::string log_level = "debug";
  std::vector<std::string> arguments; ///< of `rr serve`
  std::vector<std::string> env;
};

/// The real rr with real workers, in a folder of its own. When this goes, it must not have left a process behind.
class rr_server {
public:
  /// Starts and waits until it serves or has ended.
  explicit rr_server(server_options options = {});
  ~rr_server();

  bool started() const { return started_; }
  int port() const { return port_; }
  child& process() { return *process_; }
  const temp_folder& folder() const { return folder_; }

  http_answer get(std::string_view target, std::vector<std::string> headers = {}) const;
  http_answer post(std::string_view target, std::string_view body, std::vector<std::string> headers = {}) const;
  http_client connect() const { return http_client{port_}; }

  /// The log so far (standard error).
  std::string log() const { return process_->err(); }
  bool logged(std::string_view text, std::chrono::milliseconds limit = 5s) const;

  /// The workers' process ids (rr's children but the guardian).
  std::vector<pid_t> workers() const;

  /// SIGTERM, and the exit code; 999 when it does not end in time.
  int stop(std::chrono::milliseconds limit = 20s);

  static std::string config_text(const server_options& options, int port);

private:
  temp_folder folder_;
  int port_;
  std::unique_ptr<child> process_;
  bool started_ = false;
};

/// Runs `rr` with these arguments in `folder` to its end.
struct cli_result {
  int exit_code = 0;
  std::string out;
  std::string err;
};
cli_result run_rr(std::vector<std::string> arguments, const std::string& folder, std::vector<std::string> env = {},
                  std::chrono::milliseconds limit = 20s);

/// Starts a server that is expected to fail at start, and gives what it said.
cli_result failing_start(server_options options, std::chrono::milliseconds limit = 20s);

} // namespace rr::test
