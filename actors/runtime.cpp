#include "actors/runtime.hpp"

#include "actors/reactor_scheduler.hpp"

#include <algorithm>
#include <caf/actor_system_config.hpp>

namespace rr {

namespace {

// One actor may handle so many messages before others have their turn; CAF's own default is without limit, so that two
// actors in a loop would stop the timers.
constexpr std::size_t messages_per_turn = 64;

caf::actor_system_config& configure(caf::actor_system_config& config, const runtime_options& options) {
  config.load<reactor_scheduler>();
  config.set("scheduler.max-threads", options.reactors);
  config.set("scheduler.max-throughput", messages_per_turn);
  return config;
}

} // namespace

struct runtime::parts {
  explicit parts(const runtime_options& options) : system(configure(config, options)) {}

  caf::actor_system_config config;
  caf::actor_system system;
};

std::size_t default_reactor_count(unsigned cores) { return 1 + (std::max(cores, 1u) - 1) / 8; }

runtime::runtime(runtime_options options) : parts_(std::make_unique<parts>(options)) {}

runtime::~runtime() = default;

caf::actor_system& runtime::system() noexcept { return parts_->system; }

std::size_t runtime::reactor_count() const noexcept {
  return static_cast<reactor_scheduler&>(parts_->system.scheduler()).reactor_count();
}

reactor& runtime::at(std::size_t index) noexcept {
  return static_cast<reactor_scheduler&>(parts_->system.scheduler()).at(index);
}

} // namespace rr
