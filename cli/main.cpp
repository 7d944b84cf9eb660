#include "cli/console.hpp"
#include "cli/global_options.hpp"
#include "cli/serve_command.hpp"
#include "cli/suggestion.hpp"
#include "cli/version.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <csignal>
#include <filesystem>
#include <iostream>

namespace {

constexpr const char* banner =
    "Application server and process supervisor: keeps workers in memory, feeds them requests,\n"
    "and replaces them when they fail.";

constexpr const char* footer = R"(Examples:
  rr serve                              serve what .rr.yaml in this folder says
  rr serve -c app/.rr.yaml              another configuration; its folder becomes the working directory
  rr serve -o http.pool.num_workers=4   change a value for this run

Use "rr [command] --help" for more information about a command.)";

// What CLI11 found wrong, in the words that scripts around the reference look for.
std::string usage_problem(const CLI::App& app, const CLI::ParseError& e, const std::string& program) {
  auto rest = app.remaining();
  if (dynamic_cast<const CLI::ExtrasError*>(&e) == nullptr || rest.empty())
    return e.what();
  if (rest.front().rfind("--", 0) == 0)
    return "unknown flag: " + rest.front();
  if (rest.front().rfind('-', 0) == 0)
    return "unknown shorthand flag: '" + rest.front().substr(1, 1) + "' in " + rest.front();
  return "unknown command \"" + rest.front() + "\" for \"" + program + "\"" +
         rr::did_you_mean(rest.front(), {"serve", "help"});
}

} // namespace

int main(int argc, char** argv) {
  // A reader of our output or a worker that goes away is an error of that write, not our end.
  std::signal(SIGPIPE, SIG_IGN);

  auto program = std::filesystem::path{argc > 0 ? argv[0] : "rr"}.filename().string();
  rr::global_options options;
  CLI::App app{banner, program};
  app.footer(footer);
  app.fallthrough();
  app.set_version_flag("-v,--version", rr::version_line(program), "version of rr");
  rr::add_global_flags(app, options);

  int exit_code = 0;
  auto* serve = app.add_subcommand("serve", "Start the server: everything the configuration names");
  serve->allow_extras();
  serve->callback([&] { exit_code = rr::serve(options); });
  auto* help = app.add_subcommand("help", "Help about any command");
  help->allow_extras();
  help->callback([&] {
    auto topics = help->remaining();
    auto named = app.get_subcommands([&](CLI::App* a) { return !topics.empty() && a->get_name() == topics.front(); });
    std::cout << (named.empty() ? &app : named.front())->help();
  });

  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    auto chosen = app.get_subcommands();
    std::cout << (chosen.empty() ? &app : chosen.front())->help();
    return 0;
  } catch (const CLI::CallForVersion&) {
    std::cout << rr::version_line(program) << '\n';
    return 0;
  } catch (const CLI::ParseError& e) {
    rr::complain(usage_problem(app, e, program), "see `" + program + " --help`");
    return 1;
  }
  if (app.get_subcommands().empty())
    std::cout << app.help();
  return exit_code;
}
