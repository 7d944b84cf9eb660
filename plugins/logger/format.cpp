#include "plugins/logger/format.hpp"

#include "plugins/logger/value_text.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace rr {

namespace {

enum class duration_style { text, seconds, nanoseconds };

/// The part of a format that its mode fixes. A key that is empty leaves its column or member out.
struct log_template {
  std::string_view level_key;
  std::string_view time_key;
  std::string_view name_key;
  std::string_view message_key;
  bool is_for_people; ///< capitals, time as text, padded names, colours
  duration_style durations;
};

constexpr log_template template_of(log_mode mode) {
  switch (mode) {
  case log_mode::production:
    return {"level", "ts", "logger", "msg", false, duration_style::seconds};
  case log_mode::raw:
    return {"", "", "", "message", false, duration_style::nanoseconds};
  case log_mode::development:
    return {"level", "ts", "logger", "msg", true, duration_style::text};
  default:
    return {"L", "T", "N", "M", true, duration_style::text};
  }
}

struct level_look {
  std::string_view small;
  std::string_view capital;
  std::string_view colour;
};

const level_look& look_of(log_level level) {
  static constexpr std::array<level_look, 7> looks = {{{"debug", "DEBUG", "\x1b[97m"},
                                                       {"info", "INFO", "\x1b[96m"},
                                                       {"warn", "WARN", "\x1b[93m"},
                                                       {"error", "ERROR", "\x1b[91m"},
                                                       {"dpanic", "DPANIC", "\x1b[91m"},
                                                       {"panic", "PANIC", "\x1b[95m"},
                                                       {"fatal", "FATAL", "\x1b[95m"}}};
  return looks[std::min<std::size_t>(static_cast<std::size_t>(level), looks.size() - 1)];
}

constexpr std::string_view name_colour = "\x1b[92m";
constexpr std::string_view colour_end = "\x1b[0m";
constexpr std::size_t name_columns = 12;

std::string name_of(const log_record& record, const log_template& t) {
  auto name = record.channel;
  auto is_lead = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; };
  auto columns = static_cast<std::size_t>(std::count_if(name.begin(), name.end(), is_lead));
  if (t.is_for_people && columns < name_columns)
    name.append(name_columns - columns, ' ');
  return name;
}

std::string_view level_of(const log_record& record, const log_template& t) {
  auto& look = look_of(record.level);
  return t.is_for_people ? look.capital : look.small;
}

/// Appends one value of a field as JSON.
struct value_writer {
  std::string& out;
  const log_template& t;

  void operator()(bool v) const { out += v ? "true" : "false"; }
  void operator()(std::int64_t v) const { out += std::to_string(v); }
  void operator()(std::uint64_t v) const { out += std::to_string(v); }
  void operator()(double v) const { append_json_number(out, v); }
  void operator()(const std::string& v) const { append_json_string(out, v); }

  void operator()(std::chrono::nanoseconds v) const {
    switch (t.durations) {
    case duration_style::text:
      return append_json_string(out, duration_text(v));
    case duration_style::seconds:
      return append_json_number(out, static_cast<double>(v.count()) / 1e9);
    case duration_style::nanoseconds:
      out += std::to_string(v.count());
    }
  }

  void operator()(std::chrono::system_clock::time_point v) const {
    if (t.is_for_people)
      append_json_string(out, time_text(v));
    else
      out += std::to_string(unix_nanoseconds(v));
  }
};

std::string time_of(const log_record& record, const log_template& t) {
  return t.is_for_people ? time_text(record.at) : std::to_string(unix_nanoseconds(record.at));
}

void append_coloured(std::string& out, std::string_view text, std::string_view colour, bool has_colours) {
  if (has_colours)
    out.append(colour).append(text).append(colour_end);
  else
    out += text;
}

/// Columns between tabs; the first one has none before it.
class console_line {
public:
  console_line(std::string& out, const log_record& record, const log_template& t, bool has_colours)
      : out_(out), start_(out.size()), record_(record), t_(t), has_colours_(has_colours && t.is_for_people) {}

  void append() {
    if (!t_.time_key.empty())
      column() += time_of(record_, t_);
    if (!t_.level_key.empty())
      append_coloured(column(), level_of(record_, t_), look_of(record_.level).colour, has_colours_);
    if (!t_.name_key.empty() && !record_.channel.empty())
      append_coloured(column(), name_of(record_, t_), name_colour, has_colours_);
    column() += record_.message;
    if (!record_.fields.empty())
      append_fields();
  }

private:
  std::string& column() {
    if (out_.size() > start_)
      out_ += '\t';
    return out_;
  }

  void append_fields() {
    column() += '{';
    bool is_first = true;
    for (auto& field : record_.fields) {
      if (!is_first)
        out_ += ", ";
      is_first = false;
      append_json_string(out_, field.key);
      out_ += ": ";
      std::visit(value_writer{out_, t_}, field.value);
    }
    out_ += '}';
  }

  std::string& out_;
  std::size_t start_;
  const log_record& record_;
  const log_template& t_;
  bool has_colours_;
};

/// One JSON object without spaces.
class json_line {
public:
  json_line(std::string& out, const log_record& record, const log_template& t)
      : out_(out), record_(record), t_(t) {}

  void append() {
    out_ += '{';
    if (!t_.level_key.empty())
      append_json_string(key(t_.level_key), level_of(record_, t_));
    if (!t_.time_key.empty())
      value_writer{key(t_.time_key), t_}(record_.at);
    if (!t_.name_key.empty() && !record_.channel.empty())
      append_json_string(key(t_.name_key), name_of(record_, t_));
    append_json_string(key(t_.message_key), record_.message);
    for (auto& field : record_.fields)
      std::visit(value_writer{key(field.key), t_}, field.value);
    out_ += '}';
  }

private:
  std::string& key(std::string_view name) {
    if (!is_first_)
      out_ += ',';
    is_first_ = false;
    append_json_string(out_, name);
    out_ += ':';
    return out_;
  }

  std::string& out_;
  const log_record& record_;
  const log_template& t_;
  bool is_first_ = true;
};

} // namespace

void append_line(std::string& out, const log_record& record, const line_format& format) {
  if (format.mode == log_mode::off)
    return;
  auto t = template_of(format.mode);
  if (format.encoding == log_encoding::json)
    json_line{out, record, t}.append();
  else
    console_line{out, record, t, format.has_colours}.append();
  out += format.line_ending;
}

std::string line_of(const log_record& record, const line_format& format) {
  std::string line;
  append_line(line, record, format);
  return line;
}

} // namespace rr
