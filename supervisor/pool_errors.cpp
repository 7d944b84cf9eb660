#include "supervisor/pool_errors.hpp"

namespace rr {

error pool_stopped_error() {
  error innermost{error_kind::undefined, "worker_watcher_get_free_worker", {}};
  return wrap("static_pool_exec", error_kind::watcher_stopped,
              wrap("static_pool_exec", error_kind::undefined, std::move(innermost)));
}

error queue_full_error() {
  return {error_kind::queue_size, "static_pool_exec", "max queue size reached",
          "raise pool.max_queue_size or pool.num_workers, or slow the callers down"};
}

error no_free_workers_error() {
  auto e = wrap("static_pool_exec", error_kind::no_free_workers, {error_kind::undefined, "static_pool_exec", {}});
  e.remedy = "raise pool.num_workers or pool.allocate_timeout, or make requests shorter";
  return e;
}

error no_free_workers_evidence() {
  return {error_kind::no_free_workers, "worker_watcher_get_free_worker", "context deadline exceeded"};
}

error exec_ttl_error() {
  return {error_kind::exec_ttl, "worker_exec_with_timeout", "context deadline exceeded",
          "raise pool.supervisor.exec_ttl or make the request shorter"};
}

error cancelled_error() { return {error_kind::cancelled, "static_pool_exec", "context canceled"}; }

error allocate_error(error cause) {
  return wrap("static_pool_allocate_workers", error_kind::worker_allocate, std::move(cause));
}

} // namespace rr
