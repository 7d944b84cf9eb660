#include "cli/server_run.hpp"

#include "actors/events_actor.hpp"
#include "actors/log.hpp"
#include "actors/registry.hpp"
#include "cli/builtin_plugins.hpp"
#include "cli/console.hpp"
#include "cli/version.hpp"
#include "plugins/endure_section.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>
#include <csignal>
#include <future>
#include <unistd.h>

namespace rr {

namespace {

constexpr std::size_t events_kept = 10'000;
constexpr std::chrono::milliseconds tree_end_time{2000};
// Nothing may keep a stopped server: when the runtime has not ended after this, the process does.
constexpr unsigned last_resort_seconds = 5;

volatile std::sig_atomic_t exit_code_of_last_resort = 1;

void end_hard(int) { ::_exit(exit_code_of_last_resort); }

supervisor_spec root_spec() {
  supervisor_spec spec;
  spec.strategy = restart_strategy::one_for_one;
  spec.intensity = {3, std::chrono::seconds{5}};
  spec.waits = back_off{};
  spec.children = {{"events", [](caf::actor_system& system, birth b) {
                      return supervised_actor{spawn_events(system, std::move(b), events_kept)};
                    }}};
  return spec;
}

} // namespace

server_run::server_run(global_options options, config::document config)
    : options_(std::move(options)), config_(std::move(config)) {}

server_run::~server_run() {
  launcher_.reset();
  container_.reset();
  std::signal(SIGALRM, end_hard);
  ::alarm(last_resort_seconds);
  root_ = nullptr;
  registry::instance().clear(); // a handle must not outlive its system
  runtime_.reset();
  log_port::instance().close();
  ::alarm(0);
}

int server_run::run() {
  auto endure = read_endure(config_);
  if (!endure) {
    complain("handle_serve_command: " + render(endure.error()), remedy_of(endure.error()));
    return 1;
  }
  grace_period_ = endure->grace_period;
  container_options_ = endure->container;
  if (!endure->warning.empty())
    say("[WARN] " + endure->warning, options_.silent);
  runtime_.emplace(runtime_options{default_reactor_count(1)});
  launcher_ = std::make_shared<process_spawner>(loop_, &guardian_);
  loop_.on_signals({SIGTERM, SIGINT, SIGQUIT, SIGABRT}, [this](int number) { on_signal(number); });
  spawn_tree();
  begin_container();
  return loop_.run();
}

void server_run::spawn_tree() {
  std::promise<supervisor_actor> made;
  auto root = made.get_future();
  runtime_->at(0).post([&] {
    made.set_value(spawn_supervisor(runtime_->system(), birth{"rr", {"rr", 1}, {}}, root_spec()));
  });
  root_ = root.get();
  caf::actor_cast<caf::actor>(root_)->attach_functor([this](const caf::error&) {
    loop_.post([this] { loop_.stop(exit_code_of_last_resort); });
  });
}

host server_run::make_host() {
  host h;
  h.system = &runtime_->system();
  h.config = &config_;
  h.launcher = launcher_;
  h.version = compatible_version();
  h.grace_period = grace_period_;
  h.experimental = options_.experimental;
  return h;
}

// The container calls back on its reactor; everything here happens on the main thread.
void server_run::begin_container() {
  container_callbacks callbacks;
  callbacks.started = [this](expected<void> result) { loop_.post([this, result] { started(result); }); };
  callbacks.failed = [this](error why, std::string plugin) {
    loop_.post([this, why, plugin] { failed(why, plugin); });
  };
  callbacks.stopped = [this](expected<void> result) { loop_.post([this, result] { stopped(result); }); };
  container_ = start_container(runtime_->at(0), root_, make_host(), builtin_plugins(), container_options_,
                               std::move(callbacks));
}

void server_run::started(const expected<void>& result) {
  if (result) {
    say("[INFO] RoadRunner server started; version: " + std::string{program_version()} +
            ", buildtime: " + std::string{build_time()},
        options_.silent);
    return;
  }
  // A stop that was asked for while starting is no failure.
  if (signals_ == 0) {
    // The container leaves the op of its own errors to the command; an init's error keeps its own, one level down.
    auto shown = result.error();
    if (shown.op.empty())
      shown.op = "handle_serve_command";
    else
      shown = wrap("handle_serve_command", error_kind::undefined, std::move(shown));
    log_port::instance().drain();
    complain(render(shown), remedy_of(shown));
    end(1);
  }
}

void server_run::failed(const error& why, const std::string& plugin) {
  complain("error: " + render(why) + "\nplugin: " + plugin, remedy_of(why));
  end(1);
}

void server_run::stopped(const expected<void>& result) {
  if (!result)
    complain("error: " + render(result.error()));
  end(result ? 0 : 1);
}

void server_run::on_signal(int) {
  if (++signals_ > 1) {
    say("exit forced", options_.silent);
    log_port::instance().close();
    ::_exit(1); // workers die with their parent, and the guardian sees to their groups
  }
  auto seconds = std::chrono::duration_cast<std::chrono::seconds>(grace_period_).count();
  say("stop signal received, grace timeout is: " + std::to_string(seconds) + " seconds", options_.silent);
  container_->stop();
}

// All plugins are down; the tree goes, and with it the loop.
void server_run::end(int exit_code) {
  if (std::exchange(ending_, true))
    return;
  exit_code_of_last_resort = exit_code;
  std::signal(SIGALRM, end_hard);
  ::alarm(last_resort_seconds);
  caf::anon_send(root_, stop_atom::value, runtime_->system().clock().now() + tree_end_time);
}

} // namespace rr
