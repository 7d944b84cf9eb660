#include "plugins/endure_section.hpp"

#include "plugins/section_error.hpp"

#include <map>

namespace rr {

config::section<endure_config> endure_section() {
  using c = endure_config;
  config::section<c> s{"endure", "How all parts are started and stopped."};
  s.field("grace_period", &c::grace_period,
          {.doc = "How long the whole stop may take; then what still runs is cut.", .zero_means_default = true});
  s.field("log_level", &c::log_level, {.doc = "Level of the container's own messages: debug, info, warn or error."});
  s.field("print_graph", &c::print_graph, {.doc = "Prints who needs whom to stderr, as Graphviz."});
  s.field("watchdog_sec", &c::watchdog_sec,
          {.unit = "s", .doc = "Interval of the systemd watchdog. Without effect in this version."});
  s.ignored({"retry_on_fail"}, "Of old files.");
  return s;
}

expected<endure_options> read_endure(const config::document& document) {
  static const std::map<std::string, log_level> levels = {{"debug", log_level::debug},
                                                          {"info", log_level::info},
                                                          {"warn", log_level::warn},
                                                          {"warning", log_level::warn},
                                                          {"error", log_level::error}};
  auto config = read_section(document, "endure", endure_section(), "endure", logger{"endure"});
  if (!config)
    return tl::unexpected<error>(config.error());
  endure_options o;
  o.grace_period = std::max(std::chrono::ceil<std::chrono::milliseconds>(config->grace_period),
                            std::chrono::milliseconds{1});
  o.container.print_graph = config->print_graph;
  auto level = levels.find(config->log_level);
  if (level != levels.end())
    o.container.log_least = level->second;
  else
    o.warning = "Failed to parse log level, using default (error): unknown log level \"" + config->log_level +
                "\" (allowed: debug, info, warn, error)";
  return o;
}

} // namespace rr
