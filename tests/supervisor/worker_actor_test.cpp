#include "supervisor/worker_actor.hpp"

#include "tests/actors/actor_fixture.hpp"
#include "tests/supervisor/captured_log.hpp"
#include "tests/supervisor/kept_worker.hpp"
#include "tests/supervisor/recorded_exec.hpp"
#include "tests/supervisor/scripted_process.hpp"

using namespace rr;
using namespace rr::test;
using namespace std::chrono_literals;

namespace {

/// One worker with a scripted process, kept by the test.
class worker_fixture : public actor_fixture {
public:
  worker_fixture()
      : launcher(std::make_shared<scripted_launcher>(system)), told(std::make_shared<keeper_log>()) {
    options.process.argv = {"php", "worker.php"};
    keeper = own(spawn_keeper(system, told));
  }

  void start(worker_script script = {}) {
    launcher->script = std::move(script);
    worker = own(spawn_worker(system, {"rr/keeper/worker-1", {"worker-1", 1}, {}},
                              caf::actor_cast<worker_keeper_actor>(keeper), 1, launcher, options));
    settle();
  }

  void start_and_keep(worker_script script = {}) {
    start(std::move(script));
    REQUIRE(told->booted());
    keep();
  }
  void keep() {
    tell(told->boot->relay, idle_atom::value, caf::actor_cast<relay_keeper_actor>(keeper), std::uint64_t{1},
         told->boot->info);
  }

  std::shared_ptr<exec_record> send_exec() {
    auto record = std::make_shared<exec_record>();
    caf::anon_send(told->boot->relay, exec_atom::value,
                   exec_ptr{caf::make_counted<recorded_exec>("body", record)});
    return record;
  }
  std::shared_ptr<exec_record> run() {
    auto record = send_exec();
    settle();
    return record;
  }

  void stop(duration limit = 60s) { tell(worker, stop_atom::value, now() + limit); }
  void kill(std::string why) {
    tell(worker, kill_atom::value, error{error_kind::exec_ttl, {}, std::move(why)});
  }

  scripted_worker& process() { return launcher->last(); }
  std::string why() const { return render(told->end().why); }

  /// Only the keeper is left: worker and relay have ended.
  bool all_ended() { return system.registry().running() == 1 + process_drivers(); }
  std::size_t process_drivers() const { return launcher->launches; }

  captured_log log;
  std::shared_ptr<scripted_launcher> launcher;
  std::shared_ptr<keeper_log> told;
  test_keeper_actor keeper;
  worker_options options;
  worker_actor worker;
};

} // namespace

TEST_CASE_METHOD(worker_fixture, "a worker greets, then its keeper gets its relay", "[supervisor][worker]") {
  start({.codecs = {"json"}});

  REQUIRE(told->booted());
  CHECK(told->boot->info.pid == 1001);
  CHECK(told->boot->info.codec == payload_codec::proto);
  CHECK(told->boot->said.codecs == std::vector<std::string>{"json"});
  CHECK(process().greeted);
  CHECK_FALSE(told->gone());
}

TEST_CASE_METHOD(worker_fixture, "the codec is chosen by what the worker says", "[supervisor][worker]") {
  options.choose_codec = [](const handshake& said) {
    return said.codecs.empty() ? payload_codec::proto : payload_codec::json;
  };
  start({.codecs = {"json"}});

  CHECK(told->boot->info.codec == payload_codec::json);
}

TEST_CASE_METHOD(worker_fixture, "a command that cannot be started is told in the system's words",
                 "[supervisor][worker]") {
  start({.launch_error = R"(exec: "nope": executable file not found in $PATH)"});

  REQUIRE(told->gone());
  CHECK_FALSE(told->end().booted);
  CHECK_FALSE(told->end().exit);
  CHECK(told->end().why.kind == error_kind::worker_allocate);
  CHECK(told->end().why.text == R"(exec: "nope": executable file not found in $PATH)");
  CHECK(all_ended());
}

TEST_CASE_METHOD(worker_fixture, "a boot that ends early tells the raw cause, the exit and the stderr",
                 "[supervisor][worker]") {
  auto exit_first = GENERATE(false, true);
  start({.boot = worker_script::exits, .errors = "no vendor/autoload.php\n", .exit_seen_first = exit_first});

  REQUIRE(told->gone());
  CHECK(why() == "EOF; the process has ended: exit status 255; its stderr: no vendor/autoload.php");
  CHECK(told->end().exit->code == 255);
  CHECK(told->end().stderr_tail == "no vendor/autoload.php\n");
  CHECK_FALSE(process().killed());
  CHECK(log.count(log_level::error, "no vendor/autoload.php") == 1);
  CHECK(log.count(log_level::info, "no vendor/autoload.php") == 0);
  CHECK(all_ended());
}

