#include "plugins/logger/channel_settings.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <limits>
#include <string_view>
#include <utility>

namespace rr {

namespace {

constexpr std::int64_t default_size_mb = 100;
constexpr std::int64_t default_age_days = 24;
constexpr std::int64_t default_backups = 10;

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

tl::unexpected<error> refuse(std::string text, std::string remedy) {
  return fail(error_kind::undefined, {}, std::move(text), std::move(remedy));
}

expected<log_mode> read_mode(const std::string& text, const std::string& where, log_mode if_empty) {
  static constexpr std::array<std::pair<std::string_view, log_mode>, 5> modes = {
      {{"development", log_mode::development},
       {"production", log_mode::production},
       {"raw", log_mode::raw},
       {"off", log_mode::off},
       {"none", log_mode::off}}};
  if (text.empty())
    return if_empty;
  for (auto& [name, mode] : modes)
    if (lower(text) == name)
      return mode;
  return refuse(where + ".mode: unknown mode \"" + text + "\"",
                "use development, production, raw, off or none");
}

expected<log_level> read_level(const std::string& text, const std::string& where, log_level if_empty) {
  static constexpr std::array<std::pair<std::string_view, log_level>, 8> levels = {
      {{"debug", log_level::debug},
       {"info", log_level::info},
       {"warn", log_level::warn},
       {"warning", log_level::warn},
       {"error", log_level::error},
       {"dpanic", log_level::dpanic},
       {"panic", log_level::panic},
       {"fatal", log_level::fatal}}};
  if (text.empty())
    return if_empty;
  for (auto& [name, level] : levels)
    if (lower(text) == name)
      return level;
  return refuse(where + ".level: unknown level \"" + text + "\"",
                "use debug, info, warn, error, dpanic, panic or fatal");
}

expected<log_encoding> read_encoding(const std::string& text, log_mode mode) {
  if (text.empty())
    return mode == log_mode::production ? log_encoding::json : log_encoding::console;
  if (text == "json")
    return log_encoding::json;
  if (text == "console")
    return log_encoding::console;
  return refuse("no encoder registered for name \"" + text + "\"", "use console or json");
}

/// The number, its default for 0, nothing for -1: without limit.
expected<std::optional<std::int64_t>> read_limit(std::int64_t number, std::int64_t if_zero,
                                                 const std::string& where) {
  if (number < -1)
    return refuse(where + ": must not be negative, got " + std::to_string(number), "use -1 for no limit");
  if (number == -1)
    return std::optional<std::int64_t>{};
  return std::optional<std::int64_t>{number == 0 ? if_zero : number};
}

std::string path_of(const file_logger_options& options) {
  if (!options.log_output.empty())
    return options.log_output;
  std::error_code ec;
  auto folder = std::filesystem::temp_directory_path(ec);
  return ((ec ? std::filesystem::path{"/tmp"} : folder) / "rr.log").string();
}

expected<rotation> read_rotation(const file_logger_options& options, const std::string& where) {
  constexpr auto days_max = std::chrono::hours::max().count() / 24;
  constexpr auto mb_max = std::numeric_limits<std::int64_t>::max() >> 20;
  auto size = read_limit(options.max_size, default_size_mb, where + ".max_size");
  if (!size)
    return tl::unexpected<error>(size.error());
  auto age = read_limit(options.max_age, default_age_days, where + ".max_age");
  if (!age)
    return tl::unexpected<error>(age.error());
  auto backups = read_limit(options.max_backups, default_backups, where + ".max_backups");
  if (!backups)
    return tl::unexpected<error>(backups.error());
  rotation r;
  r.path = path_of(options);
  r.bytes_max = static_cast<std::uint64_t>(std::min(size->value_or(mb_max), mb_max)) << 20;
  if (*age)
    r.backups.age_max = std::chrono::hours{24 * std::min<std::int64_t>(**age, days_max)};
  if (*backups)
    r.backups.count_max = static_cast<std::size_t>(**backups);
  r.backups.compress = options.compress;
  return r;
}

std::vector<std::string> or_stderr(const std::vector<std::string>& names) {
  return names.empty() ? std::vector<std::string>{"stderr"} : names;
}

log_level default_level(log_mode mode, bool is_root) {
  bool is_terse = mode == log_mode::production || mode == log_mode::raw;
  return is_terse && !is_root ? log_level::info : log_level::debug;
}

} // namespace

expected<channel_settings> read_channel(const log_channel_options& options, const std::string& where,
                                        bool is_root) {
  auto mode = read_mode(options.mode, where, is_root ? log_mode::development : log_mode::unset);
  if (!mode)
    return tl::unexpected<error>(mode.error());
  auto level = read_level(options.level, where, default_level(*mode, is_root));
  if (!level)
    return tl::unexpected<error>(level.error());
  channel_settings s;
  s.format.mode = *mode;
  s.threshold = *mode == log_mode::off ? log_level::off : *level;
  if (!options.line_ending.empty())
    s.format.line_ending = options.line_ending;
  s.outputs = or_stderr(options.output);
  s.err_outputs = or_stderr(options.err_output);
  if (options.file_logger) {
    auto file = read_rotation(*options.file_logger, where + ".file_logger_options");
    if (!file)
      return tl::unexpected<error>(file.error());
    s.file = std::move(*file);
    s.format.encoding = log_encoding::json;
    return s;
  }
  auto encoding = read_encoding(options.encoding, *mode);
  if (!encoding)
    return tl::unexpected<error>(encoding.error());
  s.format.encoding = *encoding;
  return s;
}

} // namespace rr
