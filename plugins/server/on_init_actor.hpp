#pragma once

#include "actors/messages.hpp"
#include "supervisor/process.hpp"

#include <chrono>
#include <memory>

namespace rr {

struct on_init_options {
  process_spec process;
  std::chrono::milliseconds time_limit{60'000};
  bool exit_on_error = false;
};

/// Runs one command to its end; its output goes to the log of the server plugin as it comes, until a second
/// after its end.
///
/// Reports its start when the command has ended: ok, or fail where `exit_on_error` is set and the command
/// could not be started, ended with another status than 0, or was killed because it took too long. Then it
/// ends.
using on_init_actor = supervised_actor::extend<
    // To itself: the command has had its time.
    caf::reacts_to<tick_atom>>;

on_init_actor spawn_on_init(caf::actor_system& system, birth b, std::shared_ptr<process_launcher> launcher,
                            on_init_options options);

} // namespace rr
