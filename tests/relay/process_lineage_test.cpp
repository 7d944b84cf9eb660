#include "relay/process_lineage.hpp"

#include <catch2/catch.hpp>
#include <csignal>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace rr;

namespace {

/// A child whose name would mislead a careless reader of /proc.
struct child {
  child() {
    int ready[2];
    REQUIRE(::pipe(ready) == 0);
    pid = ::fork();
    if (pid == 0) {
      ::prctl(PR_SET_NAME, ") R 1 (");
      [[maybe_unused]] auto n = ::write(ready[1], "x", 1);
      for (;;)
        ::pause();
    }
    char c;
    REQUIRE(::read(ready[0], &c, 1) == 1);
    ::close(ready[0]);
    ::close(ready[1]);
  }
  ~child() {
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
  }

  int pid;
};

} // namespace

TEST_CASE("a process descends from itself, its parent and theirs", "[relay][process_lineage]") {
  child c;
  CHECK(parent_of(c.pid) == ::getpid());
  CHECK(parent_of(::getpid()) == ::getppid());
  CHECK(descends_from(c.pid, c.pid));
  CHECK(descends_from(c.pid, ::getpid()));
  CHECK(descends_from(c.pid, ::getppid()));
  CHECK_FALSE(descends_from(::getpid(), c.pid));
}

TEST_CASE("nobody descends from nobody", "[relay][process_lineage]") {
  CHECK(parent_of(999'999'999) == 0);
  CHECK(parent_of(0) == 0);
  CHECK(parent_of(-1) == 0);
  CHECK_FALSE(descends_from(999'999'999, ::getpid()));
  CHECK_FALSE(descends_from(0, 0));
  CHECK_FALSE(descends_from(-1, -1));
}
