#pragma once

#include "config/section.hpp"
#include "supervisor/pool_options.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace rr {

/// `supervisor` of a pool as it is written; 0 means no limit.
struct pool_supervisor_config {
  std::chrono::nanoseconds watch_tick{std::chrono::seconds{5}};
  std::chrono::nanoseconds ttl{0};
  std::chrono::nanoseconds idle_ttl{0};
  std::chrono::nanoseconds exec_ttl{0};
  std::uint64_t max_worker_memory = 0;
};

/// `dynamic_allocator` of a pool as it is written.
struct dynamic_allocator_config {
  std::uint64_t max_workers = 10;
  std::uint64_t spawn_rate = 5;
  std::chrono::nanoseconds idle_timeout{std::chrono::seconds{60}};
};

/// The section `pool`, which every plugin with workers has, as it is written.
struct pool_config {
  bool debug = false;
  std::vector<std::string> command;
  unsigned num_workers = 0; ///< 0: the number of processors
  std::uint64_t max_jobs = 0;
  std::uint64_t max_queue_size = 0;
  std::chrono::nanoseconds allocate_timeout{std::chrono::seconds{60}};
  std::chrono::nanoseconds destroy_timeout{std::chrono::seconds{60}};
  std::chrono::nanoseconds reset_timeout{std::chrono::seconds{60}};
  std::chrono::nanoseconds stream_timeout{std::chrono::seconds{60}};
  std::optional<pool_supervisor_config> supervisor;
  std::optional<dynamic_allocator_config> dynamic_allocator;
};

/// The description of the section: keys, types, defaults, units, meanings.
config::section<pool_config> pool_section();

/// What the pool named `name` obeys: no "0 means unlimited" any more. Durations are rounded up to a
/// millisecond.
///
/// `written` is the section as the user wrote it, null when there is none: a destroy_timeout of his own also
/// limits the stop of one worker, the default does not.
pool_options to_pool_options(const pool_config& config, std::string name, const config::node* written);

/// The keys that are set to something that would have an effect but has none in this version:
/// `pool.supervisor.ttl`, ... `watch_tick` is never among them: alone it does nothing, and what it drives is
/// listed.
std::vector<std::string> pool_keys_without_effect(const pool_config& config);

} // namespace rr
