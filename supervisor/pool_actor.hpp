#pragma once

#include "actors/messages.hpp"
#include "relay/relay_actor.hpp"
#include "supervisor/pool_options.hpp"
#include "supervisor/worker_actor.hpp"
#include "supervisor/worker_state.hpp"

#include <memory>
#include <string>
#include <vector>

namespace rr {

using workers_atom = caf::atom_constant<caf::atom("workers")>;
using reset_atom = caf::atom_constant<caf::atom("reset")>;
using add_worker_atom = caf::atom_constant<caf::atom("addworker")>;
using remove_worker_atom = caf::atom_constant<caf::atom("rmworker")>;

/// One worker as a caller sees it.
struct worker_row {
  int pid = 0;
  worker_state state = worker_state::inactive;
  std::uint64_t execs = 0;
  std::chrono::system_clock::time_point created;
  std::string current; ///< what it runs now, empty when idle
};

/// Runs execs on idle workers, first come, first served, one exec per worker.
///
/// Owns the queue and the only book of its workers: who boots, is idle, busy or retires, what each runs and until when.
/// Never forgets its size: a worker that is gone is replaced, a replacement that cannot boot is tried again for ever with
/// back-off while the state is `failing`. Reports its start when all workers are ready; the first failure then fails it.
/// `stop` refuses new execs, lets running and waiting ones end, then stops the workers; at the deadline it kills.
///
/// Errors an exec can be failed with: queue_size, no_free_workers, watcher_stopped, exec_ttl, and what relays say.
using pool_actor = supervised_actor::extend<
    // Runs an exec on the first idle worker; waits at most allocate_timeout while all are busy. One way.
    caf::reacts_to<exec_atom, exec_ptr>,
    // Nobody waits for exec `id` any more: dropped while it waits, cancelled at its relay while it runs.
    caf::reacts_to<cancel_atom, std::uint64_t>,
    // The client of exec `id` can take more of its stream.
    caf::reacts_to<credit_atom, std::uint64_t>,
    // From relays, see relay_keeper_actor.
    caf::reacts_to<idle_atom, std::uint64_t, exec_outcome>, caf::reacts_to<repeat_atom, std::uint64_t, exec_ptr>,
    caf::reacts_to<quit_asked_atom, std::uint64_t>, caf::reacts_to<broken_atom, std::uint64_t, error>,
    // From workers, see worker_keeper_actor.
    caf::reacts_to<started_atom, child_ref, start_report>, caf::reacts_to<booted_atom, std::uint64_t, worker_boot>,
    caf::reacts_to<gone_atom, std::uint64_t, worker_end>,
    // To itself: the next deadline may be due.
    caf::reacts_to<tick_atom>,
    // The workers, oldest first.
    caf::replies_to<workers_atom>::with<std::vector<worker_row>>>;

pool_actor spawn_pool(caf::actor_system& system, birth b, std::shared_ptr<process_launcher> launcher,
                      pool_options options);

} // namespace rr

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::vector<rr::worker_row>)
