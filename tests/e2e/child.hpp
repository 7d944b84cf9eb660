#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace rr::test {

using namespace std::chrono_literals;

/// Waits until `holds` is true, at most `limit`; gives what it said last.
bool eventually(const std::function<bool()>& holds, std::chrono::milliseconds limit = 10s);

/// How a child ended, as the shell would say it: its exit code, or 128 + signal.
using exit_code = int;

/// A program started by a test, its output captured in files. Killed with its descendants when this goes.
class child {
public:
  /// Starts argv in `folder`, with variables added to the environment.
  child(std::vector<std::string> argv, const std::string& folder, std::vector<std::string> env = {});
  child(const child&) = delete;
  child& operator=(const child&) = delete;
  ~child();

  pid_t pid() const { return pid_; }
  void signal(int number) const;

  std::string out() const;
  std::string err() const;

  /// Waits for the end; nothing when it still runs after `limit`.
  std::optional<exit_code> wait(std::chrono::milliseconds limit = 20s);
  bool running();

private:
  bool reap(bool block);

  pid_t pid_ = -1;
  std::string out_file_;
  std::string err_file_;
  std::optional<exit_code> ended_;
};

/// The direct children of a process.
std::vector<pid_t> children_of(pid_t pid);

/// All descendants of a process.
std::vector<pid_t> descendants_of(pid_t pid);

/// True while a process with this id exists (a zombie counts as gone).
bool alive(pid_t pid);

/// The state letter of /proc/PID/stat, or 0.
char process_state(pid_t pid);

} // namespace rr::test
