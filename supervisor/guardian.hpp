#pragma once

#include "supervisor/unique_fd.hpp"

#include <cstdint>
#include <map>
#include <sys/types.h>

namespace rr {

/// When process `pid` was started, in clock ticks since boot: tells it from a later one with the same id. 0
/// when that cannot be read.
std::uint64_t process_start_ticks(int pid);

/// A small process beside rr that outlives it by a moment: when rr is gone, however it ended, it kills the
/// process groups that were entrusted to it and not taken back, and ends.
///
/// A parent-death signal reaches a worker itself; the guardian reaches what the worker has started. Made by
/// the main thread before any other thread exists, and used on that thread only. The process is named
/// `rr-guardian`, has its own session, ignores the signals that ask for an end, and holds nothing open but
/// its pipe and /dev/null.
///
/// From then on rr ignores SIGPIPE.
class guardian {
public:
  guardian();

  /// Lets the process end (it kills what is still entrusted to it) and reaps it.
  ~guardian();

  guardian(const guardian&) = delete;
  guardian& operator=(const guardian&) = delete;

  /// False where it could not be made, or has ended: groups survive a SIGKILL of rr then.
  bool running() const noexcept { return static_cast<bool>(pipe_); }
  int pid() const noexcept { return pid_; }

  /// False while it has not been told everything, because it does not keep up.
  bool up_to_date() const noexcept { return !behind_; }

  /// Entrusts the group that `pid` leads.
  void add(int pid, std::uint64_t start_ticks);

  /// Takes it back. A group that was added later under the same id stays.
  void remove(int pid, std::uint64_t start_ticks);

private:
  bool send(std::uint32_t what, int pid, std::uint64_t start_ticks);
  void send_all();
  void reap();

  unique_fd pipe_;
  pid_t pid_ = -1;
  std::map<int, std::uint64_t> entrusted_;
  bool behind_ = false; ///< a message found the pipe full: the whole list is sent again with the next one
};

} // namespace rr