TEST_CASE_METHOD(worker_fixture, "text instead of a greeting is quoted and its writer killed",
                 "[supervisor][worker]") {
  start({.boot = worker_script::prints,
         .output = "Deprecated: something is old\n",
         .heeds_end_of_input = false});
  advance(200ms);

  REQUIRE(told->gone());
  CHECK(why().find("goridge_frame_receive: validation failed on the message sent to STDOUT, see: "
                   "https://docs.roadrunner.dev/error-codes/stdout-crc, invalid message: Deprecated: "
                   "something is old") == 0);
  CHECK(process().killed());
  CHECK(told->end().exit->signal == SIGKILL);
  CHECK(why().find("signal") == std::string::npos); // our own kill explains nothing
}

TEST_CASE_METHOD(worker_fixture, "a missing script is told as PHP says it", "[supervisor][worker]") {
  start({.boot = worker_script::exits,
         .boot_exit = {.code = 1},
         .output = "Could not open input file: nope.php\n"});
  advance(200ms);

  REQUIRE(told->gone());
  CHECK(told->end().why.kind == error_kind::file_not_found);
  CHECK(why().find("goridge_frame_receive: FileNotFound: Could not open input file: nope.php") == 0);
  CHECK(why().find("; the process has ended: exit status 1") != std::string::npos);
}

TEST_CASE_METHOD(worker_fixture, "a silent boot is killed at the boot timeout, not before",
                 "[supervisor][worker]") {
  options.boot_timeout = 3s;
  start({.boot = worker_script::silent, .errors = "waiting for a debugger\n"});
  advance(2999ms);
  CHECK_FALSE(told->gone());

  advance(1ms);

  REQUIRE(told->gone());
  CHECK(told->end().why.kind == error_kind::timeout);
  CHECK(why() ==
        "Timeout: failed to spawn a worker, possible reasons: "
        "https://docs.roadrunner.dev/error-codes/allocate-timeout; its stderr: waiting for a debugger");
  CHECK(process().killed());
  // Held back for a second only, so that whoever watches sees it in time.
  CHECK(log.count(log_level::info, "waiting for a debugger") == 1);
  CHECK(all_ended());
}

TEST_CASE_METHOD(worker_fixture, "a slow boot within its time is one that succeeds", "[supervisor][worker]") {
  options.boot_timeout = 3s;
  start({.boot_takes = 2500ms});
  advance(2500ms);

  CHECK(told->booted());
  advance(10s);
  CHECK_FALSE(told->gone());
}

TEST_CASE_METHOD(worker_fixture, "a start that is not answered in time fails, and a late process is killed",
                 "[supervisor][worker]") {
  options.boot_timeout = 1s;
  start({.launch_takes = 5s});
  advance(1s);
  CHECK(told->gone());

  advance(10s);

  CHECK_FALSE(process().alive());
  CHECK(told->ends.size() == 1);
}

TEST_CASE_METHOD(worker_fixture, "a boot without any time fails with kind timeout", "[supervisor][worker]") {
  options.boot_timeout = 0ms; // 1 ns, as users write it
  start();
  advance(0s);

  REQUIRE(told->gone());
  CHECK(told->end().why.kind == error_kind::timeout);
}

TEST_CASE_METHOD(worker_fixture, "a worker that closes its stdout and lives on is killed a second later",
                 "[supervisor][worker]") {
  start({.boot = worker_script::silent, .heeds_end_of_input = false});
  process().close_output();
  settle();
  advance(999ms);
  CHECK_FALSE(told->gone());

  advance(1ms);

  CHECK(told->gone());
  CHECK(why() == "EOF");
  CHECK(process().killed());
}

TEST_CASE_METHOD(worker_fixture, "an idle worker stops at once", "[supervisor][worker]") {
  start_and_keep();
  stop();

  REQUIRE(told->gone());
  CHECK(told->end().asked);
  CHECK(told->end().booted);
  CHECK(told->end().exit->clean());
  CHECK(process().stop_asked);
  CHECK_FALSE(process().killed());
  CHECK(told->told.back() == "gone");
  CHECK(log.count(log_level::debug, "sending stop request to the worker") == 1);
  CHECK(log.field("sending stop request to the worker", "pid") == "1001");
  CHECK(log.count(log_level::debug, "worker stopped") == 1);
  CHECK(all_ended());
}

