#include "cli/serve_command.hpp"

#include "actors/log.hpp"
#include "cli/builtin_plugins.hpp"
#include "cli/console.hpp"
#include "cli/global_options.hpp"
#include "cli/server_run.hpp"
#include "config/load.hpp"

#include <cstdlib>
#include <optional>

namespace rr {

namespace {

// The texts that start with a path or a word of the parser stand alone in the reference; others are its plugin's.
std::string load_error_text(const config::problem& p) { return "handle_serve_command: " + p.text; }

void warn_of(const config::problems& warnings) {
  static const logger log{"config"};
  for (auto& w : warnings)
    log.warn(config::render(w));
}

} // namespace

int serve(global_options options) {
  if (auto ready = prepare(options); !ready) {
    complain(render(ready.error()), remedy_of(ready.error()));
    return 1;
  }
  std::optional<pid_file> pid;
  if (options.write_pid) {
    auto written = pid_file::write(".pid");
    if (!written) {
      complain(render(written.error()), remedy_of(written.error()));
      return 1;
    }
    pid.emplace(std::move(*written));
  }
  config::load_options how;
  how.path = options.config;
  how.overrides = options.overrides;
  how.experimental = options.experimental;
  auto loaded = config::load(how);
  if (!loaded) {
    complain(load_error_text(loaded.error()), loaded.error().remedy);
    return 1;
  }
  for (auto& [key, value] : loaded->environment)
    ::setenv(key.c_str(), value.c_str(), 0);
  warn_of(loaded->warnings);
  warn_of(config::check_sections(*loaded, known_sections()));
  server_run server{std::move(options), std::move(*loaded)};
  return server.run();
}

} // namespace rr
