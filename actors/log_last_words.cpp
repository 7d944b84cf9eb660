#include "actors/log_last_words.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <poll.h>
#include <string>
#include <unistd.h>

namespace rr {

namespace {

/// A pipe that is ready takes so many bytes without blocking (PIPE_BUF).
constexpr std::size_t piece_bytes_max = 4096;
constexpr int patience_ms = 1000;

std::string text_of(const log_field::value_type& value) {
  struct visitor {
    std::string operator()(bool v) const { return v ? "true" : "false"; }
    std::string operator()(std::int64_t v) const { return std::to_string(v); }
    std::string operator()(std::uint64_t v) const { return std::to_string(v); }
    std::string operator()(double v) const { return std::to_string(v); }
    std::string operator()(const std::string& v) const { return v; }
    std::string operator()(std::chrono::nanoseconds v) const { return std::to_string(v.count()) + "ns"; }
    std::string operator()(std::chrono::system_clock::time_point v) const {
      return std::to_string(std::chrono::system_clock::to_time_t(v));
    }
  };
  return std::visit(visitor{}, value);
}

class last_words_sink final : public log_sink {
public:
  log_level threshold(std::string_view) const override { return log_level::warn; }

  void write(const log_record& record) override {
    static constexpr std::array<const char*, 8> names = {"DEBUG",  "INFO",  "WARN",  "ERROR",
                                                         "DPANIC", "PANIC", "FATAL", "OFF"};
    text_ += names[static_cast<std::size_t>(record.level)];
    text_ += ' ';
    if (!record.channel.empty())
      text_ += record.channel + ": ";
    text_ += record.message;
    for (auto& field : record.fields)
      text_.append(" ").append(field.key).append("=").append(text_of(field.value));
    text_ += '\n';
  }

  void flush() override {
    for (std::string_view rest = text_; !rest.empty();) {
      pollfd p{STDERR_FILENO, POLLOUT, 0};
      if (::poll(&p, 1, patience_ms) <= 0)
        break;
      auto n = ::write(STDERR_FILENO, rest.data(), std::min(rest.size(), piece_bytes_max));
      if (n < 0 && errno != EINTR && errno != EAGAIN)
        break;
      rest.remove_prefix(n < 0 ? 0 : static_cast<std::size_t>(n));
    }
    text_.clear();
  }

private:
  std::string text_;
};

} // namespace

std::unique_ptr<log_sink> make_last_words_sink() { return std::make_unique<last_words_sink>(); }

} // namespace rr