TEST_CASE_METHOD(worker_fixture,
                 "a worker that ignores the stop request gets the end of its input, then is killed",
                 "[supervisor][worker]") {
  options.stop_timeout = 10s;
  start_and_keep({.heeds_stop = false, .heeds_end_of_input = false});
  stop();
  advance(4999ms);
  CHECK_FALSE(process().input_closed);
  advance(1ms);
  CHECK(process().input_closed);
  advance(4999ms);
  CHECK_FALSE(told->gone());

  advance(1ms);

  REQUIRE(told->gone());
  CHECK(told->end().exit->signal == SIGKILL);
  CHECK(log.count(log_level::warn, "worker doesn't respond on stop command, killing process") == 1);
  CHECK(log.field("worker doesn't respond on stop command, killing process", "PID") == "1001");
  CHECK(all_ended());
}

TEST_CASE_METHOD(worker_fixture, "a worker that heeds only the end of its input stops half way",
                 "[supervisor][worker]") {
  start_and_keep({.heeds_stop = false});
  stop();
  advance(5s);

  CHECK(told->gone());
  CHECK_FALSE(process().killed());
}

TEST_CASE_METHOD(worker_fixture,
                 "the deadline of a stop order shortens the time, a later order cannot lengthen it",
                 "[supervisor][worker]") {
  start_and_keep({.heeds_stop = false, .heeds_end_of_input = false});
  stop(2s);
  advance(1s);
  stop(60s);
  advance(999ms);
  CHECK_FALSE(told->gone());

  advance(1ms);

  CHECK(told->gone());
}

TEST_CASE_METHOD(worker_fixture, "a slow end within its time is not a kill", "[supervisor][worker]") {
  start_and_keep({.heeds_end_of_input = false, .stop_takes = 9s, .stop_exit = {.code = 3}});
  stop();
  advance(9s);

  REQUIRE(told->gone());
  CHECK(told->end().exit->code == 3);
  CHECK(log.count(log_level::warn, "worker doesn't respond on stop command, killing process") == 0);
  CHECK(log.field("worker stopped", "error") == "exit status 3\nprocess_wait: exit status 3");
  CHECK(log.field("worker stopped", "internal_event_name") == "EventWorkerWaitExit");
}

TEST_CASE_METHOD(worker_fixture, "a stop order ends a boot at once", "[supervisor][worker]") {
  auto takes = GENERATE(0s, 5s);
  start({.boot = worker_script::silent, .launch_takes = takes});
  stop();

  REQUIRE(told->gone());
  CHECK(told->end().asked);
  CHECK(why().empty());
  advance(10s);
  CHECK_FALSE(process().alive());
  CHECK(all_ended());
}

TEST_CASE_METHOD(worker_fixture, "a kill is at once and keeps its reason", "[supervisor][worker]") {
  start_and_keep();
  kill("context deadline exceeded");

  REQUIRE(told->gone());
  CHECK(why() == "ExecTTL: context deadline exceeded");
  CHECK(told->end().exit->signal == SIGKILL);
  CHECK_FALSE(told->end().asked);
  CHECK(all_ended());
}

TEST_CASE_METHOD(worker_fixture, "a process that dies fails its exec first, then its worker is gone",
                 "[supervisor][worker]") {
  auto exit_first = GENERATE(false, true);
  start_and_keep({.exit_seen_first = exit_first});
  auto record = run();
  REQUIRE(process().requests.size() == 1);
  process().die(SIGSEGV);
  settle();
  advance(20ms);

  CHECK(record->failed());
  REQUIRE(told->gone());
  CHECK(told->end().exit->signal == SIGSEGV);
  CHECK(told->told == std::vector<std::string>{"booted", "broken", "gone"});
  CHECK(log.field("worker stopped", "error") ==
        "signal: segmentation fault\nprocess_wait: signal: segmentation fault");
  CHECK(all_ended());
}

TEST_CASE_METHOD(worker_fixture, "an answer that was written before the death is delivered",
                 "[supervisor][worker]") {
  auto exit_first = GENERATE(false, true);
  start_and_keep({.exit_seen_first = exit_first});
  auto record = run();
  process().answer("ctx", "the answer");
  process().exit(0);
  settle();
  advance(20ms);

  CHECK(record->answered());
  CHECK(record->bodies == std::vector<std::string>{"the answer"});
  CHECK(told->gone());
}

