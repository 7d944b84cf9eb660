#pragma once

#include "tests/supervisor/trace/stage.hpp"

namespace rr::trace {

using exit_atom = caf::atom_constant<caf::atom("exit")>;

/// What a worker of a scenario does.
struct child_script {
  outcome start = outcome::ok;
  milliseconds stop_delay{0};
  reason stop_reason = reason::shutdown;
};

/// A worker that starts, obeys and dies as its script and the scenario's steps say, and prints it.
using scripted_child = supervised_actor::extend<
    // Ends by itself, for this reason.
    caf::reacts_to<exit_atom, reason>,
    // Has taken its time to obey a stop request.
    caf::reacts_to<tick_atom>>;

supervised_actor spawn_scripted_child(stage& on, birth b, child_script script);

} // namespace rr::trace

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rr::trace::reason)
