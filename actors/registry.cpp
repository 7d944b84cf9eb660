#include "actors/registry.hpp"

#include <mutex>
#include <utility>

namespace rr {

registry& registry::instance() {
  // Never destroyed: threads that end after main may still look up.
  static auto* the_one = new registry;
  return *the_one;
}

void registry::enter(std::string path, caf::strong_actor_ptr actor) {
  std::unique_lock lock{mutex_};
  // After the exchange `actor` is the predecessor; its end may run foreign code, so it comes after the lock.
  std::swap(actors_[std::move(path)], actor);
  lock.unlock();
}

void registry::leave(const std::string& path, const caf::strong_actor_ptr& actor) {
  caf::strong_actor_ptr released;
  std::unique_lock lock{mutex_};
  auto at = actors_.find(path);
  if (at == actors_.end() || at->second != actor)
    return;
  released = std::move(at->second);
  actors_.erase(at);
  lock.unlock();
}

caf::strong_actor_ptr registry::find(std::string_view path) const {
  std::shared_lock lock{mutex_};
  auto at = actors_.find(path);
  return at == actors_.end() ? nullptr : at->second;
}

void registry::clear() {
  decltype(actors_) released;
  std::unique_lock lock{mutex_};
  released.swap(actors_);
  lock.unlock();
}

} // namespace rr
