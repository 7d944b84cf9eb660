#include "plugins/logger/rotating_file.hpp"

#include "actors/errno_text.hpp"

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace rr {

namespace {

constexpr unsigned new_file_mode = 0600;

bool exists(const std::string& path) {
  struct stat info {};
  return ::lstat(path.c_str(), &info) == 0;
}

expected<int> open_log(const std::string& path) {
  auto fd = open_for_append(path, new_file_mode);
  struct stat info {};
  if (!fd || (::fstat(*fd, &info) == 0 && S_ISREG(info.st_mode)))
    return fd;
  ::close(*fd);
  return fail(error_kind::undefined, {}, "open " + path + ": not a regular file",
              "set file_logger_options.log_output to the path of a file");
}

} // namespace

expected<std::unique_ptr<rotating_file>> rotating_file::open(rotation r, trouble_report report,
                                                             clock_function now) {
  std::error_code ec;
  auto folder = std::filesystem::path{r.path}.parent_path();
  if (!folder.empty())
    std::filesystem::create_directories(folder, ec);
  if (ec)
    return fail(error_kind::undefined, {}, "mkdir " + folder.string() + ": " + errno_text(ec.value()));
  auto fd = open_log(r.path);
  if (!fd)
    return tl::unexpected<error>(fd.error());
  return std::unique_ptr<rotating_file>{
      new rotating_file{std::move(r), std::move(report), std::move(now), *fd}};
}

rotating_file::rotating_file(rotation r, trouble_report report, clock_function now, int fd)
    : rotation_(std::move(r)), report_(std::move(report)), now_(std::move(now)),
      lines_(rotation_.path, report_) {
  use(fd);
  tidy();
}

rotating_file::~rotating_file() {
  lines_.flush();
  stop_tidying_.request_stop();
  if (tidying_.valid())
    tidying_.wait();
  ::close(lines_.fd());
}

void rotating_file::write(std::string_view line) {
  if (size_ > 0 && size_ + line.size() > rotation_.bytes_max)
    rotate();
  size_ += line.size();
  lines_.append(line);
}

void rotating_file::flush() {
  lines_.flush();
  finish_tidying();
}

void rotating_file::reopen() {
  lines_.flush();
  auto fresh = open_log(rotation_.path);
  if (!fresh)
    return say(render(fresh.error()));
  auto former = lines_.fd();
  use(*fresh);
  ::close(former);
}

// The former file stays open until the new one is: whatever fails, there is a file to write to. It then grows
// past its limit, and the next try comes after as many bytes again.
void rotating_file::rotate() {
  lines_.flush();
  size_ = 0;
  struct stat info {};
  ::fstat(lines_.fd(), &info);
  auto aside = put_aside();
  if (!aside)
    return say(render(aside.error()));
  auto fresh = open_log(rotation_.path);
  if (!fresh) {
    if (!aside->empty())
      (void)std::rename(aside->c_str(), rotation_.path.c_str());
    return say(render(fresh.error()));
  }
  if (::fchmod(*fresh, info.st_mode & 07777) != 0)
    say("chmod " + rotation_.path + ": " + errno_text(errno));
  auto former = lines_.fd();
  use(*fresh);
  ::close(former);
  tidy();
}

// Gives the file its dated name. Nothing when somebody took it away before.
expected<std::string> rotating_file::put_aside() {
  auto at = now_();
  auto name = backup_name(rotation_.path, at);
  // Two files of one millisecond must not overwrite each other.
  while (exists(name) || exists(name + ".gz"))
    name = backup_name(rotation_.path, at += std::chrono::milliseconds{1});
  if (std::rename(rotation_.path.c_str(), name.c_str()) == 0)
    return name;
  if (errno == ENOENT)
    return std::string{};
  return fail(error_kind::undefined, {}, "rename " + rotation_.path + ": " + errno_text(errno));
}

void rotating_file::use(int fd) {
  struct stat info {};
  size_ = ::fstat(fd, &info) == 0 ? static_cast<std::uint64_t>(info.st_size) : 0;
  lines_.use(fd);
}

void rotating_file::tidy() {
  if (tidying_.valid()) {
    must_tidy_again_ = true;
    return;
  }
  try {
    tidying_ = std::async(std::launch::async, tidy_backups, rotation_.path, rotation_.backups, now_(),
                          stop_tidying_.get_token());
  } catch (const std::system_error& e) {
    say(std::string{"cannot tidy up old log files: "} + e.what());
  }
}

void rotating_file::finish_tidying() {
  if (!tidying_.valid() || tidying_.wait_for(std::chrono::seconds{0}) != std::future_status::ready)
    return;
  for (auto& sentence : tidying_.get())
    say(sentence);
  if (std::exchange(must_tidy_again_, false))
    tidy();
}

void rotating_file::wait_for_tidying() {
  while (tidying_.valid()) {
    tidying_.wait();
    finish_tidying();
  }
}

void rotating_file::say(std::string_view sentence) const {
  if (report_)
    report_(sentence);
}

} // namespace rr
