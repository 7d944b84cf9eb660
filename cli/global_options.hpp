#pragma once

#include "actors/error.hpp"

#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace rr {

/// The flags that every command understands, before or after its name.
struct global_options {
  std::string config = ".rr.yaml";
  std::string work_dir;
  std::string dotenv;
  std::vector<std::string> overrides; ///< `key=value`
  bool silent = false;
  bool write_pid = false;
  bool experimental = false;
};

/// Declares the flags on the root command.
void add_global_flags(CLI::App& app, global_options& options);

/// What every command does first: go to the working directory (or the configuration file's), make the configuration's
/// path absolute, load the dotenv file.
///
/// @errors a missing directory or dotenv file, an empty configuration path
expected<void> prepare(global_options& options);

/// The pid file in the working directory, removed when this goes.
class pid_file {
public:
  static expected<pid_file> write(std::string path);

  pid_file(pid_file&& other) noexcept;
  pid_file& operator=(pid_file&&) = delete;
  ~pid_file();

private:
  explicit pid_file(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

} // namespace rr
