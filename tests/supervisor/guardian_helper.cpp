// guardian_helper guarded|alone: starts a process with a child as rr does, prints the pids of its
// guardian, the process and its child, and ends in order at SIGTERM.

#include "actors/runtime.hpp"
#include "supervisor/process_spawner.hpp"

#include <csignal>
#include <cstdio>
#include <cstring>
#include <future>

namespace {

struct helper_state {
  rr::process_ptr running;
  int guardian_pid = 0;

  void started(rr::expected<rr::process_ptr> p) {
    running = std::move(p.value());
    running->start({[this](std::string_view child) {
                      std::printf("%d %d %d\n", guardian_pid, running->pid(),
                                  std::atoi(std::string{child}.c_str()));
                      std::fflush(stdout);
                    },
                    [](const rr::process_exit&) {}});
  }
};

} // namespace

int main(int argc, char** argv) {
  std::unique_ptr<rr::guardian> protector;
  if (argc > 1 && std::strcmp(argv[1], "guarded") == 0)
    protector = std::make_unique<rr::guardian>();
  rr::main_loop loop;
  int code = 0;
  {
    rr::runtime rt;
    auto spawner = std::make_shared<rr::process_spawner>(loop, protector.get());
    helper_state state;
    state.guardian_pid = protector ? protector->pid() : 1;
    rt.at(0).post([&] {
      rr::process_spec spec;
      spec.argv = {"/bin/sh", "-c", "sleep 1000 & echo $! >&2; wait"};
      spec.env = {"PATH=/usr/bin:/bin"};
      spawner->launch(std::move(spec), [&](auto p) { state.started(std::move(p)); });
    });
    loop.on_signals({SIGTERM}, [&](int) { loop.stop(0); });
    code = loop.run();
    std::promise<void> gone;
    rt.at(0).post([&] {
      state.running.reset();
      gone.set_value();
    });
    gone.get_future().wait();
  }
  return code;
}
