#include "supervisor/child_process.hpp"

#include <csignal>
#include <poll.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

namespace rr {

namespace {

constexpr int last_wait_ms = 1000;

std::chrono::microseconds to_microseconds(const timeval& t) {
  return std::chrono::seconds{t.tv_sec} + std::chrono::microseconds{t.tv_usec};
}

// glibc's waitid has no argument for the resources used; the system call has.
int wait_for(int pid, siginfo_t& info, int flags, rusage* used) {
  info.si_pid = 0;
  long result = 0;
  do
    result = syscall(SYS_waitid, P_PID, pid, &info, flags, used);
  while (result < 0 && errno == EINTR);
  return static_cast<int>(result);
}

} // namespace

child_process::child_process(child_process&& other) noexcept
    : pid_(other.pid_), pidfd_(std::move(other.pidfd_)), reaped_(std::exchange(other.reaped_, true)),
      on_reaped_(std::move(other.on_reaped_)) {}

child_process::~child_process() {
  if (reaped_)
    return;
  signal_group(SIGKILL);
  pollfd p{pidfd_.get(), POLLIN, 0};
  ::poll(&p, 1, last_wait_ms); // a killed process that is not gone by then hangs in the kernel
  if (dead())
    reap();
}

bool child_process::dead() const {
  siginfo_t info;
  return !reaped_ && wait_for(pid_, info, WEXITED | WNOHANG | WNOWAIT, nullptr) == 0 && info.si_pid == pid_;
}

void child_process::signal_group(int number) const {
  if (!reaped_)
    ::kill(-pid_, number);
}

process_exit child_process::reap() {
  siginfo_t info;
  rusage used{};
  process_exit result;
  if (wait_for(pid_, info, WEXITED | WNOHANG, &used) == 0 && info.si_pid == pid_) {
    result.code = info.si_code == CLD_EXITED ? info.si_status : 0;
    result.signal = info.si_code == CLD_EXITED ? 0 : info.si_status;
    result.core_dumped = info.si_code == CLD_DUMPED;
    result.user_time = to_microseconds(used.ru_utime);
    result.system_time = to_microseconds(used.ru_stime);
    result.rss_bytes_max = static_cast<std::uint64_t>(used.ru_maxrss) * 1024;
  }
  reaped_ = true;
  if (auto f = std::move(on_reaped_))
    f();
  return result;
}

} // namespace rr
