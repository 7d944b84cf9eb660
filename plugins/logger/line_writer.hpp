#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace rr {

/// Where an output tells about its own trouble, in a sentence; may be empty. Must not call the output.
using trouble_report = std::function<void(std::string_view)>;

/// So long an output may take nothing before lines are lost. Past it each flush tries once, without waiting.
inline constexpr std::chrono::milliseconds output_patience{5000};

/// Collects lines and writes them to a file descriptor, which it does not own.
///
/// A full disk, a reader that went away and one that stands still cost lines, never more: what cannot be
/// written is dropped, the rest of a line that was begun excepted, so that later lines start where a line
/// starts. Trouble is reported when it begins and when it ends. The calling thread must block or ignore
/// SIGPIPE.
class line_writer {
public:
  line_writer(std::string name, trouble_report report, std::chrono::milliseconds patience = output_patience);

  /// Writes go to `fd` from now on.
  void use(int fd);

  void append(std::string_view line);

  /// Writes what was collected; blocks for the patience at most, per 4 KiB that the reader takes.
  void flush();

  int fd() const noexcept { return fd_; }

private:
  int write_collected();
  int wait_until_writable() const;
  void keep_begun_line();
  void note_success();
  void note_failure(int error);

  std::string name_;
  trouble_report report_;
  std::chrono::milliseconds patience_;
  int fd_ = -1;
  bool is_regular_ = false;
  std::string collected_;
  std::size_t written_ = 0;            ///< of collected_
  bool starts_inside_line_ = false;    ///< the first byte of collected_ goes on with a line begun before
  std::vector<std::size_t> line_ends_; ///< of collected_; the first may be that of a line begun before
  bool is_failing_ = false;
  std::uint64_t lost_bytes_ = 0;
};

} // namespace rr
