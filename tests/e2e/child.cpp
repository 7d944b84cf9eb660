#include "tests/e2e/child.hpp"

#include "tests/e2e/temp_folder.hpp"

#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace rr::test {

namespace {

std::string make_output_file() {
  auto pattern = (std::filesystem::temp_directory_path() / "rr-output-XXXXXX").string();
  int fd = ::mkstemp(pattern.data());
  if (fd < 0)
    throw std::runtime_error("no output file");
  ::close(fd);
  return pattern;
}

void redirect(const std::string& file, int to) {
  int fd = ::open(file.c_str(), O_WRONLY | O_APPEND);
  ::dup2(fd, to);
  ::close(fd);
}

[[noreturn]] void run_child(std::vector<std::string>& argv, const std::string& folder,
                            std::vector<std::string>& env, const std::string& out, const std::string& err) {
  ::setpgid(0, 0);
  if (::chdir(folder.c_str()) != 0)
    ::_exit(126);
  redirect(out, 1);
  redirect(err, 2);
  int null = ::open("/dev/null", O_RDONLY);
  ::dup2(null, 0);
  for (auto& variable : env)
    ::putenv(variable.data());
  std::vector<char*> words;
  for (auto& word : argv)
    words.push_back(word.data());
  words.push_back(nullptr);
  ::execvp(words[0], words.data());
  ::_exit(127);
}

} // namespace

bool eventually(const std::function<bool()>& holds, std::chrono::milliseconds limit) {
  auto end = std::chrono::steady_clock::now() + limit;
  // Yields the processor between two looks; the condition, not the pause, decides.
  for (int look = 0; std::chrono::steady_clock::now() < end; ++look) {
    if (holds())
      return true;
    timespec pause{0, look < 20 ? 2'000'000 : 20'000'000};
    ::nanosleep(&pause, nullptr);
  }
  return holds();
}

child::child(std::vector<std::string> argv, const std::string& folder, std::vector<std::string> env)
    : out_file_(make_output_file()), err_file_(make_output_file()) {
  pid_ = ::fork();
  if (pid_ < 0)
    throw std::runtime_error("cannot fork");
  if (pid_ == 0)
    run_child(argv, folder, env, out_file_, err_file_);
}

child::~child() {
  if (running()) {
    auto below = descendants_of(pid_);
    ::kill(-pid_, SIGKILL);
    ::kill(pid_, SIGKILL);
    for (auto pid : below)
      ::kill(pid, SIGKILL);
    reap(true);
  }
  ::unlink(out_file_.c_str());
  ::unlink(err_file_.c_str());
}

void child::signal(int number) const { ::kill(pid_, number); }

std::string child::out() const { return read_file(out_file_); }

std::string child::err() const { return read_file(err_file_); }

bool child::reap(bool block) {
  if (ended_)
    return true;
  int status = 0;
  if (::waitpid(pid_, &status, block ? 0 : WNOHANG) != pid_)
    return false;
  ended_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return true;
}

std::optional<exit_code> child::wait(std::chrono::milliseconds limit) {
  eventually([this] { return reap(false); }, limit);
  return ended_;
}

bool child::running() { return !reap(false); }

std::vector<pid_t> children_of(pid_t pid) {
  std::vector<pid_t> found;
  std::error_code ec;
  auto tasks = std::filesystem::path{"/proc"} / std::to_string(pid) / "task";
  for (auto& task : std::filesystem::directory_iterator{tasks, ec}) {
    std::istringstream list{read_file(task.path() / "children")};
    for (pid_t child_pid = 0; list >> child_pid;)
      found.push_back(child_pid);
  }
  return found;
}

std::vector<pid_t> descendants_of(pid_t pid) {
  auto found = children_of(pid);
  for (std::size_t i = 0; i < found.size(); ++i)
    for (auto below : children_of(found[i]))
      found.push_back(below);
  return found;
}

char process_state(pid_t pid) {
  auto stat = read_file(std::filesystem::path{"/proc"} / std::to_string(pid) / "stat");
  auto end_of_name = stat.rfind(')');
  return end_of_name == std::string::npos || end_of_name + 2 >= stat.size() ? '\0' : stat[end_of_name + 2];
}

bool alive(pid_t pid) {
  auto state = process_state(pid);
  return state != '\0' && state != 'Z' && state != 'X';
}

} // namespace rr::test
