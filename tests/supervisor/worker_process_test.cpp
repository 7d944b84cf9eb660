#include "tests/supervisor/captured_log.hpp"
#include "tests/supervisor/kept_worker.hpp"
#include "tests/supervisor/real_processes.hpp"
#include "tests/supervisor/recorded_exec.hpp"

#include <caf/send.hpp>

using namespace rr;
using namespace rr::test;
using namespace std::chrono_literals;

namespace {

std::vector<std::string> php(std::string script, std::vector<std::string> arguments = {}) {
  std::vector<std::string> argv{"php", "-d", "display_errors=stderr", "tests/workers/" + script};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return argv;
}

/// One worker with a real process.
class real_worker : public real_processes {
public:
  real_worker() : told(std::make_shared<keeper_log>()), before_(open_descriptors()) {
    options.process.env = own_environment();
    options.boot_timeout = 20s;
  }

  ~real_worker() {
    caf::anon_send_exit(worker, caf::exit_reason::kill);
    CHECK(wait_for([] { return own_children().empty(); }));
    if (told->boot)
      told->boot.reset();
    caf::anon_send_exit(keeper, caf::exit_reason::kill);
    keeper = nullptr;
    worker = nullptr;
    CHECK(wait_for([this] { return open_descriptors() <= before_; }));
  }

  void start(std::vector<std::string> argv) {
    options.process.argv = std::move(argv);
    on_reactor([this] {
      keeper = spawn_keeper(rt.system(), told);
      worker = spawn_worker(rt.system(), {"rr/keeper/worker-1", {"worker-1", 1}, {}},
                            caf::actor_cast<worker_keeper_actor>(keeper), 1, spawner, options);
    });
  }

  bool booted() {
    bool yes = until([](auto& l) { return l.booted() || l.gone(); }) &&
               holds([](auto& l) { return l.booted(); });
    if (yes)
      on_reactor([this] {
        caf::anon_send(told->boot->relay, idle_atom::value, caf::actor_cast<relay_keeper_actor>(keeper),
                       std::uint64_t{1}, told->boot->info);
      });
    return yes;
  }
  bool gone() {
    return until([](auto& l) { return l.gone(); });
  }

  template <class F>
  bool holds(F f) {
    return on_reactor([&] { return f(*told); });
  }
  template <class F>
  bool until(F f) {
    return wait_for([&] { return holds(f); }, 20s);
  }

  std::shared_ptr<exec_record> run(std::string body) {
    auto record = std::make_shared<exec_record>();
    on_reactor([&] {
      caf::anon_send(told->boot->relay, exec_atom::value,
                     exec_ptr{caf::make_counted<recorded_exec>(std::move(body), record)});
    });
    return record;
  }
  bool answered(const std::shared_ptr<exec_record>& record) {
    return wait_for([&] { return on_reactor([&] { return record->outcomes() == 1; }); });
  }

  int pid() {
    return on_reactor([this] { return told->boot->info.pid; });
  }
  worker_end end() {
    return on_reactor([this] { return told->end(); });
  }
  std::string why() { return render(end().why); }

  void stop(duration limit = 60s) {
    caf::anon_send(worker, stop_atom::value, std::chrono::steady_clock::now() + limit);
  }

  captured_log log;
  std::shared_ptr<keeper_log> told;
  worker_options options;
  test_keeper_actor keeper;
  worker_actor worker;

private:
  std::size_t before_;
};

} // namespace

TEST_CASE_METHOD(real_worker, "a PHP worker boots, answers and stops at once", "[supervisor][worker][php]") {
  start(php("payload_app.php", {"echo"}));
  REQUIRE(booted());
  CHECK(pid() > 0);
  CHECK(::getpgid(pid()) == pid());

  auto record = run("hello");
  CHECK(answered(record));
  CHECK(record->bodies == std::vector<std::string>{"hello"});

  auto asked = std::chrono::steady_clock::now();
  stop();
  CHECK(gone());
  CHECK(std::chrono::steady_clock::now() - asked < 2s);
  CHECK(end().exit->clean());
  CHECK(end().asked);
}

TEST_CASE_METHOD(real_worker, "a program that only echoes its input is refused at the handshake",
                 "[supervisor][worker]") {
  start({"/bin/cat"});

  REQUIRE(gone());
  CHECK_FALSE(end().booted);
  CHECK(why().find("the PID request came back") == 0);
}

TEST_CASE_METHOD(real_worker, "a worker that exits before the handshake tells its code and its stderr",
                 "[supervisor][worker][php]") {
  start(php("exit3.php"));

  REQUIRE(gone());
  CHECK(why().find(
            "EOF; the process has ended: exit status 3; its stderr: exit3: giving up before the handshake") ==
        0);
  CHECK(log.count(log_level::error, "exit3: giving up before the handshake") == 1);
}

TEST_CASE_METHOD(real_worker, "text on stdout is quoted whole, with the exit that followed (case 22)",
                 "[supervisor][worker][php]") {
  start(php("stdout_exit.php"));

  REQUIRE(gone());
  CHECK(why().find("goridge_frame_receive: validation failed on the message sent to STDOUT, see: "
                   "https://docs.roadrunner.dev/error-codes/stdout-crc, invalid message: some text that is "
                   "no frame") == 0);
}

