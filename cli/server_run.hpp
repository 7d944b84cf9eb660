#pragma once

#include "actors/main_loop.hpp"
#include "actors/runtime.hpp"
#include "cli/global_options.hpp"
#include "config/document.hpp"
#include "plugins/container.hpp"
#include "supervisor/guardian.hpp"
#include "supervisor/process_spawner.hpp"
#include "supervisor/supervisor_actor.hpp"

#include <memory>
#include <optional>
#include <string>

namespace rr {

/// One run of `rr serve`, on the main thread: makes the guardian, the runtime, the root supervisor and the container, turns
/// signals into a stop, and takes all of it down again.
///
/// The order is fixed: the guardian before any thread; the launcher is given up before the runtime ends.
class server_run {
public:
  server_run(global_options options, config::document config);
  ~server_run();

  /// Serves until a signal or a failure; gives the exit code.
  int run();

private:
  void spawn_tree();
  void begin_container();
  void started(const expected<void>& result);
  void failed(const error& why, const std::string& plugin);
  void stopped(const expected<void>& result);
  void on_signal(int number);
  void end(int exit_code);
  host make_host();

  global_options options_;
  config::document config_;
  guardian guardian_;
  main_loop loop_;
  std::optional<runtime> runtime_;
  std::shared_ptr<process_spawner> launcher_;
  supervisor_actor root_;
  std::shared_ptr<container_control> container_;
  std::chrono::milliseconds grace_period_{30'000};
  container_options container_options_;
  int signals_ = 0;
  bool ending_ = false;
};

} // namespace rr
