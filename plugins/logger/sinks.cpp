#include "plugins/logger/sinks.hpp"

#include "plugins/logger/value_text.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <utility>

namespace rr {

namespace {

std::string lower(std::string_view text) {
  std::string out{text};
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

bool may_colour() {
  auto* no_color = std::getenv("NO_COLOR");
  auto* term = std::getenv("TERM");
  return (no_color == nullptr || *no_color == '\0') && (term == nullptr || std::string_view{term} != "dumb");
}

/// One file has one key, however it is spelled.
std::string key_of(const std::string& path) {
  if (path == "stdout" || path == "stderr")
    return path;
  std::error_code ec;
  auto whole = std::filesystem::weakly_canonical(path, ec);
  return "file:" + (ec ? path : whole.string());
}

/// Opens outputs, each of them once, and tells err_outputs about their trouble.
class output_set {
public:
  /// The outputs of a channel, opened.
  expected<std::vector<log_output*>> open(const channel_settings& settings) {
    auto report = report_to(settings.err_outputs);
    if (!report)
      return tl::unexpected<error>(report.error());
    if (settings.file)
      return open_file(*settings.file, *report);
    std::vector<log_output*> opened;
    for (auto& name : settings.outputs) {
      auto output = open_named(name, *report);
      if (!output)
        return tl::unexpected<error>(output.error());
      if (std::find(opened.begin(), opened.end(), *output) == opened.end())
        opened.push_back(*output);
    }
    return opened;
  }

  std::vector<std::unique_ptr<log_output>> release() { return std::move(outputs_); }

private:
  expected<std::vector<log_output*>> open_file(const rotation& file, const trouble_report& report) {
    if (auto known = by_key_.find(key_of(file.path)); known != by_key_.end())
      return std::vector<log_output*>{known->second};
    auto output = rotating_file::open(file, report);
    if (!output)
      return tl::unexpected<error>(output.error());
    return std::vector<log_output*>{keep(key_of(file.path), std::move(*output))};
  }

  expected<log_output*> open_named(const std::string& name, const trouble_report& report) {
    auto path = output_path(name);
    if (path)
      if (auto known = by_key_.find(key_of(*path)); known != by_key_.end())
        return known->second;
    auto output = open_output(name, report);
    if (!output)
      return tl::unexpected<error>(output.error());
    return keep(key_of(*path), std::move(*output));
  }

  log_output* keep(std::string key, std::unique_ptr<log_output> output) {
    outputs_.push_back(std::move(output));
    by_key_.emplace(std::move(key), outputs_.back().get());
    return outputs_.back().get();
  }

  // These outputs are nobody else's and report to nobody: trouble about trouble ends here.
  expected<trouble_report> report_to(const std::vector<std::string>& names) {
    std::vector<std::shared_ptr<log_output>> outputs;
    for (auto& name : names) {
      auto output = open_output(name, nullptr);
      if (!output)
        return tl::unexpected<error>(output.error());
      outputs.push_back(std::move(*output));
    }
    return trouble_report{[outputs](std::string_view sentence) {
      auto line = time_text(std::chrono::system_clock::now()) + '\t' + std::string{sentence} + '\n';
      for (auto& output : outputs) {
        output->write(line);
        output->flush();
      }
    }};
  }

  std::vector<std::unique_ptr<log_output>> outputs_;
  std::map<std::string, log_output*> by_key_;
};

expected<channel_sink::target> open_target(const channel_settings& settings, output_set& outputs) {
  channel_sink::target t{settings.format, settings.format, settings.threshold, {}, {}};
  t.coloured_format.has_colours = true;
  if (settings.format.mode == log_mode::off)
    return t;
  auto opened = outputs.open(settings);
  if (!opened)
    return tl::unexpected<error>(opened.error());
  bool colours = may_colour();
  for (auto* output : *opened)
    (colours && output->is_terminal() ? t.coloured : t.plain).push_back(output);
  return t;
}

} // namespace

channel_sink::channel_sink(std::vector<std::unique_ptr<log_output>> outputs, target root,
                           std::map<std::string, target, std::less<>> channels)
    : outputs_(std::move(outputs)), root_(std::move(root)), channels_(std::move(channels)) {}

const channel_sink::target& channel_sink::target_of(std::string_view channel) const {
  if (channels_.empty())
    return root_;
  auto name = lower(channel);
  for (std::string_view part = name;; part = part.substr(0, part.rfind('.'))) {
    if (auto at = channels_.find(part); at != channels_.end())
      return at->second;
    if (part.find('.') == std::string_view::npos)
      return root_;
  }
}

log_level channel_sink::threshold(std::string_view channel) const { return target_of(channel).threshold; }

void channel_sink::write(const log_record& record) {
  auto& t = target_of(record.channel);
  if (record.level < t.threshold)
    return;
  write_to(t.plain, record, t.format);
  write_to(t.coloured, record, t.coloured_format);
}

void channel_sink::write_to(const std::vector<log_output*>& outputs, const log_record& record,
                            const line_format& format) {
  if (outputs.empty())
    return;
  line_.clear();
  append_line(line_, record, format);
  for (auto* output : outputs)
    output->write(line_);
}

void channel_sink::flush() {
  for (auto& output : outputs_)
    output->flush();
}

void channel_sink::reopen() {
  for (auto& output : outputs_)
    output->reopen();
}

// All is read before anything is opened: a mistake in the last channel must not leave new files behind.
expected<std::unique_ptr<log_sink>> make_log_sink(const log_options& options) {
  auto root_settings = read_channel(options.root, "logs", true);
  if (!root_settings)
    return tl::unexpected<error>(root_settings.error());
  std::map<std::string, channel_settings> settings;
  for (auto& [name, channel] : options.channels) {
    auto read = read_channel(channel, "logs.channels." + name, false);
    if (!read)
      return tl::unexpected<error>(read.error());
    settings.emplace(lower(name), std::move(*read));
  }
  output_set outputs;
  auto root = open_target(*root_settings, outputs);
  if (!root)
    return tl::unexpected<error>(root.error());
  std::map<std::string, channel_sink::target, std::less<>> channels;
  for (auto& [name, channel] : settings) {
    auto t = open_target(channel, outputs);
    if (!t)
      return tl::unexpected<error>(t.error());
    channels.emplace(name, std::move(*t));
  }
  return std::make_unique<channel_sink>(outputs.release(), std::move(*root), std::move(channels));
}

} // namespace rr
