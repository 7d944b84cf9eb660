#include "supervisor/process.hpp"

#include "tests/supervisor/real_processes.hpp"

#include <poll.h>
#include <sys/resource.h>

using namespace rr;
using namespace rr::test;

namespace {

class process_fixture : public real_processes {
public:
  ~process_fixture() {
    watched.clear_on(*this);
    wait_for([] { return own_children().empty(); });
    CHECK(own_children().empty());
  }

  watched_process& launch(process_spec spec) {
    auto& w = watched.add();
    on_reactor([&] {
      spawner->launch(std::move(spec), [&w](expected<process_ptr> p) {
        w.answered = true;
        if (!p) {
          w.refusal = p.error();
          return;
        }
        w.running = std::move(*p);
        w.pid = w.running->pid();
        w.running->start(
            {[&w](std::string_view bytes) { w.errors += bytes; }, [&w](process_exit e) { w.end = e; }});
      });
    });
    CHECK(until(w, [](auto& x) { return x.answered; }));
    return w;
  }

  template <class F>
  bool until(watched_process& w, F f) {
    return wait_for([&] { return on_reactor([&] { return f(w); }); });
  }
  bool until_end(watched_process& w) {
    return until(w, [](auto& x) { return x.end.has_value(); });
  }
  void drop(watched_process& w) {
    on_reactor([&] { w.running.reset(); });
  }

private:
  struct list {
    std::deque<watched_process> all;
    watched_process& add() { return all.emplace_back(); }
    void clear_on(process_fixture& f) {
      f.on_reactor([this] { all.clear(); });
    }
  };

  list watched;
};

/// What the other side says, read from the reactor's channel.
struct heard {
  std::array<std::byte, 4096> room;
  std::string text;
  bool ended = false;
};

byte_channel::handler hear(heard& h) {
  return {[&h] { return std::span<std::byte>{h.room}; },
          [&h](std::size_t n) { h.text.append(reinterpret_cast<const char*>(h.room.data()), n); },
          [&h](std::string) { h.ended = true; }, [](std::string) {}};
}

} // namespace

TEST_CASE("an exit reads as the reference spells it", "[supervisor][process]") {
  CHECK(to_string(process_exit{}) == "exit status 0");
  CHECK(to_string(process_exit{.code = 3}) == "exit status 3");
  CHECK(to_string(process_exit{.signal = SIGKILL}) == "signal: killed");
  CHECK(to_string(process_exit{.signal = SIGSEGV, .core_dumped = true}) ==
        "signal: segmentation fault (core dumped)");
  CHECK(to_string(process_exit{.signal = 34}) == "signal: signal 34");
}

