#pragma once

#include <caf/actor_control_block.hpp>
#include <map>
#include <shared_mutex>
#include <string>
#include <string_view>

namespace rr {

/// Which actor stands at a path of the tree right now. Parents enter and remove their children; anybody may
/// look up.
///
/// A handle is not an identity: after a restart the path is the same and the handle is not. Thread-safe; not
/// meant for the request path, where pools and relays hold each other's handles.
class registry {
public:
  static registry& instance();

  void enter(std::string path, caf::strong_actor_ptr actor);

  /// Removes `path` if `actor` still stands there, so that a late removal cannot take away a successor.
  void leave(const std::string& path, const caf::strong_actor_ptr& actor);

  /// The actor at `path`, or null.
  caf::strong_actor_ptr find(std::string_view path) const;

  /// Forgets everybody. Before the actor system ends: a handle that outlives its system crashes.
  void clear();

private:
  mutable std::shared_mutex mutex_;
  std::map<std::string, caf::strong_actor_ptr, std::less<>> actors_;
};

} // namespace rr
