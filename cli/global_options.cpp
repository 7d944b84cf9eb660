#include "cli/global_options.hpp"

#include "actors/errno_text.hpp"
#include "config/dotenv.hpp"
#include "config/problem.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <unistd.h>
#include <utility>

namespace rr {

namespace {

expected<void> change_directory(const global_options& options) {
  auto folder = std::filesystem::path{options.work_dir};
  if (folder.empty())
    folder = std::filesystem::path{options.config}.parent_path();
  if (folder.empty() || ::chdir(folder.c_str()) == 0)
    return {};
  return fail(error_kind::undefined, {}, "chdir " + folder.string() + ": " + errno_text(errno),
              options.work_dir.empty() ? "check the path given with -c" : "check the path given with -w");
}

// DOTENV_PATH, also an empty one, wins over the flag.
expected<void> load_variables(global_options& options) {
  if (const char* path = std::getenv("DOTENV_PATH"))
    options.dotenv = path;
  if (options.dotenv.empty())
    return {};
  auto variables = config::load_dotenv(options.dotenv, config::process_environment());
  if (!variables)
    return fail(error_kind::undefined, {}, variables.error().text, variables.error().remedy);
  for (auto& [key, value] : *variables)
    ::setenv(key.c_str(), value.c_str(), 0);
  return {};
}

} // namespace

void add_global_flags(CLI::App& app, global_options& options) {
  app.add_option("-c,--config", options.config, "configuration file")->capture_default_str();
  app.add_option("-w,--WorkDir", options.work_dir, "working directory (default: that of the configuration file)");
  app.add_option("--dotenv", options.dotenv, "file with environment variables; DOTENV_PATH wins over it");
  app.add_option("-o,--override", options.overrides, "set a value of the configuration: -o http.address=:8080")
      ->take_all()
      ->allow_extra_args(false);
  app.add_flag("-s,--silent", options.silent, "print no messages of the command itself (logs stay)");
  app.add_flag("-p,--pid", options.write_pid, "write the process id to .pid in the working directory");
  app.add_flag("-e,--enable-experimental", options.experimental, "enable experimental features");
}

expected<void> prepare(global_options& options) {
  if (options.config.empty())
    return fail(error_kind::undefined, {}, "no configuration file provided", "name one with -c");
  // The path is taken as seen from where the command was typed, unless -w moves first.
  auto path = std::filesystem::path{options.config};
  if (options.work_dir.empty())
    path = std::filesystem::absolute(path);
  options.config = path.string();
  if (auto moved = change_directory(options); !moved)
    return moved;
  options.config = std::filesystem::absolute(path).lexically_normal().string();
  return load_variables(options);
}

expected<pid_file> pid_file::write(std::string path) {
  path = std::filesystem::absolute(path).string();
  int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  auto text = std::to_string(::getpid());
  bool written = fd >= 0 && ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  int number = errno;
  if (fd >= 0)
    ::close(fd);
  if (!written)
    return fail(error_kind::undefined, {}, "open " + path + ": " + errno_text(number),
                "choose a writable working directory with -w");
  return pid_file{std::move(path)};
}

pid_file::pid_file(pid_file&& other) noexcept : path_(std::exchange(other.path_, {})) {}

pid_file::~pid_file() {
  if (!path_.empty())
    ::unlink(path_.c_str());
}

} // namespace rr
