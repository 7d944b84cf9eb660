#pragma once

#include "actors/error.hpp"

namespace rr {

// The errors of a pool, with the texts that users match on (spec of the pool, error classes).

/// `static_pool_exec: Workers watcher stopped: ...`: the pool is ending.
error pool_stopped_error();

/// `static_pool_exec: QueueSize: max queue size reached`
error queue_full_error();

/// `static_pool_exec: NoFreeWorkers: ...`: waited allocate_timeout in vain.
error no_free_workers_error();

/// What the log shows beside it: `worker_watcher_get_free_worker: NoFreeWorkers: context deadline exceeded`
error no_free_workers_evidence();

/// `worker_exec_with_timeout: ExecTTL: context deadline exceeded`
error exec_ttl_error();

/// An exec that nobody waits for any more.
error cancelled_error();

/// `static_pool_allocate_workers: WorkerAllocate: <cause>`: the first workers did not boot.
error allocate_error(error cause);

} // namespace rr
