#include "plugins/server/server_section.hpp"

namespace rr {

namespace {

constexpr const char* how_commands_are_read = " A string is split like a command line (quotes group words, "
                                              "nothing is expanded); a list is taken as it is.";

config::section<on_init_config> on_init_section() {
  using c = on_init_config;
  config::section<c> s{"on_init", "A command that runs once, before any worker."};
  s.field("command", &c::command,
          {.doc = std::string{"The command."} + how_commands_are_read,
           .command = true,
           .required = true,
           .required_text = "on_init command should not be empty"});
  s.field("exec_timeout", &c::exec_timeout,
          {.doc = "How long it may take; then it is killed.", .zero_means_default = true});
  s.map("env", &c::env, {.doc = "Variables for it, beside those of the server itself."});
  s.field("user", &c::user, {.doc = "As whom it runs; needs root."});
  s.field("group", &c::group, {.doc = "The group it runs as."});
  s.field("exit_on_error", &c::exit_on_error, {.doc = "Its failure ends the start."});
  return s;
}

} // namespace

config::section<server_config> server_section() {
  using c = server_config;
  config::section<c> s{"server", "What all workers have in common."};
  s.field("command", &c::command,
          {.doc = std::string{"The command of a worker."} + how_commands_are_read,
           .command = true,
           .required = true,
           .required_text = "command should not be empty"});
  s.field("relay", &c::relay,
          {.doc = "How workers are spoken to: `pipes`, `tcp://host:port` or `unix://path`.",
           .zero_means_default = true});
  s.map("env", &c::env,
        {.doc = "Variables for workers; names become upper case, `$NAME` in values is replaced."});
  s.field("user", &c::user, {.doc = "The user that workers run as; needs root."});
  s.field("group", &c::group,
          {.default_text = "the user's own group", .doc = "The group that workers run as."});
  s.sub("on_init", &c::on_init, on_init_section());
  s.ignored({"relay_timeout", "after_init"}, "Of old files.");
  return s;
}

} // namespace rr
