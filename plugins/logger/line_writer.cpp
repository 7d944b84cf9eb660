#include "plugins/logger/line_writer.hpp"

#include "actors/errno_text.hpp"

#include <algorithm>
#include <cerrno>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace rr {

namespace {

/// So much is collected before it is written without being asked.
constexpr std::size_t collected_bytes_max = 64u << 10;

/// A pipe or terminal that is ready takes so many bytes without blocking (PIPE_BUF).
constexpr std::size_t piece_bytes_max = 4096;

} // namespace

line_writer::line_writer(std::string name, trouble_report report, std::chrono::milliseconds patience)
    : name_(std::move(name)), report_(std::move(report)), patience_(patience) {}

void line_writer::use(int fd) {
  struct stat info {};
  is_regular_ = ::fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
  fd_ = fd;
}

void line_writer::append(std::string_view line) {
  collected_ += line;
  line_ends_.push_back(collected_.size());
  if (collected_.size() >= collected_bytes_max)
    flush();
}

void line_writer::flush() {
  if (collected_.empty())
    return;
  auto error = write_collected();
  keep_begun_line();
  if (error == 0)
    note_success();
  else
    note_failure(error);
}

// 0, or why it came to a stop.
int line_writer::write_collected() {
  while (written_ < collected_.size()) {
    if (auto error = is_regular_ ? 0 : wait_until_writable(); error != 0)
      return error;
    auto length = collected_.size() - written_;
    auto n =
        ::write(fd_, collected_.data() + written_, is_regular_ ? length : std::min(length, piece_bytes_max));
    if (n > 0) {
      written_ += static_cast<std::size_t>(n);
    } else if (n == 0 || (errno != EINTR && errno != EAGAIN)) {
      return n == 0 ? EIO : errno;
    }
  }
  return 0;
}

int line_writer::wait_until_writable() const {
  pollfd p{fd_, POLLOUT, 0};
  auto n = ::poll(&p, 1, is_failing_ ? 0 : static_cast<int>(patience_.count()));
  if (n == 0)
    return ETIMEDOUT;
  return n < 0 && errno != EINTR ? errno : 0;
}

// Left is the rest of the line in whose middle the writing came to its stop; whole lines are lost.
void line_writer::keep_begun_line() {
  auto end = std::lower_bound(line_ends_.begin(), line_ends_.end(), written_);
  bool is_at_start = written_ == 0 && !starts_inside_line_;
  auto keep_until = is_at_start || end == line_ends_.end() ? written_ : *end;
  lost_bytes_ += collected_.size() - keep_until;
  collected_.resize(keep_until);
  collected_.erase(0, std::exchange(written_, 0));
  line_ends_.clear();
  starts_inside_line_ = !collected_.empty();
  if (starts_inside_line_)
    line_ends_.push_back(collected_.size());
}

void line_writer::note_success() {
  if (!std::exchange(is_failing_, false))
    return;
  auto lost = std::exchange(lost_bytes_, 0);
  if (report_)
    report_("log output \"" + name_ + "\" works again, " + std::to_string(lost) + " bytes of it are lost");
}

void line_writer::note_failure(int error) {
  if (std::exchange(is_failing_, true))
    return;
  if (report_)
    report_("log output \"" + name_ + "\" takes nothing, lines are lost: " +
            (error == ETIMEDOUT ? std::string{"nobody reads it"} : errno_text(error)));
}

} // namespace rr
