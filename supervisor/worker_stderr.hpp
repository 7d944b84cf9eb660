#pragma once

#include "actors/log.hpp"
#include "supervisor/line_splitter.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace rr {

/// What a worker writes to its stderr, on its way to the log: whole lines, and the last 8 KiB as evidence.
///
/// Until it is known how the boot goes, lines are held back (at most 64 KiB of them): those of a failed boot
/// are errors.
class worker_stderr {
public:
  using receiver = std::function<void(log_level, std::string)>;

  explicit worker_stderr(receiver out);

  void append(std::string_view bytes);

  /// A line without its end is given out as it is.
  void flush();

  /// What is held back goes out at `level`, as does all that follows.
  void settle(log_level level);

  bool has_partial_line() const noexcept { return !lines_.empty(); }
  const std::string& tail() const noexcept { return tail_.bytes(); }

private:
  void take(std::string line);

  receiver out_;
  line_splitter lines_;
  byte_tail tail_;
  bool holding_ = true;
  log_level level_ = log_level::info;
  std::vector<std::string> held_;
  std::size_t held_bytes_ = 0;
};

} // namespace rr
