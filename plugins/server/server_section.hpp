#pragma once

#include "config/section.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace rr {

/// `server.on_init` as it is written.
struct on_init_config {
  std::vector<std::string> command;
  std::chrono::nanoseconds exec_timeout{std::chrono::seconds{60}};
  std::map<std::string, std::string> env;
  std::string user;
  std::string group;
  bool exit_on_error = false;
};

/// The section `server` as it is written.
struct server_config {
  std::vector<std::string> command;
  std::string relay = "pipes";
  std::map<std::string, std::string> env;
  std::string user;
  std::string group;
  std::optional<on_init_config> on_init;
};

config::section<server_config> server_section();

} // namespace rr
