#pragma once

#include "actors/log_queue.hpp"

#include <memory>
#include <mutex>
#include <thread>

namespace rr {

/// The one thread that writes the log, and the orders it takes. The methods are for any thread but its own.
class log_writer {
public:
  explicit log_writer(log_queue& queue) : queue_(queue) {}

  /// Starts the thread, or exchanges the sink of the running one.
  void open(std::unique_ptr<log_sink> sink);

  /// Writes what is left to the sink, or without one to stderr, and ends the thread.
  void close();

  /// Returns when all that was handed over before is written. At once when no thread is running.
  void drain();

  /// Lets the sink open its files again.
  void reopen();

private:
  void run();
  void run_on_log_thread(const std::function<void()>& command);
  void write(const log_batch& batch);
  void write_guarded(const log_record& record);
  void flush_guarded();
  void report_dropped();

  log_queue& queue_;
  std::mutex control_; ///< one order at a time
  std::thread thread_;
  std::unique_ptr<log_sink> sink_; ///< the log thread's while that runs
  bool stopping_ = false;          ///< the log thread's
};

} // namespace rr
