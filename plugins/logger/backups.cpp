#include "plugins/logger/backups.hpp"

#include "actors/errno_text.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <ctime>
#include <fcntl.h>
#include <filesystem>
#include <memory>
#include <set>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <zlib.h>

namespace rr {

namespace {

namespace fs = std::filesystem;
using time_of_day = std::chrono::system_clock::time_point;

constexpr std::string_view compressed_ending = ".gz";
constexpr std::size_t stamp_length = std::string_view{"2006-01-02T15-04-05.000"}.size();

/// `app` and `.log` of `/var/log/app.log`.
std::pair<std::string, std::string> stem_and_ending(const std::string& path) {
  auto name = fs::path{path}.filename().string();
  auto dot = name.rfind('.');
  if (dot == std::string::npos)
    return {name, {}};
  return {name.substr(0, dot), name.substr(dot)};
}

std::string stamp(time_of_day at) {
  auto whole = std::chrono::floor<std::chrono::seconds>(at);
  auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(at - whole).count();
  auto seconds = static_cast<std::time_t>(whole.time_since_epoch().count());
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  std::array<char, 64> text{};
  auto length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H-%M-%S", &utc);
  auto milliseconds = std::to_string(1000 + ms).substr(1);
  return std::string{text.data(), length} + '.' + milliseconds;
}

/// The number that `length` digits at `from` make, or nothing.
std::optional<int> digits(std::string_view text, std::size_t from, std::size_t length) {
  int value = 0;
  for (auto c : text.substr(from, length)) {
    if (c < '0' || c > '9')
      return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

std::optional<time_of_day> read_stamp(std::string_view text) {
  static constexpr std::array<std::pair<std::size_t, std::size_t>, 7> places = {
      {{0, 4}, {5, 2}, {8, 2}, {11, 2}, {14, 2}, {17, 2}, {20, 3}}};
  if (text.size() != stamp_length)
    return std::nullopt;
  std::array<int, places.size()> numbers{};
  for (std::size_t i = 0; i < places.size(); ++i) {
    auto number = digits(text, places[i].first, places[i].second);
    if (!number)
      return std::nullopt;
    numbers[i] = *number;
  }
  std::tm utc{};
  utc.tm_year = numbers[0] - 1900;
  utc.tm_mon = numbers[1] - 1;
  utc.tm_mday = numbers[2];
  utc.tm_hour = numbers[3];
  utc.tm_min = numbers[4];
  utc.tm_sec = numbers[5];
  auto at = std::chrono::system_clock::from_time_t(::timegm(&utc)) + std::chrono::milliseconds(numbers[6]);
  // A date that does not exist, and other separators, give another text.
  if (stamp(at) != text)
    return std::nullopt;
  return at;
}

std::optional<backup> as_backup(const fs::path& file, const std::string& stem, const std::string& ending) {
  auto name = file.filename().string();
  std::string_view rest = name;
  auto drop_end = [&](std::string_view end) {
    bool has_it = rest.size() >= end.size() && rest.substr(rest.size() - end.size()) == end;
    rest.remove_suffix(has_it ? end.size() : 0);
    return has_it;
  };
  // The ending of a log may be `.gz` itself: then a name with one `.gz` is not compressed.
  bool is_compressed = false;
  auto full = ending + std::string{compressed_ending};
  if (drop_end(full))
    is_compressed = true;
  else if (!drop_end(ending))
    return std::nullopt;
  if (rest.substr(0, stem.size() + 1) != stem + '-')
    return std::nullopt;
  auto at = read_stamp(rest.substr(stem.size() + 1));
  if (!at)
    return std::nullopt;
  return backup{file.string(), *at, is_compressed};
}

void remove_file(const std::string& path, std::vector<std::string>& trouble) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT)
    trouble.push_back("remove " + path + ": " + errno_text(errno));
}

/// Closes a file at the end of the scope.
struct file_closer {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using file_pointer = std::unique_ptr<std::FILE, file_closer>;

enum class copy_end { done, stopped, failed };

copy_end copy_compressed(std::FILE* from, gzFile to, const std::stop_token& stop) {
  std::array<char, 1u << 16> block{};
  while (auto length = std::fread(block.data(), 1, block.size(), from)) {
    if (stop.stop_requested())
      return copy_end::stopped;
    if (::gzwrite(to, block.data(), static_cast<unsigned>(length)) != static_cast<int>(length))
      return copy_end::failed;
  }
  return std::ferror(from) != 0 ? copy_end::failed : copy_end::done;
}

/// Writes `path` as gzip to a file beside it, which takes the final name only when it is whole.
void compress(const std::string& path, std::vector<std::string>& trouble, const std::stop_token& stop) {
  file_pointer from{std::fopen(path.c_str(), "rbe")};
  struct stat info {};
  if (!from || ::fstat(::fileno(from.get()), &info) != 0) {
    trouble.push_back("compress " + path + ": " + errno_text(errno));
    return;
  }
  auto target = path + std::string{compressed_ending};
  auto unfinished = target + ".tmp";
  int fd =
      ::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, info.st_mode & 0777);
  auto* to = fd < 0 ? nullptr : ::gzdopen(fd, "wb");
  if (to == nullptr) {
    trouble.push_back("compress " + path + ": " + errno_text(errno));
    if (fd >= 0)
      ::close(fd);
    return;
  }
  auto end = copy_compressed(from.get(), to, stop);
  if (::gzclose(to) != Z_OK && end == copy_end::done)
    end = copy_end::failed;
  if (end == copy_end::done && ::rename(unfinished.c_str(), target.c_str()) == 0)
    return remove_file(path, trouble);
  if (end != copy_end::stopped)
    trouble.push_back("compress " + path + ": " + errno_text(errno));
  remove_file(unfinished, trouble);
}

} // namespace

std::string backup_name(const std::string& path, time_of_day at) {
  auto [stem, ending] = stem_and_ending(path);
  return (fs::path{path}.parent_path() / (stem + '-' + stamp(at) + ending)).string();
}

std::vector<backup> find_backups(const std::string& path) {
  auto [stem, ending] = stem_and_ending(path);
  auto folder = fs::path{path}.parent_path();
  std::vector<backup> found;
  std::error_code ec;
  fs::directory_iterator files{folder.empty() ? fs::path{"."} : folder, ec};
  for (; !ec && files != fs::directory_iterator{}; files.increment(ec))
    if (auto b = as_backup(files->path(), stem, ending))
      found.push_back(std::move(*b));
  std::sort(found.begin(), found.end(), [](auto& a, auto& b) { return a.at > b.at; });
  return found;
}

std::vector<std::string> tidy_backups(const std::string& path, const backup_limits& limits, time_of_day now,
                                      const std::stop_token& stop) {
  std::vector<std::string> trouble;
  // A file and its compressed form count once: both are there after a crash between the two.
  std::set<time_of_day> kept;
  for (auto& b : find_backups(path)) {
    if (stop.stop_requested())
      return trouble;
    bool is_too_old = limits.age_max && now - b.at > *limits.age_max;
    bool is_one_too_many = limits.count_max && kept.count(b.at) == 0 && kept.size() >= *limits.count_max;
    if (is_too_old || is_one_too_many) {
      remove_file(b.path, trouble);
      continue;
    }
    kept.insert(b.at);
    if (limits.compress && !b.is_compressed)
      compress(b.path, trouble, stop);
  }
  return trouble;
}

} // namespace rr
