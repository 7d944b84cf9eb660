#include "supervisor/guardian.hpp"

#include "supervisor/process_start.hpp"
#include "tests/supervisor/real_processes.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>

using namespace rr;
using namespace rr::test;

namespace {

/// A process group of two, which nobody but a guardian kills during the test.
struct group {
  group() : started(start_process(shell("sleep 1000 & echo $! >&2; wait"))) {
    REQUIRE(started);
    pollfd p{started->errors.get(), POLLIN, 0};
    REQUIRE(::poll(&p, 1, 5000) == 1);
    char room[32] = {};
    REQUIRE(::read(started->errors.get(), room, sizeof room - 1) > 0);
    other = std::stoi(room);
  }

  int pid() const { return started->handle.pid(); }
  bool alive() const { return runs(pid()) && runs(other); }
  bool dead() const { return !runs(pid()) && !runs(other); }

  expected<started_process> started;
  int other = 0;
};

bool wait_until(std::function<bool()> condition) {
  for (int i = 0; i < 2000 && !condition(); ++i)
    ::poll(nullptr, 0, 5);
  return condition();
}

/// A program of its own that starts a group as rr does; see guardian_helper.cpp.
class helper {
public:
  explicit helper(const char* mode) {
    int fds[2];
    REQUIRE(::pipe2(fds, O_CLOEXEC) == 0);
    output_ = unique_fd{fds[0]};
    unique_fd theirs{fds[1]};
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(theirs.get(), 1);
      ::execl(RR_GUARDIAN_HELPER, RR_GUARDIAN_HELPER, mode, nullptr);
      ::_exit(127);
    }
    theirs.reset();
    // The guardian, the process, its child and its child's child in a group of its own.
    std::istringstream words{read_line()};
    for (int pid = 0; words >> pid;)
      pids.push_back(pid);
    REQUIRE(pids.size() == 3);
  }
  ~helper() {
    if (pid_ > 0)
      end(SIGKILL);
    for (int pid : pids)
      ::kill(pid, SIGKILL);
  }

  /// How it ended.
  int end(int signal) {
    ::kill(pid_, signal);
    int status = 0;
    ::waitpid(std::exchange(pid_, -1), &status, 0);
    return status;
  }

  bool output_ends() {
    pollfd p{output_.get(), POLLIN, 0};
    char byte;
    return ::poll(&p, 1, 5000) == 1 && ::read(output_.get(), &byte, 1) == 0;
  }

  std::vector<int> pids;
  int guardian() const { return pids.at(0); }

private:
  std::string read_line() {
    std::string line;
    for (char c = 0; ::read(output_.get(), &c, 1) == 1 && c != '\n';)
      line += c;
    return line;
  }

  unique_fd output_;
  pid_t pid_ = -1;
};

} // namespace

TEST_CASE("a guardian kills the groups that are still entrusted to it when its owner is gone",
          "[supervisor][guardian]") {
  group kept;
  group taken_back;
  group another_start;
  {
    guardian g;
    REQUIRE(g.running());
    g.add(kept.pid(), process_start_ticks(kept.pid()));
    g.add(taken_back.pid(), process_start_ticks(taken_back.pid()));
    // A recycled id: the list speaks of a process that was started at another time.
    g.add(another_start.pid(), process_start_ticks(another_start.pid()) + 1);
    g.remove(taken_back.pid(), process_start_ticks(taken_back.pid()));
  }

  CHECK(wait_until([&] { return kept.dead(); }));
  CHECK(taken_back.alive());
  CHECK(another_start.alive());
}

TEST_CASE("a late removal does not take away a successor with the same id", "[supervisor][guardian]") {
  group kept;
  {
    guardian g;
    auto ticks = process_start_ticks(kept.pid());
    g.add(kept.pid(), ticks);
    g.remove(kept.pid(), ticks - 1);
  }

  CHECK(wait_until([&] { return kept.dead(); }));
}

TEST_CASE("a guardian that cannot keep up gets the whole list later", "[supervisor][guardian]") {
  group kept;
  group taken_back;
  auto kept_ticks = process_start_ticks(kept.pid());
  auto other_ticks = process_start_ticks(taken_back.pid());
  {
    guardian g;
    ::kill(g.pid(), SIGSTOP);
    g.add(taken_back.pid(), other_ticks);
    for (int i = 0; i < 100'000; ++i) {
      g.add(kept.pid(), kept_ticks);
      g.remove(kept.pid(), kept_ticks);
    }
    g.remove(taken_back.pid(), other_ticks);
    ::kill(g.pid(), SIGCONT);
    CHECK(wait_until([&] {
      g.add(kept.pid(), kept_ticks);
      return g.up_to_date();
    }));
  }

  CHECK(wait_until([&] { return kept.dead(); }));
  CHECK(taken_back.alive());
}

TEST_CASE("the loss of the guardian is noticed and harms nobody", "[supervisor][guardian]") {
  group some;
  guardian g;
  ::kill(g.pid(), SIGKILL);
  CHECK(wait_until([&] {
    g.add(some.pid(), process_start_ticks(some.pid()));
    return !g.running();
  }));

  g.remove(some.pid(), process_start_ticks(some.pid()));
  CHECK(some.alive());
}

TEST_CASE("a guardian leaves no zombie and no descriptor", "[supervisor][guardian]") {
  auto before = open_descriptors();
  int pid = 0;
  {
    guardian g;
    pid = g.pid();
    std::ifstream name{"/proc/" + std::to_string(pid) + "/comm"};
    std::string word;
    CHECK(wait_until([&] {
      name.seekg(0);
      return static_cast<bool>(name >> word) && word == "rr-guardian";
    }));
    CHECK(::getpgid(pid) == pid);
    ::kill(pid, SIGTERM);
    ::kill(pid, SIGINT);
  }
  CHECK(process_state(pid) == 0);
  CHECK(open_descriptors() == before);
}

TEST_CASE("after a SIGKILL of rr nothing of its processes' groups is left, and its output ends",
          "[supervisor][guardian]") {
  helper h{"guarded"};
  for (int pid : h.pids)
    CHECK(runs(pid));

  h.end(SIGKILL);

  CHECK(h.output_ends());
  for (int pid : h.pids)
    CHECK(wait_until([=] { return !runs(pid); }));
}

TEST_CASE("a parent-death signal reaches the process itself without a guardian", "[supervisor][guardian]") {
  helper h{"alone"};

  h.end(SIGKILL);

  CHECK(wait_until([&] { return !runs(h.pids[1]); }));
}

TEST_CASE("an orderly end of rr leaves nothing for the guardian to do", "[supervisor][guardian]") {
  helper h{"guarded"};

  auto status = h.end(SIGTERM);

  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  CHECK(h.output_ends());
  for (int pid : h.pids)
    CHECK(wait_until([=] { return !runs(pid); }));
}
