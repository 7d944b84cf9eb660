#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace rr {

/// A file of JSON lines that is renamed and begun again when it is full. Numbers are the configuration's.
struct file_logger_options {
  std::string log_output =
      {}; ///< the path; empty: `rr.log` in the directory for temporary files. Parents are created
  std::int64_t max_size = 0;    ///< in MB (2^20 bytes); 0: 100
  std::int64_t max_age = 0;     ///< days to keep old files; 0: 24, -1: without limit
  std::int64_t max_backups = 0; ///< old files to keep; 0: 10, -1: without limit
  bool compress = false;        ///< gzip old files
};

/// How one channel writes. An empty text stands for the default; texts are as the configuration has them.
struct log_channel_options {
  std::string mode = {}; ///< development, production, raw, off or none, in any case; root: development
  std::string level =
      {}; ///< debug ... fatal, in any case; root: debug, channel: info for production and raw, else debug
  std::string encoding = {};                           ///< console or json; production: json, else console
  std::string line_ending = {};                        ///< newline
  std::vector<std::string> output = {};                ///< stdout, stderr, paths, file:// URLs; stderr
  std::vector<std::string> err_output = {};            ///< where the log tells about its own trouble; stderr
  std::optional<file_logger_options> file_logger = {}; ///< takes the place of output and encoding
};

/// The section `logs`: what holds for all channels but those that are listed. A listed one inherits nothing.
struct log_options {
  log_channel_options root = {};
  std::map<std::string, log_channel_options> channels = {}; ///< by the name of the plugin, in any case
};

} // namespace rr
