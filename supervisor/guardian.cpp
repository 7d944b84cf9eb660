#include "supervisor/guardian.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <poll.h>
#include <string>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

namespace rr {

namespace {

enum message_type : std::uint32_t { message_add = 1, message_remove, message_clear };

/// What goes through the pipe: far less than PIPE_BUF, so each arrives whole.
struct message {
  std::uint32_t what;
  std::int32_t pid;
  std::uint64_t start_ticks;
};

using group_list = std::map<int, std::uint64_t>;

constexpr int pipe_fd = 3; // of the guardian
constexpr int pipe_bytes = 1 << 20;
constexpr int last_wait_ms = 1000;

void obey(const message& m, group_list& groups) {
  if (m.what == message_clear) {
    groups.clear();
  } else if (m.what == message_add) {
    groups[m.pid] = m.start_ticks;
  } else if (auto found = groups.find(m.pid); found != groups.end() && found->second == m.start_ticks) {
    groups.erase(found);
  }
}

// While a group has members its id is not given to a new process. So a leader with another start time means
// that the group is gone, and no leader at all that what is left of the group is still ours.
bool is_still_ours(int pid, std::uint64_t start_ticks) {
  auto now = process_start_ticks(pid);
  return now == 0 || start_ticks == 0 || now == start_ticks;
}

void kill_all(const group_list& groups) {
  for (auto& [pid, start_ticks] : groups) {
    if (pid > 1 && is_still_ours(pid, start_ticks)) // -1 and -0 would mean others
      ::kill(-pid, SIGKILL);
  }
}

[[noreturn]] void guard() {
  group_list groups;
  std::array<message, 256> batch;
  for (;;) {
    auto n = ::read(pipe_fd, batch.data(), sizeof batch);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      break; // rr has ended
    for (std::size_t i = 0; i < static_cast<std::size_t>(n) / sizeof(message); ++i)
      obey(batch[i], groups);
  }
  kill_all(groups);
  ::_exit(0);
}

void ignore_requests_to_end() {
  for (int number :
       {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGPIPE, SIGALRM, SIGTSTP, SIGTTIN, SIGTTOU})
    ::signal(number, SIG_IGN);
  ::signal(SIGCHLD, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

// Whoever reads rr's output to its end must not wait for us, and no directory stays busy because of us.
bool let_go_of_everything(int pipe) {
  int null = ::open("/dev/null", O_RDWR);
  if (null < 0)
    return false;
  for (int fd : {0, 1, 2})
    ::dup2(null, fd);
  if (pipe != pipe_fd && ::dup2(pipe, pipe_fd) < 0)
    return false;
  if (::syscall(SYS_close_range, unsigned{pipe_fd} + 1, ~0U, 0U) != 0) {
    for (int fd = pipe_fd + 1; fd < 1024; ++fd) // a kernel before 5.9; we are started before rr opens many
      ::close(fd);
  }
  return ::chdir("/") == 0;
}

[[noreturn]] void run_guardian(int pipe) {
  ::setsid();
  ::prctl(PR_SET_NAME, "rr-guardian");
  ignore_requests_to_end();
  if (!let_go_of_everything(pipe))
    ::_exit(1);
  guard();
}

} // namespace

std::uint64_t process_start_ticks(int pid) {
  std::ifstream file{"/proc/" + std::to_string(pid) + "/stat"};
  std::string text{std::istreambuf_iterator<char>{file}, {}};
  // The second field is the name in parentheses, which may hold anything; the start time is the 22nd.
  auto end_of_name = text.rfind(')');
  unsigned long long ticks = 0;
  if (end_of_name == std::string::npos ||
      std::sscanf(text.c_str() + end_of_name + 1,
                  " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
                  &ticks) != 1)
    return 0;
  return ticks;
}

guardian::guardian() {
  ::signal(SIGPIPE, SIG_IGN);
  int fds[2];
  if (::pipe2(fds, O_CLOEXEC) != 0)
    return;
  unique_fd reading{fds[0]};
  unique_fd writing{fds[1]};
  ::fcntl(writing.get(), F_SETFL, O_NONBLOCK);
  ::fcntl(writing.get(), F_SETPIPE_SZ, pipe_bytes); // room for 65,536 messages; less does too
  pid_ = ::fork();
  if (pid_ == 0)
    run_guardian(reading.get());
  if (pid_ > 0)
    pipe_ = std::move(writing);
}

guardian::~guardian() {
  if (pid_ <= 0)
    return;
  pipe_.reset();
  unique_fd pidfd{static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0))};
  pollfd p{pidfd.get(), POLLIN, 0};
  if (pidfd)
    ::poll(&p, 1, last_wait_ms);
  reap();
}

void guardian::add(int pid, std::uint64_t start_ticks) {
  entrusted_[pid] = start_ticks;
  if (behind_)
    send_all();
  else
    send(message_add, pid, start_ticks);
}

void guardian::remove(int pid, std::uint64_t start_ticks) {
  auto found = entrusted_.find(pid);
  if (found == entrusted_.end() || found->second != start_ticks)
    return;
  entrusted_.erase(found);
  if (behind_)
    send_all();
  else
    send(message_remove, pid, start_ticks);
}

bool guardian::send(std::uint32_t what, int pid, std::uint64_t start_ticks) {
  if (!pipe_)
    return false;
  message m{what, pid, start_ticks};
  if (::write(pipe_.get(), &m, sizeof m) == static_cast<ssize_t>(sizeof m))
    return true;
  if (errno == EAGAIN) {
    behind_ = true;
  } else {
    pipe_.reset(); // it has been killed
    reap();
  }
  return false;
}

void guardian::send_all() {
  behind_ = false;
  if (!send(message_clear, 0, 0))
    return;
  for (auto& [pid, start_ticks] : entrusted_) {
    if (!send(message_add, pid, start_ticks))
      return;
  }
}

void guardian::reap() {
  if (pid_ > 0 && ::waitpid(pid_, nullptr, WNOHANG) != 0)
    pid_ = -1;
}

} // namespace rr
