#pragma once

#include "actors/log.hpp"

#include <string>

namespace rr {

/// Which template a channel writes in. `unset` is the template of a channel that names no mode.
enum class log_mode : std::uint8_t { unset, development, production, raw, off };

/// How a line is laid out: columns between tabs, or one JSON object.
enum class log_encoding : std::uint8_t { console, json };

/// All that decides on the looks of a line.
struct line_format {
  log_mode mode = log_mode::development;
  log_encoding encoding = log_encoding::console;
  bool has_colours = false; ///< development and unset, console only: JSON never holds escape codes
  std::string line_ending = "\n";
};

/// Appends the line of one record.
///
/// development and unset: level in capitals, time as text, name padded to 12 columns, durations as text.
/// production: small letters, time as Unix nanoseconds, durations as seconds. raw: message and fields only,
/// durations and times as integers of nanoseconds. A record without a channel has no name column or key. The
/// message of a console line is not escaped. What `off` is asked for is nothing.
/// @source page "Logger" of the RoadRunner documentation; lines observed on the reference
void append_line(std::string& out, const log_record& record, const line_format& format);

/// The same as a string of its own.
std::string line_of(const log_record& record, const line_format& format);

} // namespace rr
