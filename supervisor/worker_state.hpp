#pragma once

#include <cstdint>
#include <iterator>
#include <string_view>

namespace rr {

/// The states of a worker as RPC, the command line and metrics show them. Numbers and names never change.
enum class worker_state : std::uint8_t {
  inactive = 0,
  ready = 1,
  working = 2,
  invalid = 3,
  stopping = 4,
  stopped = 5,
  destroyed = 6,
  max_jobs_reached = 7,
  errored = 8,
  idle_ttl_reached = 9,
  ttl_reached = 10,
  max_memory_reached = 11,
  exec_ttl_reached = 12,
};

/// `inactive`, `ready`, `maxJobsReached`, ...
constexpr std::string_view to_string(worker_state state) {
  constexpr std::string_view names[] = {
      "inactive",       "ready",   "working",        "invalid",    "stopping",         "stopped",       "destroyed",
      "maxJobsReached", "errored", "idleTTLReached", "ttlReached", "maxMemoryReached", "execTTLReached"};
  auto index = static_cast<std::uint8_t>(state);
  return index < std::size(names) ? names[index] : "undefined";
}

/// True where `to` may follow `from`: a worker is ready only from its boot or its work, works only when ready, and nothing
/// follows `destroyed`.
constexpr bool may_follow(worker_state from, worker_state to) {
  using s = worker_state;
  if (to == s::destroyed)
    return true;
  if (from == s::destroyed)
    return false;
  if (to == s::ready)
    return from == s::working || from == s::inactive;
  if (to == s::working)
    return from == s::ready;
  return true;
}

} // namespace rr
