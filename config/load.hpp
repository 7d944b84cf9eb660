#pragma once

#include "config/dotenv.hpp"
#include "config/expand.hpp"

#include <string>
#include <vector>

namespace rr::config {

/// What a configuration is read from.
struct load_options {
  std::string path = ".rr.yaml";
  std::vector<std::string> overrides; ///< arguments of `-o`
  environment_lookup environment = process_environment();
  bool experimental = false;     ///< `-e`: reads `envfile`
  std::string working_directory; ///< for relative paths; empty: that of the process
};

/// Reads a configuration: the root file, its `envfile`, variables, `version`, `include`, and last the
/// overrides.
///
/// An included file replaces whole sections; later includes win, overrides win over all. Its path is relative
/// to the working directory, or else to the folder of the file that includes it. Included files may include
/// others.
///
/// @errors the first one: a file that cannot be opened or parsed, no or another `version`, a cycle of
/// includes, a bad
///         override. The texts are those that users of RoadRunner know.
expected<document> load(const load_options& options);

/// Warns about top-level keys that no part of the program knows; `known` are the names of the sections.
///
/// Silent about `version`, `include`, `envfile`, `endure`, and names that start with `x-` or `.` (places for
/// anchors).
problems check_sections(const document& config, const std::vector<std::string>& known);

} // namespace rr::config
