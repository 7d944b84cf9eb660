#include "tests/e2e/rr_server.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <csignal>
#include <sstream>

namespace rr::test {

namespace {

std::string indented(const std::string& lines, const std::string& by) {
  std::string out;
  std::istringstream in{lines};
  for (std::string line; std::getline(in, line);)
    out += by + line + "\n";
  return out;
}

bool is_guardian(pid_t pid) {
  return read_file(std::filesystem::path{"/proc"} / std::to_string(pid) / "comm").rfind("rr-guardian", 0) == 0;
}

std::vector<std::string> serve_arguments(const server_options& options) {
  std::vector<std::string> argv{RR_PROGRAM, "serve"};
  argv.insert(argv.end(), options.arguments.begin(), options.arguments.end());
  return argv;
}

} // namespace

std::string rr_server::config_text(const server_options& o, int port) {
  return "version: \"3\"\n"
         "server:\n  command: '" + o.command + "'\n  relay: \"" + o.relay + "\"\n" + indented(o.server, "  ") +
         "http:\n  address: 127.0.0.1:" + std::to_string(port) + "\n" + indented(o.http, "  ") +
         "  pool:\n    num_workers: " + std::to_string(o.workers) + "\n" + indented(o.pool, "    ") +
         "logs:\n  mode: production\n  level: " + o.log_level + "\n" + o.extra;
}

rr_server::rr_server(server_options options) : port_(free_port()) {
  folder_.write(".rr.yaml", config_text(options, port_));
  process_ = std::make_unique<child>(serve_arguments(options), folder_.path().string(), options.env);
  started_ = eventually(
      [this] { return process_->out().find("server started") != std::string::npos || !process_->running(); }, 30s);
  started_ = started_ && process_->running();
  if (!started_)
    UNSCOPED_INFO("rr said: " << process_->out() << process_->err());
}

rr_server::~rr_server() {
  auto below = descendants_of(process_->pid());
  if (process_->running()) {
    process_->signal(SIGTERM);
    if (!process_->wait(20s))
      FAIL_CHECK("rr did not end within 20 s of SIGTERM");
  }
  auto all_gone = [&] { return std::none_of(below.begin(), below.end(), alive); };
  CHECK(eventually(all_gone, 5s));
}

http_answer rr_server::get(std::string_view target, std::vector<std::string> headers) const {
  return test::get(port_, target, std::move(headers));
}

http_answer rr_server::post(std::string_view target, std::string_view body,
                            std::vector<std::string> headers) const {
  return test::post(port_, target, body, std::move(headers));
}

bool rr_server::logged(std::string_view text, std::chrono::milliseconds limit) const {
  return eventually([&] { return log().find(text) != std::string::npos; }, limit);
}

std::vector<pid_t> rr_server::workers() const {
  auto pids = children_of(process_->pid());
  pids.erase(std::remove_if(pids.begin(), pids.end(), is_guardian), pids.end());
  return pids;
}

int rr_server::stop(std::chrono::milliseconds limit) {
  process_->signal(SIGTERM);
  return process_->wait(limit).value_or(999);
}

cli_result run_rr(std::vector<std::string> arguments, const std::string& folder, std::vector<std::string> env,
                  std::chrono::milliseconds limit) {
  arguments.insert(arguments.begin(), RR_PROGRAM);
  child process{std::move(arguments), folder, std::move(env)};
  auto code = process.wait(limit);
  return {code.value_or(999), process.out(), process.err()};
}

cli_result failing_start(server_options options, std::chrono::milliseconds limit) {
  temp_folder folder;
  folder.write(".rr.yaml", rr_server::config_text(options, free_port()));
  auto argv = serve_arguments(options);
  argv.erase(argv.begin());
  return run_rr(argv, folder.path().string(), options.env, limit);
}

} // namespace rr::test
