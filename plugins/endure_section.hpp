#pragma once

#include "config/section.hpp"
#include "plugins/container.hpp"

#include <chrono>
#include <string>

namespace rr {

/// The section `endure` as it is written.
struct endure_config {
  std::chrono::nanoseconds grace_period{std::chrono::seconds{30}};
  std::string log_level = "error";
  bool print_graph = false;
  std::uint64_t watchdog_sec = 0;
};

config::section<endure_config> endure_section();

/// What the container obeys.
struct endure_options {
  std::chrono::milliseconds grace_period{30'000};
  container_options container;
  std::string warning; ///< about a log level that does not exist; empty when there is none
};

/// @errors kind init: values that cannot be read
expected<endure_options> read_endure(const config::document& document);

} // namespace rr