TEST_CASE_METHOD(worker_fixture, "an exec that comes to a worker in its last moment is given back",
                 "[supervisor][worker]") {
  start_and_keep({.exit_seen_first = true});
  process().exit(0);
  // The keeper does not know yet: its exec is under way together with the news.
  auto record = run();
  advance(10s);

  CHECK(told->gone());
  CHECK((record->failed() || told->repeated.size() == 1));
  told->repeated.clear();
  CHECK(all_ended());
}

TEST_CASE_METHOD(worker_fixture, "a worker whose relay never ends its exec is gone within seconds",
                 "[supervisor][worker]") {
  start_and_keep();
  auto record = run();
  // Something that left the group holds its stdout open.
  process().script.exit_seen_first = true;
  process().hold_output();
  process().exit(1);
  settle();
  advance(4s);
  CHECK_FALSE(told->gone());

  advance(2s);

  CHECK(told->gone());
  CHECK(record->failed());
  CHECK(all_ended());
}

TEST_CASE_METHOD(worker_fixture, "stderr of a running worker is logged line by line with its pid",
                 "[supervisor][worker]") {
  start_and_keep();
  process().say_stderr("first\nsec");
  settle();
  process().say_stderr("ond\n\nthird without an end");
  settle();
  CHECK(log.count(log_level::info, "first") == 1);
  CHECK(log.count(log_level::info, "second") == 1);
  CHECK(log.field("second", "pid") == "1001");
  CHECK(log.count(log_level::info, "") == 0);
  CHECK(log.count(log_level::info, "third without an end") == 0);

  SECTION("a line without an end is shown when nothing follows") {
    advance(1s);
    CHECK(log.count(log_level::info, "third without an end") == 1);
  }
  SECTION("or at the exit") {
    process().exit(1);
    settle();
    CHECK(log.count(log_level::info, "third without an end") == 1);
  }
}

TEST_CASE_METHOD(worker_fixture, "an actor that is killed takes its process with it",
                 "[supervisor][worker]") {
  auto boots = GENERATE(worker_script::answers, worker_script::silent);
  start({.boot = boots});

  caf::anon_send_exit(worker, caf::exit_reason::kill);
  settle();

  CHECK_FALSE(process().alive());
  CHECK(process().killed());
}

TEST_CASE_METHOD(worker_fixture, "whatever comes in whatever order, a worker is gone exactly once",
                 "[supervisor][worker]") {
  auto seed = GENERATE(range(1u, 200u));
  std::mt19937 dice{seed};
  auto chance = [&](int n) { return std::uniform_int_distribution<int>{0, n - 1}(dice) == 0; };
  shuffle(seed);
  options.boot_timeout = 2s;
  options.stop_timeout = 3s;
  worker_script script;
  script.boot = static_cast<worker_script::boot_type>(dice() % 4);
  script.output = "text\n";
  script.launch_takes = chance(3) ? 500ms : 0ms;
  script.boot_takes = chance(3) ? 700ms : 0ms;
  script.heeds_stop = !chance(4);
  script.heeds_end_of_input = !chance(4);
  script.exit_seen_first = chance(2);
  start(script);
  std::vector<std::shared_ptr<exec_record>> execs;
  bool ordered = false;
  bool kept = false;
  for (int i = 0; i < 6; ++i) {
    // A keeper gives execs to an idle worker only, and none to one that it has sent away.
    bool idle = std::all_of(execs.begin(), execs.end(), [](auto& x) { return !x->pending(); });
    if (told->booted() && idle && !ordered && !told->gone())
      execs.push_back(send_exec());
    if (chance(4) && !launcher->workers.empty())
      process().exit(1);
    if (chance(3) && !launcher->workers.empty())
      process().answer("ctx", "body");
    if (chance(5)) {
      caf::anon_send(worker, stop_atom::value, now() + 4s);
      ordered = true;
    }
    if (chance(5)) {
      caf::anon_send(worker, kill_atom::value, error{error_kind::network, {}, "EOF"});
      ordered = true;
    }
    settle();
    if (told->booted() && !std::exchange(kept, true))
      keep();
    advance(std::chrono::milliseconds{dice() % 900});
  }
  stop();
  advance(20s);

  CHECK(told->ends.size() == 1);
  CHECK(launcher->alive() == 0);
  auto pending = std::count_if(execs.begin(), execs.end(), [](auto& x) { return x->pending(); });
  CHECK(static_cast<std::size_t>(pending) == told->repeated.size());
  CHECK(std::all_of(execs.begin(), execs.end(), [](auto& x) { return x->outcomes() <= 1; }));
  told->repeated.clear();
  CHECK(all_ended());
}
