#include "actors/log_channels.hpp"

#include <utility>

namespace rr {

log_channels& log_channels::instance() {
  static auto* the_one = new log_channels;
  return *the_one;
}

log_channel& log_channels::nameless() noexcept {
  static auto& the_one = instance().intern({});
  return the_one;
}

log_channel& log_channels::intern(std::string_view name) {
  std::lock_guard lock{mutex_};
  auto at = channels_.find(name);
  if (at != channels_.end())
    return *at->second;
  auto made = std::make_unique<log_channel>(std::string{name});
  if (sink_ != nullptr)
    made->threshold.store(sink_->threshold(name), std::memory_order_relaxed);
  return *channels_.emplace(std::string{name}, std::move(made)).first->second;
}

void log_channels::follow(const log_sink* sink) {
  std::lock_guard lock{mutex_};
  sink_ = sink;
  if (sink == nullptr)
    return;
  for (auto& [name, channel] : channels_)
    channel->threshold.store(sink->threshold(name), std::memory_order_relaxed);
}

} // namespace rr
