#pragma once

#include "actors/error.hpp"
#include "plugins/logger/format.hpp"
#include "plugins/logger/log_options.hpp"
#include "plugins/logger/rotating_file.hpp"

#include <optional>
#include <string>
#include <vector>

namespace rr {

/// What the options of a channel come to once they are read and their defaults filled in.
struct channel_settings {
  line_format format;
  log_level threshold = log_level::debug;
  std::vector<std::string> outputs;     ///< unused where there is a file
  std::vector<std::string> err_outputs; ///< for the log's own trouble
  std::optional<rotation> file;
};

/// Reads the options of the root, or of a channel: their defaults differ. `where` is the key that errors
/// name, for example `logs.channels.http`.
///
/// @errors unknown mode, level or encoding (`no encoder registered for name "x"`), numbers below -1
/// @source page "Logger" of the RoadRunner documentation; the reference ignores unknown levels and modes
expected<channel_settings> read_channel(const log_channel_options& options, const std::string& where,
                                        bool is_root);

} // namespace rr
