#include "supervisor/process_start.hpp"

#include "actors/errno_text.hpp"
#include "supervisor/find_program.hpp"

#include <algorithm>
#include <cstdint>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <string_view>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unordered_set>

namespace rr {

namespace {

tl::unexpected<error> refuse(const std::string& what, int number) {
  return fail(error_kind::worker_allocate, "", what + ": " + errno_text(number));
}

// -- before the fork
// --------------------------------------------------------------------------------------------------

constexpr int first_free_fd = 3;

/// One pipe: our end and the child's. The child's end stays above the standard descriptors, so that moving
/// one of them to its place cannot overwrite another.
struct pipe_ends {
  unique_fd ours;
  unique_fd theirs;
};

expected<unique_fd> above_standard(unique_fd fd) {
  if (fd.get() >= first_free_fd)
    return fd;
  unique_fd moved{::fcntl(fd.get(), F_DUPFD_CLOEXEC, first_free_fd)};
  if (!moved)
    return refuse("fcntl", errno);
  return moved;
}

expected<pipe_ends> make_pipe(bool we_read) {
  int fds[2];
  if (::pipe2(fds, O_CLOEXEC) != 0)
    return refuse("pipe2", errno);
  unique_fd reading{fds[0]};
  unique_fd writing{fds[1]};
  auto theirs = above_standard(std::move(we_read ? writing : reading));
  auto ours = above_standard(std::move(we_read ? reading : writing));
  if (!theirs || !ours)
    return tl::unexpected<error>(theirs ? ours.error() : theirs.error());
  if (::fcntl(ours->get(), F_SETFL, O_NONBLOCK) != 0)
    return refuse("fcntl", errno);
  return pipe_ends{std::move(*ours), std::move(*theirs)};
}

/// The three standard descriptors of a child, both sides.
struct standard_streams {
  pipe_ends input, output, errors;
};

expected<pipe_ends> open_null() {
  unique_fd null{::open("/dev/null", O_RDWR | O_CLOEXEC)};
  if (!null)
    return refuse("open /dev/null", errno);
  auto moved = above_standard(std::move(null));
  if (!moved)
    return tl::unexpected<error>(moved.error());
  return pipe_ends{{}, std::move(*moved)};
}

expected<standard_streams> make_streams(process_stdio stdio) {
  bool piped = stdio == process_stdio::relay;
  auto input = piped ? make_pipe(false) : open_null();
  if (!input)
    return tl::unexpected<error>(input.error());
  auto output = piped ? make_pipe(true) : open_null();
  if (!output)
    return tl::unexpected<error>(output.error());
  auto errors = make_pipe(true);
  if (!errors)
    return tl::unexpected<error>(errors.error());
  return standard_streams{std::move(*input), std::move(*output), std::move(*errors)};
}

/// Of a key that is given twice the last one stays, at its place.
std::vector<const char*> last_of_each_key(const std::vector<std::string>& env) {
  std::unordered_set<std::string_view> seen;
  std::vector<const char*> kept;
  for (auto i = env.rbegin(); i != env.rend(); ++i) {
    auto equals = i->find('=', 1); // a key has at least one character
    if (equals == std::string::npos || seen.insert(std::string_view{*i}.substr(0, equals)).second)
      kept.push_back(i->c_str());
  }
  std::reverse(kept.begin(), kept.end());
  kept.push_back(nullptr);
  return kept;
}

std::vector<const char*> pointers_to(const std::vector<std::string>& strings) {
  std::vector<const char*> result;
  for (auto& s : strings)
    result.push_back(s.c_str());
  result.push_back(nullptr);
  return result;
}

bool has_zero_byte(const std::vector<std::string>& strings) {
  return std::any_of(strings.begin(), strings.end(),
                     [](auto& s) { return s.find('\0') != std::string::npos; });
}

// -- in the child
// -----------------------------------------------------------------------------------------------------

/// All that the child needs, made before the fork: it shares our memory until its exec and may use system
/// calls only.
struct child_plan {
  const char* file;
  const char* const* argv;
  const char* const* envp;
  int input, output, errors;
  const process_user* user; ///< null: stays who it is
  pid_t parent;
  unsigned fd_max;
};

/// By the system call itself: the C library refuses its own two signals, whose dispositions are inherited as well.
void reset_signals() {
  struct {
    void* handler;
    unsigned long flags;
    void* restorer;
    std::uint64_t mask;
  } standard{};
  for (int number = 1; number < NSIG; ++number)
    ::syscall(SYS_rt_sigaction, number, &standard, nullptr, sizeof standard.mask); // fails for those that cannot be caught
}

/// Asks for a SIGKILL when the parent's thread ends; false when it has ended already.
bool die_with(pid_t parent) {
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
    return false;
  if (::getppid() == parent)
    return true;
  errno = ESRCH;
  return false;
}

void close_others(unsigned fd_max) {
  if (::syscall(SYS_close_range, unsigned{first_free_fd}, ~0U, 0U) == 0)
    return;
  for (unsigned fd = first_free_fd; fd < fd_max; ++fd) // a kernel before 5.9
    ::close(static_cast<int>(fd));
}

// By system calls of our own: those of glibc change all threads, and this memory has those of the parent.
bool switch_user(const process_user& user) {
  return ::syscall(SYS_setgroups, user.groups.size(), user.groups.data()) == 0 &&
         ::syscall(SYS_setgid, user.gid) == 0 && ::syscall(SYS_setuid, user.uid) == 0;
}

bool prepare_child(const child_plan& plan) {
  reset_signals();
  if (::setpgid(0, 0) != 0 || !die_with(plan.parent))
    return false;
  if (::dup2(plan.input, 0) < 0 || ::dup2(plan.output, 1) < 0 || ::dup2(plan.errors, 2) < 0)
    return false;
  close_others(plan.fd_max);
  // A change of user clears the parent-death signal.
  if (plan.user != nullptr && !(switch_user(*plan.user) && die_with(plan.parent)))
    return false;
  sigset_t none;
  sigemptyset(&none);
  return ::pthread_sigmask(SIG_SETMASK, &none, nullptr) == 0;
}

[[noreturn]] void run_child(const child_plan& plan, volatile int& failed) {
  if (prepare_child(plan))
    ::execve(plan.file, const_cast<char* const*>(plan.argv), const_cast<char* const*>(plan.envp));
  failed = errno;
  ::_exit(127);
}

/// The pid of the child, in which the exec has happened or `failed` says why not; -1 and errno without a
/// child.
[[gnu::noinline]] pid_t fork_child(const child_plan& plan, volatile int& failed) {
  sigset_t all;
  sigset_t old;
  sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, &old); // no handler of ours may run in the child
  pid_t pid = ::vfork();
  if (pid == 0)
    run_child(plan, failed);
  int number = errno;
  ::pthread_sigmask(SIG_SETMASK, &old, nullptr);
  errno = number;
  return pid;
}

// -- after the fork
// ---------------------------------------------------------------------------------------------------

unsigned descriptor_limit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<unsigned>(std::min<rlim_t>(limit.rlim_cur, 1U << 20));
}

