#pragma once

#include "plugins/logger/backups.hpp"
#include "plugins/logger/output.hpp"

#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace rr {

/// A rotated log file: where it is, and when it is full.
struct rotation {
  std::string path;
  std::uint64_t bytes_max = 100u << 20;
  backup_limits backups = {};
};

/// A file that is put aside under a dated name before a line would make it larger than its limit. Old files
/// are removed and compressed on a thread of their own, so that lines need not wait for that.
class rotating_file final : public log_output {
public:
  using clock_function = std::function<std::chrono::system_clock::time_point()>;

  /// Opens the file, and creates the folders above it, or goes on with the one that is there. New files have
  /// mode 0600.
  ///
  /// @errors `open x: permission denied`, for example
  static expected<std::unique_ptr<rotating_file>> open(
      rotation r, trouble_report report,
      clock_function now = [] { return std::chrono::system_clock::now(); });

  rotating_file(const rotating_file&) = delete;
  rotating_file& operator=(const rotating_file&) = delete;

  /// Writes what is left. A compression that is under way is given up; the next start makes up for it.
  ~rotating_file() override;

  void write(std::string_view line) override;
  void flush() override;
  void reopen() override;
  bool is_terminal() const override { return false; }

  /// Blocks until old files are removed and compressed. For tests.
  void wait_for_tidying();

private:
  rotating_file(rotation r, trouble_report report, clock_function now, int fd);

  void rotate();
  expected<std::string> put_aside();
  void use(int fd);
  void tidy();
  void finish_tidying();
  void say(std::string_view sentence) const;

  rotation rotation_;
  trouble_report report_;
  clock_function now_;
  line_writer lines_;
  std::uint64_t size_ = 0; ///< with what is not written yet
  std::stop_source stop_tidying_;
  std::future<std::vector<std::string>> tidying_;
  bool must_tidy_again_ = false;
};

} // namespace rr
