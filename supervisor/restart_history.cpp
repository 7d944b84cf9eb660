#include "supervisor/restart_history.hpp"

namespace rr {

bool restart_history::add(time_point now) {
  while (!restarts_.empty() && now - restarts_.front() > limit_.period)
    restarts_.pop_front();
  restarts_.push_back(now);
  if (restarts_.size() <= limit_.restarts_max)
    return true;
  // A supervisor with back-off goes on past its limit; one restart too many is enough to know.
  if (restarts_.size() > static_cast<std::size_t>(limit_.restarts_max) + 1)
    restarts_.pop_front();
  return false;
}

} // namespace rr
