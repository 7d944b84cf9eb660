#include "plugins/logger/output.hpp"

#include "actors/errno_text.hpp"

#include <cctype>
#include <cerrno>
#include <fcntl.h>
#include <optional>
#include <unistd.h>
#include <utility>

namespace rr {

namespace {

tl::unexpected<error> plain(std::string text, std::string remedy = {}) {
  return fail(error_kind::undefined, {}, std::move(text), std::move(remedy));
}

class stream_output final : public log_output {
public:
  stream_output(std::string name, int fd, trouble_report report)
      : lines_(std::move(name), std::move(report)) {
    lines_.use(fd);
  }

  void write(std::string_view line) override { lines_.append(line); }
  void flush() override { lines_.flush(); }
  void reopen() override {}
  bool is_terminal() const override { return ::isatty(lines_.fd()) == 1; }

private:
  line_writer lines_;
};

constexpr unsigned plain_file_mode = 0666;

class file_output final : public log_output {
public:
  file_output(std::string path, int fd, trouble_report report)
      : path_(std::move(path)), report_(report), lines_(path_, std::move(report)) {
    lines_.use(fd);
  }
  file_output(const file_output&) = delete;
  file_output& operator=(const file_output&) = delete;
  ~file_output() override {
    lines_.flush();
    ::close(lines_.fd());
  }

  void write(std::string_view line) override { lines_.append(line); }
  void flush() override { lines_.flush(); }
  bool is_terminal() const override { return ::isatty(lines_.fd()) == 1; }

  void reopen() override {
    lines_.flush();
    auto fresh = open_for_append(path_, plain_file_mode);
    if (!fresh) {
      if (report_)
        report_(render(fresh.error()));
      return;
    }
    auto former = lines_.fd();
    lines_.use(*fresh);
    ::close(former);
  }

private:
  std::string path_;
  trouble_report report_;
  line_writer lines_;
};

int hex_value(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  auto lower = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::optional<std::string> without_percent_escapes(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    auto high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
    auto low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
    if (high < 0 || low < 0 || high + low == 0)
      return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

bool is_scheme(std::string_view text) {
  if (text.empty() || std::isalpha(static_cast<unsigned char>(text[0])) == 0)
    return false;
  for (auto c : text)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '+' && c != '-' && c != '.')
      return false;
  return true;
}

expected<std::string> path_of_file_url(const std::string& url, std::string_view rest) {
  auto slash = rest.find('/');
  auto host = rest.substr(0, slash);
  if (!host.empty() && host != "localhost")
    return plain("file URLs must leave host empty or use localhost: got " + url);
  if (slash == std::string_view::npos)
    return plain("file URL without a path: got " + url, "write file:///directory/file");
  if (rest.find_first_of("?#") != std::string_view::npos)
    return plain("query parameters and fragments not allowed with file URLs: got " + url);
  auto path = without_percent_escapes(rest.substr(slash));
  if (!path)
    return plain("can't parse \"" + url + "\" as a URL: invalid URL escape");
  return *path;
}

} // namespace

expected<std::string> output_path(const std::string& name) {
  auto mark = name.find("://");
  if (mark == std::string::npos || !is_scheme(std::string_view{name}.substr(0, mark)))
    return name;
  if (name.compare(0, mark, "file") == 0)
    return path_of_file_url(name, std::string_view{name}.substr(mark + 3));
  return plain("no sink found for scheme \"" + name.substr(0, mark) + "\"",
               "name stdout, stderr, a path or a file:// URL");
}

expected<int> open_for_append(const std::string& path, unsigned mode) {
  // Without O_NONBLOCK a named pipe that nobody reads would hold up the start; on files it changes nothing.
  int fd = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, mode);
  if (fd < 0)
    return plain("open " + path + ": " + errno_text(errno));
  return fd;
}

expected<std::unique_ptr<log_output>> open_output(const std::string& name, trouble_report report) {
  auto in_sink = [&](const error& e) {
    return plain("open sink \"" + name + "\": " + render(e), remedy_of(e));
  };
  auto path = output_path(name);
  if (!path)
    return in_sink(path.error());
  if (*path == "stdout" || *path == "stderr")
    return std::make_unique<stream_output>(*path, *path == "stdout" ? STDOUT_FILENO : STDERR_FILENO,
                                           std::move(report));
  auto fd = open_for_append(*path, plain_file_mode);
  if (!fd)
    return in_sink(fd.error());
  return std::make_unique<file_output>(*path, *fd, std::move(report));
}

} // namespace rr