void reap_at_once(pid_t pid) {
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
}

// Nobody else reaps it, so the pid is still its own.
expected<unique_fd> open_pidfd(pid_t pid) {
  unique_fd fd{static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))};
  if (!fd)
    return refuse("pidfd_open", errno);
  return above_standard(std::move(fd));
}

expected<child_process> fork_and_exec(const process_spec& spec, const std::string& file,
                                      const standard_streams& streams) {
  auto argv = pointers_to(spec.argv);
  auto envp = last_of_each_key(spec.env);
  child_plan plan{file.c_str(),
                  argv.data(),
                  envp.data(),
                  streams.input.theirs.get(),
                  streams.output.theirs.get(),
                  streams.errors.theirs.get(),
                  spec.user ? &*spec.user : nullptr,
                  ::getpid(),
                  descriptor_limit()};
  volatile int failed = 0;
  pid_t pid = fork_child(plan, failed);
  if (pid < 0)
    return refuse("fork/exec " + file, errno);
  if (failed != 0) {
    reap_at_once(pid);
    return refuse("fork/exec " + file, failed);
  }
  auto pidfd = open_pidfd(pid);
  if (!pidfd) {
    ::kill(-pid, SIGKILL);
    reap_at_once(pid);
    return tl::unexpected<error>(pidfd.error());
  }
  return child_process{pid, std::move(*pidfd)};
}

} // namespace

expected<started_process> start_process(const process_spec& spec) {
  const char* path = std::getenv("PATH");
  auto file = find_program(spec.argv.empty() ? "" : spec.argv.front(), path != nullptr ? path : "");
  if (!file)
    return tl::unexpected<error>(file.error());
  if (has_zero_byte(spec.argv) || has_zero_byte(spec.env))
    return refuse("fork/exec " + *file, EINVAL);
  auto streams = make_streams(spec.stdio);
  if (!streams)
    return tl::unexpected<error>(streams.error());
  auto handle = fork_and_exec(spec, *file, *streams);
  if (!handle)
    return tl::unexpected<error>(handle.error());
  return started_process{std::move(*handle), std::move(streams->input.ours), std::move(streams->output.ours),
                         std::move(streams->errors.ours)};
}

} // namespace rr
