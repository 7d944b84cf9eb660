#pragma once

#include "actors/messages.hpp"
#include "supervisor/child_spec.hpp"

#include <cstddef>
#include <deque>

namespace rr {

/// The restarts of one supervisor within its period. Memory is bounded by the intensity.
///
/// @source OTP 25 supervisor, maximum restart intensity
class restart_history {
public:
  explicit restart_history(restart_intensity limit) : limit_(limit) {}

  /// Adds a restart at `now`, which never goes back. True while no more than `restarts_max` restarts, this
  /// one included, are in the window: a restart at r is in it while now - r <= period.
  [[nodiscard]] bool add(time_point now);

  void clear() { restarts_.clear(); }

  std::size_t size() const noexcept { return restarts_.size(); }

private:
  restart_intensity limit_;
  std::deque<time_point> restarts_; ///< oldest first
};

} // namespace rr
