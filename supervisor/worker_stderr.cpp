#include "supervisor/worker_stderr.hpp"

#include <utility>

namespace rr {

namespace {

constexpr std::size_t line_bytes_max = std::size_t{1} << 20;
constexpr std::size_t tail_bytes_max = 8192;
constexpr std::size_t held_bytes_max = 65536;

} // namespace

worker_stderr::worker_stderr(receiver out)
    : out_(std::move(out)), lines_(line_bytes_max), tail_(tail_bytes_max) {}

void worker_stderr::append(std::string_view bytes) {
  tail_.append(bytes);
  lines_.append(bytes, [this](std::string line) { take(std::move(line)); });
}

void worker_stderr::flush() {
  lines_.flush([this](std::string line) { take(std::move(line)); });
}

void worker_stderr::settle(log_level level) {
  holding_ = false;
  level_ = level;
  for (auto& line : std::exchange(held_, {}))
    out_(level_, std::move(line));
  held_bytes_ = 0;
}

void worker_stderr::take(std::string line) {
  if (!holding_)
    return out_(level_, std::move(line));
  held_bytes_ += line.size();
  held_.push_back(std::move(line));
  if (held_bytes_ > held_bytes_max)
    settle(level_);
}

} // namespace rr
