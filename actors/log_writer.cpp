#include "actors/log_writer.hpp"

#include "actors/log_last_words.hpp"

#include <csignal>
#include <future>
#include <pthread.h>

namespace rr {

namespace {

/// Starts a thread that no signal is delivered to: signals are the main thread's, and a broken pipe is an
/// error of write(2), not the end of the process.
template <class F>
std::thread thread_without_signals(F f) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &before);
  std::thread t{std::move(f)};
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return t;
}

log_record notice_of_dropped(std::uint64_t count) {
  return {log_level::warn,
          std::chrono::system_clock::now(),
          "logs",
          "log records were dropped, the log is written too slowly",
          {{"dropped", count}}};
}

} // namespace

void log_writer::open(std::unique_ptr<log_sink> sink) {
  std::lock_guard lock{control_};
  if (thread_.joinable()) {
    run_on_log_thread([&] {
      flush_guarded();
      sink_ = std::move(sink);
    });
    return;
  }
  sink_ = std::move(sink);
  stopping_ = false;
  thread_ = thread_without_signals([this] { run(); });
  pthread_setname_np(thread_.native_handle(), "rr-log");
}

void log_writer::close() {
  std::lock_guard lock{control_};
  if (thread_.joinable()) {
    run_on_log_thread([this] { stopping_ = true; });
    thread_.join();
  }
  if (sink_ == nullptr)
    sink_ = make_last_words_sink();
  for (auto& batch : queue_.take())
    write(*batch);
  report_dropped();
  flush_guarded();
  sink_.reset();
}

void log_writer::drain() {
  std::lock_guard lock{control_};
  if (thread_.joinable())
    run_on_log_thread([this] { flush_guarded(); });
}

void log_writer::reopen() {
  std::lock_guard lock{control_};
  if (thread_.joinable())
    run_on_log_thread([this] {
      flush_guarded();
      sink_->reopen();
    });
}

// References into the caller's frame are fine: it waits. An exception of the command is the caller's.
void log_writer::run_on_log_thread(const std::function<void()>& command) {
  std::packaged_task<void()> task{command};
  auto done = task.get_future();
  queue_.push_command([&task] { task(); });
  done.get();
}

void log_writer::run() {
  while (!stopping_) {
    queue_.wait();
    for (auto& batch : queue_.take())
      write(*batch);
    report_dropped();
    flush_guarded();
  }
}

void log_writer::write(const log_batch& batch) {
  for (auto& record : batch.records)
    write_guarded(record);
  queue_.done(batch.records);
  if (batch.command)
    batch.command();
}

// A sink that throws (no memory for a line) loses that line and nothing else.
void log_writer::write_guarded(const log_record& record) {
  try {
    if (record.level >= sink_->threshold(record.channel))
      sink_->write(record);
  } catch (...) {
  }
}

void log_writer::flush_guarded() {
  try {
    sink_->flush();
  } catch (...) {
  }
}

void log_writer::report_dropped() {
  if (auto count = queue_.take_dropped(); count > 0)
    write_guarded(notice_of_dropped(count));
}

} // namespace rr
