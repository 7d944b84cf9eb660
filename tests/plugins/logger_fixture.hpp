#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <poll.h>
#include <sstream>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace rr::test {

/// A folder of the test's own, removed at its end.
class logger_fixture {
public:
  logger_fixture() {
    auto name = (std::filesystem::temp_directory_path() / "rr_logger_XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    folder_ = std::filesystem::canonical(name);
  }
  logger_fixture(const logger_fixture&) = delete;
  logger_fixture& operator=(const logger_fixture&) = delete;
  ~logger_fixture() {
    std::error_code ec;
    std::filesystem::remove_all(folder_, ec);
  }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  std::string text_of(const std::string& name) const {
    std::ifstream file{path(name), std::ios::binary};
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }

  void put(const std::string& name, const std::string& text) const {
    std::ofstream{path(name), std::ios::binary} << text;
  }

  void move(const std::string& from, const std::string& to) const {
    std::filesystem::rename(path(from), path(to));
  }

  void make_folder(const std::string& name) const { std::filesystem::create_directories(path(name)); }

  unsigned mode_of(const std::string& name) const {
    struct stat info {};
    REQUIRE(::stat(path(name).c_str(), &info) == 0);
    return info.st_mode & 07777;
  }

  /// The names in the folder, sorted.
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (auto& entry : std::filesystem::directory_iterator(folder_))
      names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
  }

private:
  std::filesystem::path folder_;
};

/// A terminal that the test looks at.
class terminal {
public:
  terminal() : fd_(::posix_openpt(O_RDWR | O_NOCTTY)) {
    REQUIRE(fd_ >= 0);
    REQUIRE(::grantpt(fd_) == 0);
    REQUIRE(::unlockpt(fd_) == 0);
    name_ = ::ptsname(fd_);
  }
  terminal(const terminal&) = delete;
  terminal& operator=(const terminal&) = delete;
  ~terminal() { ::close(fd_); }

  const std::string& name() const { return name_; }

  /// The next line without its ending; what came so far when none comes within five seconds.
  std::string read_line() const {
    std::string line;
    char c = 0;
    pollfd p{fd_, POLLIN, 0};
    while (::poll(&p, 1, 5000) > 0 && ::read(fd_, &c, 1) == 1 && c != '\n')
      if (c != '\r')
        line += c;
    return line;
  }

private:
  int fd_;
  std::string name_;
};

} // namespace rr::test
