#pragma once

#include "actors/error.hpp"
#include "actors/snapshot.hpp"

#include <caf/actor_clock.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/error.hpp>
#include <caf/typed_actor.hpp>
#include <string>

namespace rr {

/// The time of the actor clock: virtual in tests, steady otherwise.
using time_point = caf::actor_clock::time_point;
using duration = caf::actor_clock::duration_type;

using stop_atom = caf::atom_constant<caf::atom("stop")>;       ///< end gracefully, at the latest at a time
using inspect_atom = caf::atom_constant<caf::atom("inspect")>; ///< a snapshot of oneself
using started_atom = caf::atom_constant<caf::atom("started")>; ///< to the parent: how my start went
using tick_atom = caf::atom_constant<caf::atom("tick")>;       ///< to oneself: a deadline may be due

/// What every actor in the tree understands.
using supervised_actor = caf::typed_actor<
    // Asks for a graceful end; whoever asked kills at the deadline. The answer is the actor's exit.
    caf::reacts_to<stop_atom, time_point>,
    // The actor's own figures. For detached and remote actors; the others are read by one walk per reactor.
    caf::replies_to<inspect_atom>::with<snapshot>>;

/// Which start of which child: a late report of an earlier incarnation is told apart.
struct child_ref {
  std::string id;
  std::uint64_t incarnation = 0;
};

/// How a start went. `fail` carries the reason; `ignore` means: nothing to do here, keep the spec.
struct start_report {
  enum outcome_type { ok, fail, ignore };

  outcome_type outcome = ok;
  error why = {};
};

/// What a parent, a supervisor or a pool, understands from its children.
using parent_actor = caf::typed_actor<caf::reacts_to<started_atom, child_ref, start_report>>;

/// What a child is told at its birth and keeps for its life.
struct birth {
  std::string path; ///< unique in the tree, for example `rr/http/pool`
  child_ref ref;
  parent_actor parent; ///< none for the root
};

/// An exit reason that carries `e`; any exit reason back as an error (undefined kind for a plain one).
caf::error to_exit_reason(const error& e);
error from_exit_reason(const caf::error& reason);

/// True for an end that was wanted: normal, shutdown, or nothing at all.
bool is_orderly(const caf::error& reason);

} // namespace rr

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rr::error)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rr::snapshot)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rr::child_ref)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rr::start_report)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(caf::actor_clock::time_point)