TEST_CASE_METHOD(real_worker, "a missing script is told as PHP says it (case 15)",
                 "[supervisor][worker][php]") {
  start({"php", "no-such-script.php"});

  REQUIRE(gone());
  CHECK(end().why.kind == error_kind::file_not_found);
  CHECK(why().find("goridge_frame_receive: FileNotFound: Could not open input file: no-such-script.php") ==
        0);
  CHECK(why().find("exit status 1") != std::string::npos);
}

TEST_CASE_METHOD(real_worker, "a crash before the handshake names the signal", "[supervisor][worker][php]") {
  start(php("segfault.php"));

  REQUIRE(gone());
  CHECK(why().find("EOF; the process has ended: signal: segmentation fault") == 0);
}

TEST_CASE_METHOD(real_worker, "a missing command is told in the system's words (case 15)",
                 "[supervisor][worker]") {
  start({"no-such-command"});

  REQUIRE(gone());
  CHECK(why() == R"(WorkerAllocate: exec: "no-such-command": executable file not found in $PATH)");
}

TEST_CASE_METHOD(real_worker, "a worker that never greets is killed and reaped at the boot timeout",
                 "[supervisor][worker][php]") {
  options.boot_timeout = 300ms;
  start(php("no_handshake.php"));

  REQUIRE(gone());
  CHECK(why().find("Timeout: failed to spawn a worker, possible reasons: "
                   "https://docs.roadrunner.dev/error-codes/allocate-timeout") == 0);
  CHECK(process_state(end().pid) == 0);
}

TEST_CASE_METHOD(real_worker, "a slow boot is waited for (case 16)", "[supervisor][worker][php]") {
  start(php("slow_boot.php", {"1200"}));

  CHECK(booted());
}

TEST_CASE_METHOD(real_worker, "a worker that is killed while idle is gone with the signal",
                 "[supervisor][worker][php]") {
  start(php("payload_app.php", {"echo"}));
  REQUIRE(booted());

  ::kill(pid(), SIGKILL);

  REQUIRE(gone());
  CHECK(end().exit->signal == SIGKILL);
  CHECK_FALSE(end().asked);
  CHECK(process_state(end().pid) == 0);
}

TEST_CASE_METHOD(real_worker, "a worker that dies during an exec fails it before it is gone",
                 "[supervisor][worker][php]") {
  start(php("payload_app.php", {"exit", "7"}));
  REQUIRE(booted());

  auto record = run("die");

  REQUIRE(gone());
  CHECK(record->failed());
  CHECK(end().exit->code == 7);
  CHECK(holds([](auto& l) { return l.told == std::vector<std::string>{"booted", "broken", "gone"}; }));
}

TEST_CASE_METHOD(real_worker, "a stopped process is killed when it does not heed the stop order",
                 "[supervisor][worker][php]") {
  options.stop_timeout = 400ms;
  start(php("payload_app.php", {"echo"}));
  REQUIRE(booted());
  ::kill(pid(), SIGSTOP);

  stop();

  REQUIRE(gone());
  CHECK(end().exit->signal == SIGKILL);
  CHECK(log.count(log_level::warn, "worker doesn't respond on stop command, killing process") == 1);
}

TEST_CASE_METHOD(real_worker, "a worker that sleeps after its stop order is killed in time (case 29)",
                 "[supervisor][worker][php]") {
  options.stop_timeout = 400ms;
  start(php("slow_stop.php", {"30"}));
  REQUIRE(booted());

  stop();

  REQUIRE(gone());
  CHECK(end().exit->signal == SIGKILL);
}

TEST_CASE_METHOD(real_worker, "what a worker has started dies with it", "[supervisor][worker][php]") {
  start({"/bin/sh", "-c", "sleep 1000 & echo $! >&2; exec php tests/workers/payload_app.php echo"});
  REQUIRE(booted());
  REQUIRE(wait_for([&] { return !log.records().empty(); }));
  auto grandchild = std::stoi(log.records().front().message);
  REQUIRE(runs(grandchild));

  SECTION("when it stops") { stop(); }
  SECTION("when it is killed") { ::kill(pid(), SIGKILL); }
  SECTION("when its actor is killed") { caf::anon_send_exit(worker, caf::exit_reason::kill); }

  CHECK(wait_for([&] { return !runs(grandchild); }));
}

TEST_CASE_METHOD(real_worker, "a line of 64,000 bytes on stderr arrives as one record (case 56)",
                 "[supervisor][worker][php]") {
  start(php("payload_app.php", {"stderr", "64000"}));
  REQUIRE(booted());

  auto record = run("write");

  CHECK(answered(record));
  auto longest = [&] {
    std::size_t n = 0;
    for (auto& r : log.records())
      n = std::max(n, r.message.size());
    return n;
  };
  stop();
  CHECK(gone());
  CHECK(wait_for([&] { return longest() >= 63'999; }));
  CHECK(longest() <= 64'000);
}

TEST_CASE_METHOD(real_worker, "a body larger than any pipe goes both ways", "[supervisor][worker][php]") {
  start(php("payload_app.php", {"echo"}));
  REQUIRE(booted());
  std::string body(std::size_t{8} << 20, 'b');

  auto record = run(body);

  CHECK(wait_for([&] { return on_reactor([&] { return record->outcomes() == 1; }); }, 20s));
  REQUIRE(record->bodies.size() == 1);
  CHECK(record->bodies[0] == body);
}
