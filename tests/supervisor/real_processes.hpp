#pragma once

#include "actors/main_loop.hpp"
#include "actors/runtime.hpp"
#include "supervisor/process_spawner.hpp"

#include <boost/asio/steady_timer.hpp>
#include <catch2/catch.hpp>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <memory>
#include <set>
#include <string>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace rr::test {

/// This process's environment, as a spec wants it.
inline std::vector<std::string> own_environment() {
  std::vector<std::string> result;
  for (char** e = environ; *e != nullptr; ++e)
    result.emplace_back(*e);
  return result;
}

inline process_spec command(std::vector<std::string> argv) {
  process_spec spec;
  spec.argv = std::move(argv);
  spec.env = own_environment();
  return spec;
}

inline process_spec shell(std::string script) { return command({"/bin/sh", "-c", std::move(script)}); }

/// Letter of the process's state (`Z` for a zombie, `T` stopped), or 0 when there is no such process.
inline char process_state(int pid) {
  std::ifstream file{"/proc/" + std::to_string(pid) + "/stat"};
  std::string text{std::istreambuf_iterator<char>{file}, {}};
  auto end = text.rfind(')');
  return end == std::string::npos || end + 2 >= text.size() ? '\0' : text[end + 2];
}

/// True while it runs; a zombie does not.
inline bool runs(int pid) {
  auto state = process_state(pid);
  return state != '\0' && state != 'Z' && state != 'X';
}

inline std::size_t open_descriptors() {
  std::size_t count = 0;
  for ([[maybe_unused]] auto& entry : std::filesystem::directory_iterator("/proc/self/fd"))
    ++count;
  return count;
}

/// Children of this process in any state, zombies included.
inline std::set<int> own_children() {
  std::set<int> result;
  for (auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream file{task.path() / "children"};
    for (int pid = 0; file >> pid;)
      result.insert(pid);
  }
  return result;
}

/// A directory that is removed with the test.
class temporary_directory {
public:
  temporary_directory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "rr-test-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~temporary_directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  std::string file(const std::string& name) const { return (path_ / name).string(); }

  std::string write(const std::string& name, const std::string& text, mode_t mode = 0755) const {
    std::ofstream{file(name)} << text;
    ::chmod(file(name).c_str(), mode);
    return file(name);
  }

private:
  std::filesystem::path path_;
};

/// Real processes on a real runtime; the test's thread is the main thread and runs the main loop while it
/// waits.
class real_processes {
public:
  real_processes() : spawner(std::make_shared<process_spawner>(loop, nullptr)) { ::signal(SIGPIPE, SIG_IGN); }

  /// Runs the main loop until `condition` holds, which is asked every few milliseconds on the test's thread.
  bool wait_for(std::function<bool()> condition, std::chrono::milliseconds limit = std::chrono::seconds{10}) {
    auto end = std::chrono::steady_clock::now() + limit;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > end)
        return false;
      loop.io().restart();
      loop.io().run_for(std::chrono::milliseconds{2});
    }
    return true;
  }

  /// Runs `f` on the reactor's thread and gives its result.
  template <class F>
  auto on_reactor(F f) {
    std::promise<decltype(f())> promise;
    auto result = promise.get_future();
    rt.at(0).post([&] {
      if constexpr (std::is_void_v<decltype(f())>) {
        f();
        promise.set_value();
      } else {
        promise.set_value(f());
      }
    });
    wait_for([&] { return result.wait_for(std::chrono::seconds{0}) == std::future_status::ready; });
    return result.get();
  }

  main_loop loop;
  std::shared_ptr<process_spawner> spawner;
  runtime rt;
};

/// A process and what was heard of it. Lives on the reactor; the test looks at it through `on_reactor`.
struct watched_process {
  process_ptr running;
  error refusal;
  std::string errors;
  std::optional<process_exit> end;
  int pid = 0;
  bool answered = false;
};

} // namespace rr::test
