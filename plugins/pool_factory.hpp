#pragma once

#include "plugins/plugin.hpp"
#include "supervisor/pool_actor.hpp"

#include <map>
#include <string>

namespace rr {

/// What the server plugin offers to every owner of a pool: the common command, relay, environment and user.
class pool_factory {
public:
  virtual ~pool_factory() = default;

  /// Completes a pool's options: `options` comes from the pool's own section (`worker.process.argv` is empty unless it has
  /// a command of its own), `mode_env` holds what the plugin adds (`RR_MODE`, ...).
  ///
  /// @errors kind init: an unknown user, an empty command
  virtual expected<pool_options> complete(pool_options options, std::map<std::string, std::string> mode_env) = 0;

  /// A spawn function for a child spec: the pool with these options.
  virtual start_function pool_start(pool_options options) = 0;
};

template <>
struct service_traits<pool_factory> {
  static constexpr service_id id{"rr.server", 1};
};

} // namespace rr
