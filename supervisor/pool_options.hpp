#pragma once

#include "supervisor/child_spec.hpp"
#include "supervisor/worker_actor.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace rr {

/// The limits of a pool's workers and execs.
struct pool_limits {
  std::optional<std::uint64_t> jobs_max;            ///< execs of one worker, before jitter
  std::optional<std::chrono::milliseconds> exec_ttl; ///< of one exec, or of one frame of a stream; hard
};

/// All a pool obeys. Durations are never zero here: the reader of the configuration has put defaults in their place.
struct pool_options {
  std::string name;                     ///< of the plugin, for logs and events: `http`
  std::size_t workers = 1;              ///< the desired size, 1 to 500
  bool debug = false;                   ///< a fresh worker for each exec, none kept
  std::optional<std::size_t> queue_max; ///< execs waiting and running together
  std::chrono::milliseconds allocate_timeout{60'000}; ///< how long an exec waits for a worker
  std::chrono::milliseconds destroy_timeout{60'000};  ///< of the whole stop when nobody gives a deadline
  std::chrono::milliseconds reset_timeout{60'000};
  pool_limits limits;
  back_off boot_wait;  ///< between attempts to replace a worker that cannot boot
  unsigned seed = 0;   ///< of the jitter; 0: from the system
  worker_options worker; ///< how each worker is made
};

constexpr std::size_t pool_workers_max = 500;

} // namespace rr
