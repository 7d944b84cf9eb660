#pragma once

#include "config/expand.hpp"

#include <map>
#include <string>
#include <vector>

namespace rr {

/// What the environment of a worker is made of.
struct environment_parts {
  std::vector<std::string> inherited;        ///< rr's own, KEY=VALUE
  std::string relay;                         ///< RR_RELAY
  std::string rpc;                           ///< RR_RPC; empty: not set
  std::map<std::string, std::string> server; ///< server.env
  std::string version;                       ///< RR_VERSION
  std::map<std::string, std::string> mode;   ///< what the plugin adds
};

/// The whole environment, in the documented order; of a name that comes twice the last one counts. Names of
/// `server` and `mode` become upper case; values of `server` are expanded with the inherited variables.
std::vector<std::string> worker_environment(const environment_parts& parts);

/// The environment of `on_init`: its own variables, with names in upper case, then the inherited ones, which
/// win.
std::vector<std::string> on_init_environment(const std::vector<std::string>& inherited,
                                             const std::map<std::string, std::string>& own);

/// The environment of this process.
std::vector<std::string> own_environment();

} // namespace rr
