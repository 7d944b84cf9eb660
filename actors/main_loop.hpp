#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <functional>
#include <vector>

namespace rr {

/// The main thread's own small loop: signals, and what must happen on a thread that never ends (spawning processes, as a
/// parent-death signal follows the thread that forked).
class main_loop {
public:
  main_loop();

  /// Runs `f` on the main thread. From any thread.
  void post(std::function<void()> f);

  /// Calls `f` with the number of each of these signals, on the main thread.
  void on_signals(const std::vector<int>& numbers, std::function<void(int)> f);

  /// Runs until `stop`; gives the exit code that was passed to it.
  int run();
  void stop(int exit_code);

  boost::asio::io_context& io() noexcept { return io_; }

private:
  void wait_for_signal();

  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  boost::asio::signal_set signals_{io_};
  std::function<void(int)> on_signal_;
  int exit_code_ = 0;
};

} // namespace rr
