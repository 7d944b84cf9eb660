#pragma once

#include "supervisor/process.hpp"
#include "supervisor/unique_fd.hpp"

#include <functional>

namespace rr {

/// A child process of ours that nobody has reaped yet, so that its pid and its group are certainly the right
/// ones.
///
/// Whoever destroys it kills the group and waits up to a second for the reaping: owners that must not block
/// wait for `pidfd` to become readable and `reap` first.
class child_process {
public:
  child_process(int pid, unique_fd pidfd) noexcept : pid_(pid), pidfd_(std::move(pidfd)) {}
  child_process(child_process&& other) noexcept;
  child_process& operator=(child_process&&) = delete;
  ~child_process();

  int pid() const noexcept { return pid_; }

  /// Becomes readable when the process has ended.
  int pidfd() const noexcept { return pidfd_.get(); }

  bool reaped() const noexcept { return reaped_; }

  /// True once the process has ended; its id is still taken.
  bool dead() const;

  /// Sends a signal to the whole group; to nobody once reaped, as the id may belong to others then.
  void signal_group(int number) const;

  /// Collects how it ended and gives its id back. Once, after `dead`.
  process_exit reap();

  /// Called right after the reaping, wherever it happens.
  void on_reaped(std::function<void()> f) { on_reaped_ = std::move(f); }

private:
  int pid_;
  unique_fd pidfd_;
  bool reaped_ = false;
  std::function<void()> on_reaped_;
};

} // namespace rr