TEST_CASE_METHOD(process_fixture, "a process ends with its code, its stderr and what it cost",
                 "[supervisor][process]") {
  auto& w = launch(shell("echo one >&2; echo two >&2; exit 3"));

  REQUIRE(until_end(w));
  CHECK(w.end->code == 3);
  CHECK(w.end->signal == 0);
  CHECK(w.errors == "one\ntwo\n");
  CHECK(w.end->rss_bytes_max > 100'000);
  CHECK(process_state(w.pid) == 0);
}

TEST_CASE_METHOD(process_fixture, "a process that is killed from outside ends with the signal",
                 "[supervisor][process]") {
  auto& w = launch(command({"sleep", "1000"}));
  CHECK(::getpgid(w.pid) == w.pid);

  ::kill(w.pid, SIGKILL);

  REQUIRE(until_end(w));
  CHECK(w.end->signal == SIGKILL);
  CHECK(process_state(w.pid) == 0);
}

TEST_CASE_METHOD(process_fixture, "a stopped process dies by a signal to its group",
                 "[supervisor][process]") {
  auto& w = launch(command({"sleep", "1000"}));
  ::kill(w.pid, SIGSTOP);
  CHECK(wait_for([&] { return process_state(w.pid) == 'T'; }));

  on_reactor([&] { w.running->signal_group(SIGKILL); });

  CHECK(until_end(w));
}

TEST_CASE_METHOD(process_fixture, "grandchildren die with their process, and their pipe holds nobody up",
                 "[supervisor][process]") {
  auto& w = launch(shell("sleep 1000 & echo $! >&2; exit 4"));

  REQUIRE(until_end(w));
  CHECK(w.end->code == 4);
  auto grandchild = std::stoi(w.errors);
  CHECK(wait_for([&] { return !runs(grandchild); }));
}

TEST_CASE_METHOD(process_fixture, "an escaped grandchild that holds stderr does not delay the end",
                 "[supervisor][process]") {
  auto& w = launch(shell("setsid sh -c 'while :; do echo noise; done' >&2 & echo $! >&2; sleep 0.2; exit 0"));

  REQUIRE(until_end(w));
  CHECK(w.end->clean());
  auto end = w.errors.find('\n');
  auto leader = std::stoi(w.errors.substr(w.errors.find_first_of("0123456789"), end));
  ::kill(-leader, SIGKILL);
}

TEST_CASE_METHOD(process_fixture, "a process whose owner goes is killed with its group and reaped",
                 "[supervisor][process]") {
  auto& w = launch(shell("sleep 1000 & echo $! >&2; wait"));
  REQUIRE(until(w, [](auto& x) { return x.errors.find('\n') != std::string::npos; }));
  auto grandchild = std::stoi(w.errors);

  drop(w);

  CHECK(wait_for([&] { return process_state(w.pid) == 0 && !runs(grandchild); }));
}

TEST_CASE_METHOD(process_fixture, "the pipes carry bytes both ways and end with the process",
                 "[supervisor][process]") {
  auto& w = launch(command({"/bin/cat"}));
  heard h;
  byte_channel_ptr channel;

  on_reactor([&] {
    channel = w.running->take_channel();
    channel->start(hear(h));
    channel->write("hello ", "there");
  });
  CHECK(wait_for([&] { return on_reactor([&] { return h.text == "hello there"; }); }));
  ::kill(w.pid, SIGTERM);

  CHECK(wait_for([&] { return on_reactor([&] { return h.ended; }); }));
  CHECK(until_end(w));
  on_reactor([&] { channel.reset(); });
}

TEST_CASE_METHOD(process_fixture, "without a relay stdin and stdout are /dev/null and stderr is heard",
                 "[supervisor][process]") {
  auto spec =
      shell("echo lost; read x; a=$?; b=$(readlink /proc/$$/fd/0 /proc/$$/fd/1); echo \"read: $a\n$b\" >&2");
  spec.stdio = process_stdio::null;
  auto& w = launch(spec);

  REQUIRE(until_end(w));
  CHECK(w.errors == "read: 1\n/dev/null\n/dev/null\n");
}

TEST_CASE_METHOD(process_fixture, "a process has nothing open but its three standard descriptors",
                 "[supervisor][process]") {
  unique_fd leak{::open("/dev/null", O_RDONLY)}; // as a library would open it, without close-on-exec
  auto& w = launch(shell("echo /proc/self/fd/* >&2; exec 2>&1; for f in /proc/$$/fd/*; do :; done"));

  REQUIRE(until_end(w));
  // The shell itself may hold one for the directory that it lists.
  CHECK(w.errors.find("/proc/self/fd/" + std::to_string(leak.get())) == std::string::npos);
  CHECK(w.errors.find("/proc/self/fd/2") != std::string::npos);
}

TEST_CASE_METHOD(process_fixture, "signal dispositions and the mask of a process are the defaults",
                 "[supervisor][process]") {
  sigset_t blocked, old;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &blocked, &old);
  ::signal(SIGHUP, SIG_IGN);
  auto& w = launch(shell("grep -E '^Sig(Blk|Ign)' /proc/self/status >&2"));
  ::signal(SIGHUP, SIG_DFL);
  ::pthread_sigmask(SIG_SETMASK, &old, nullptr);

  REQUIRE(until_end(w));
  CHECK(w.errors == "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
}

TEST_CASE_METHOD(process_fixture, "of a variable that is given twice the last one counts",
                 "[supervisor][process]") {
  auto spec = command({"/usr/bin/env"});
  spec.env = {"A=1", "B=x=y", "A=2", "C="};
  auto wrapped = shell("env >&2");
  wrapped.env = {"A=1", "B=x=y", "PATH=/usr/bin:/bin", "A=2", "C="};
  auto& w = launch(wrapped);

  REQUIRE(until_end(w));
  CHECK(w.errors.find("A=2\n") != std::string::npos);
  CHECK(w.errors.find("A=1\n") == std::string::npos);
  CHECK(w.errors.find("B=x=y\n") != std::string::npos);
  CHECK(w.errors.find("C=\n") != std::string::npos);
}

TEST_CASE_METHOD(process_fixture, "the command is looked up in rr's own PATH, not in that of the process",
                 "[supervisor][process]") {
  auto spec = command({"sh", "-c", "echo $0 >&2"});
  spec.env = {"PATH=/nowhere"};

  auto& w = launch(spec);

  CHECK(until_end(w));
  CHECK(w.end->clean());
}

TEST_CASE_METHOD(process_fixture, "a command that cannot run is refused in the system's words",
                 "[supervisor][process]") {
  temporary_directory directory;
  auto not_executable = directory.write("plain", "#!/bin/sh\n", 0644);
  auto no_program = directory.write("garbage", "\x7f garbage", 0755);
  auto no_interpreter = directory.write("script", "#!/nowhere/interpreter\n", 0755);
  auto refusal = [&](std::vector<std::string> argv) {
    auto& w = launch(command(std::move(argv)));
    CHECK(w.refusal.kind == error_kind::worker_allocate);
    return w.refusal.text;
  };
  auto before = open_descriptors();

  CHECK(refusal({}) == "exec: no command");
  CHECK(refusal({""}) == "exec: no command");
  CHECK(refusal({"nope"}) == R"(exec: "nope": executable file not found in $PATH)");
  CHECK(refusal({"./nope"}) == "fork/exec ./nope: no such file or directory");
  CHECK(refusal({not_executable}) == "fork/exec " + not_executable + ": permission denied");
  CHECK(refusal({"/"}) == "fork/exec /: permission denied");
  CHECK(refusal({no_program}) == "fork/exec " + no_program + ": exec format error");
  CHECK(refusal({no_interpreter}) == "fork/exec " + no_interpreter + ": no such file or directory");
  CHECK(refusal({"/bin/true", std::string("a\0b", 3)}) == "fork/exec /bin/true: invalid argument");
  CHECK(refusal({"/bin/true", std::string(200'000, 'x')}) == "fork/exec /bin/true: argument list too long");
  CHECK(wait_for([&] { return own_children().empty(); }));
  CHECK(open_descriptors() == before);
}

TEST_CASE_METHOD(process_fixture,
                 "a start without descriptors or processes left is refused and leaves nothing behind",
                 "[supervisor][process]") {
  rlimit old{};
  ::getrlimit(RLIMIT_NOFILE, &old);
  auto before = open_descriptors();
  for (rlim_t spare = 1; spare <= 8; ++spare) {
    rlimit tight{static_cast<rlim_t>(before - 1) + spare, old.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &tight);
    auto started = start_process(command({"/bin/true"}));
    ::setrlimit(RLIMIT_NOFILE, &old);
    if (!started)
      CHECK(started.error().text.find("too many open files") != std::string::npos);
    else
      CHECK(spare >= 6);
  }
  CHECK(open_descriptors() == before);
  CHECK(own_children().empty());
}

TEST_CASE("a process that nobody takes is killed and reaped where it stands", "[supervisor][process]") {
  int pid = 0;
  auto before = open_descriptors();
  {
    auto started = start_process(command({"sleep", "1000"}));
    REQUIRE(started);
    pid = started->handle.pid();
    CHECK(runs(pid));
  }
  CHECK(process_state(pid) == 0);
  CHECK(open_descriptors() == before);
}

TEST_CASE("standard descriptors that rr itself lacks do not confuse those of the process",
          "[supervisor][process]") {
  int saved_in = ::dup(0);
  ::close(0); // the first pipe end gets this number
  auto started = start_process(shell("read x; echo \"got $x\" >&2"));
  ::dup2(saved_in, 0);
  ::close(saved_in);

  REQUIRE(started);
  CHECK(::write(started->input.get(), "word\n", 5) == 5);
  pollfd p{started->errors.get(), POLLIN, 0};
  CHECK(::poll(&p, 1, 5000) == 1);
  char room[64] = {};
  auto n = ::read(started->errors.get(), room, sizeof room);
  CHECK(std::string(room, static_cast<std::size_t>(std::max<ssize_t>(n, 0))) == "got word\n");
}

TEST_CASE_METHOD(process_fixture, "a hundred processes come and go without leaving a descriptor or a zombie",
                 "[supervisor][process]") {
  auto before = open_descriptors();
  {
    std::vector<watched_process*> all;
    for (int i = 0; i < 100; ++i)
      all.push_back(&launch(shell(i % 2 == 0 ? "exit 0" : "sleep 1000")));
    for (int i = 0; i < 100; ++i) {
      if (i % 2 == 0)
        CHECK(until_end(*all[static_cast<std::size_t>(i)]));
      drop(*all[static_cast<std::size_t>(i)]);
    }
  }
  CHECK(wait_for([&] { return own_children().empty() && open_descriptors() == before; }));
  CHECK(open_descriptors() == before);
}

TEST_CASE_METHOD(process_fixture, "a start that is answered after its caller has gone leaves no process",
                 "[supervisor][process]") {
  bool called = false;
  on_reactor([&] {
    spawner->launch(command({"sleep", "1000"}), [&](expected<process_ptr> p) {
      called = true;
      p = {}; // as a guarded callback of an ended actor drops it
    });
  });

  CHECK(wait_for([&] { return on_reactor([&] { return called; }); }));
  CHECK(wait_for([] { return own_children().empty(); }));
}
