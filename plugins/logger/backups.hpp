#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace rr {

/// How long and how many old files of a rotated log are kept. Nothing: without limit.
struct backup_limits {
  std::optional<std::chrono::hours> age_max;
  std::optional<std::size_t> count_max;
  bool compress = false;
};

/// The name that the file at `path` gets when it is put aside at `at`: `app.log` becomes
/// `app-2006-01-02T15-04-05.000.log`, in UTC.
std::string backup_name(const std::string& path, std::chrono::system_clock::time_point at);

/// An old file of a rotated log.
struct backup {
  std::string path;
  std::chrono::system_clock::time_point at; ///< as its name says
  bool is_compressed = false;
};

/// The old files of the log at `path`, newest first. Files with other names are left out.
std::vector<backup> find_backups(const std::string& path);

/// Removes the old files of the log at `path` that are past the limits at `now`, and compresses the rest
/// where that is wanted. Ends early, and leaves no half of a file, once `stop` is asked for. Gives a sentence
/// for each thing that did not work.
std::vector<std::string> tidy_backups(const std::string& path, const backup_limits& limits,
                                      std::chrono::system_clock::time_point now, const std::stop_token& stop);

} // namespace rr
