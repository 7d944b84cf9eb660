#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace rr {

/// What a parent knows of one child that the child itself cannot tell.
struct child_summary {
  std::string id;
  std::string state; ///< running, starting, restarting, failing, stopped
  std::uint32_t restarts = 0;
  std::string last_error;
};

/// One actor as `rr supervise`, RPC and the status page show it. Plain data.
struct snapshot {
  std::string path;
  std::string kind;  ///< supervisor, pool, worker, relay, listener, ...
  std::string state; ///< a word of the kind's own vocabulary
  std::chrono::system_clock::time_point since; ///< when that state was entered
  std::uint64_t mailbox_depth = 0;             ///< messages waiting
  std::uint64_t messages = 0;                  ///< messages handled so far
  std::uint32_t restarts = 0;                  ///< as its parent counts them
  std::string last_error;                      ///< as its parent saw it
  std::vector<std::pair<std::string, std::string>> figures; ///< own figures, in showing order
  std::vector<child_summary> children;
};

} // namespace rr
