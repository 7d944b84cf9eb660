#include "cli/configuration_reference.hpp"

#include "config/describe_markdown.hpp"
#include "plugins/endure_section.hpp"
#include "plugins/http/http_plugin.hpp"
#include "plugins/logger/logs_section.hpp"
#include "plugins/server/server_section.hpp"

namespace rr {

std::string configuration_reference() {
  std::string text = R"(# Configuration

This page is made from the descriptions that the program itself decodes by; a test keeps it so.

The file is YAML (or JSON, by its extension) and must begin with `version: "3"`. Keys are matched without case. A value may
contain `$NAME`, `${NAME}` and `${NAME:-default}` of the environment. `-o key=value` overrides a value, `include` names files whose
sections replace those of the root file. Durations are written with a unit, as `300ms`, `1.5s`, `1h30m`; a bare number counts
nanoseconds and gives a warning. Unknown keys give a warning with the nearest known key; wrong values are errors with file, line,
column, key and remedy.

)";
  text += config::describe_markdown(*server_section().info(), "server");
  text += "\n" + config::describe_markdown(*http::http_section_info(), "http");
  text += "\n" + config::describe_markdown(*logs_section().info(), "logs");
  text += "\n" + config::describe_markdown(*endure_section().info(), "endure");
  return text;
}

} // namespace rr
