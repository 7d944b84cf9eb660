#pragma once

#include "actors/messages.hpp"
#include "supervisor/child_reply.hpp"
#include "supervisor/child_spec.hpp"

#include <string>
#include <vector>

namespace rr {

using start_child_atom = caf::atom_constant<caf::atom("startchild")>;
using end_child_atom = caf::atom_constant<caf::atom("endchild")>;
using restart_child_atom = caf::atom_constant<caf::atom("rechild")>;
using delete_child_atom = caf::atom_constant<caf::atom("delchild")>;
using replace_spec_atom = caf::atom_constant<caf::atom("newspec")>;
using which_children_atom = caf::atom_constant<caf::atom("children")>;
using count_children_atom = caf::atom_constant<caf::atom("count")>;

/// A supervisor with the semantics of OTP release 25.
///
/// Owns its children's specs, their order and states and its restart history; takes one message at a time:
/// while it waits for a child to start or stop, everything else waits in its queue. Starts its children in
/// order when it is spawned and reports to its parent when all are up; stops them in reverse. Ends with
/// reason `shutdown` past its intensity unless it has a back-off.
using supervisor_actor = supervised_actor::extend<
    caf::reacts_to<started_atom, child_ref, start_report>,
    // Adds a child at the end, or an instance of the template (its `id` and `start` may be empty then).
    caf::replies_to<start_child_atom, child_spec>::with<child_reply>,
    caf::replies_to<end_child_atom, std::string>::with<child_reply>,
    caf::replies_to<restart_child_atom, std::string>::with<child_reply>,
    caf::replies_to<delete_child_atom, std::string>::with<child_reply>,
    // Exchanges the spec of a child with the same id, for its next start. `not_found` when there is none.
    caf::replies_to<replace_spec_atom, child_spec>::with<child_reply>,
    caf::replies_to<which_children_atom>::with<std::vector<child_info>>,
    caf::replies_to<count_children_atom>::with<child_count>>;

supervisor_actor spawn_supervisor(caf::actor_system& system, birth b, supervisor_spec spec);

} // namespace rr

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rr::child_spec)
