#pragma once

#include "config/section.hpp"
#include "plugins/logger/log_options.hpp"

namespace rr {

/// The section `logs` as it is written: the root channel and the named ones.
struct logs_config : log_channel_options {
  std::map<std::string, log_channel_options> channels = {};
};

config::section<logs_config> logs_section();

} // namespace rr
