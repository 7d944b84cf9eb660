#include "plugins/logger/logs_section.hpp"

namespace rr {

namespace {

config::section<file_logger_options> file_section() {
  using c = file_logger_options;
  config::section<c> s{"file_logger_options", "JSON lines into a file that is rotated, instead of `output`."};
  s.field("log_output", &c::log_output, {.doc = "The file; missing folders are created."});
  s.field("max_size", &c::max_size, {.default_text = "100", .unit = "MB", .doc = "When the file is rotated."});
  s.field("max_age", &c::max_age, {.default_text = "24", .unit = "days", .doc = "How long old files are kept; -1: for ever.", .min = -1});
  s.field("max_backups", &c::max_backups,
          {.default_text = "10", .unit = "files", .doc = "How many old files are kept; -1: all.", .min = -1});
  s.field("compress", &c::compress, {.doc = "Compresses old files with gzip."});
  return s;
}

template <class C>
void describe_channel(config::section<C>& s, const std::string& level_default) {
  s.template field<std::string>("mode", &C::mode,
                                {.default_text = "development",
                                 .doc = "The shape of a line: `development`, `production` (JSON), `raw` (the message "
                                        "alone) or `off`."});
  s.template field<std::string>("level", &C::level,
                                {.default_text = level_default,
                                 .doc = "The least level: debug, info, warn, error, panic, fatal."});
  s.template field<std::string>("encoding", &C::encoding,
                                {.default_text = "json in production, else console", .doc = "`console` or `json`."});
  s.template field<std::string>("line_ending", &C::line_ending, {.default_text = "\\n", .doc = "The end of a line."});
  s.template field<std::vector<std::string>>("output", &C::output,
                                             {.default_text = "stderr", .doc = "`stdout`, `stderr` or files."});
  s.template field<std::vector<std::string>>("err_output", &C::err_output,
                                             {.default_text = "stderr", .doc = "Where trouble of the log itself is told."});
}

} // namespace

config::section<logs_config> logs_section() {
  config::section<log_channel_options> channel{"channel", "The log of one plugin; it inherits nothing from the root."};
  describe_channel(channel, "info in production and raw, else debug");
  channel.sub("file_logger_options", &log_channel_options::file_logger, file_section());
  config::section<logs_config> s{"logs", "What is logged, how and where."};
  describe_channel(s, "debug");
  s.sub<file_logger_options>("file_logger_options",
                             static_cast<std::optional<file_logger_options> logs_config::*>(&logs_config::file_logger),
                             file_section());
  s.map("channels", &logs_config::channels, channel, {.doc = "Logs of their own for plugins, by name."});
  return s;
}

} // namespace rr
