#pragma once

#include "actors/error.hpp"
#include "relay/byte_channel.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace rr {

/// As whom a process runs.
struct process_user {
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups; ///< supplementary; empty: none
};

/// What its standard input and output are; standard error is always captured.
enum class process_stdio : std::uint8_t {
  relay, ///< pipes that carry frames
  null,  ///< /dev/null: the worker speaks over a socket
};

/// How to start a process. The environment is complete: nothing is inherited beside it.
struct process_spec {
  std::vector<std::string> argv; ///< argv[0] is looked up in rr's own PATH
  std::vector<std::string> env;  ///< KEY=VALUE; of a key given twice the last one counts
  std::optional<process_user> user;
  process_stdio stdio = process_stdio::relay;
};

/// How a process ended, and what it cost.
struct process_exit {
  int code = 0;   ///< exit status; meaningful when signal is 0
  int signal = 0; ///< the signal that ended it
  bool core_dumped = false;
  std::chrono::microseconds user_time{0};
  std::chrono::microseconds system_time{0};
  std::uint64_t rss_bytes_max = 0;

  bool clean() const { return code == 0 && signal == 0; }
};

/// `exit status 3` or `signal: killed` (with `(core dumped)` where one was), as Go spells it.
std::string to_string(const process_exit& e);

/// A running process: its own process group, killed as a whole and reaped at the latest when this object
/// goes. Used on one thread; callbacks come from its reactor, never from inside a call.
class process {
public:
  struct handler {
    std::function<void(std::string_view)> stderr_bytes; ///< as they come
    std::function<void(process_exit)>
        exited; ///< once, after stderr has been drained; the group is dead and reaped
  };

  virtual ~process() = default;

  virtual int pid() const = 0;
  virtual void start(handler h) = 0;

  /// The pipes to it, for `process_stdio::relay`. Once.
  virtual byte_channel_ptr take_channel() = 0;

  /// Sends a signal to the whole group.
  virtual void signal_group(int number) = 0;
};

using process_ptr = std::unique_ptr<process>;

/// Starts processes. The real one hands each start to the main thread; tests have a scripted one.
class process_launcher {
public:
  virtual ~process_launcher() = default;

  /// Calls `done` later, on the calling reactor's thread, with the running process or the reason why there is
  /// none.
  ///
  /// @errors kind worker_allocate, text as the system says it: `exec: "nope": executable file not found in
  /// $PATH`, `fork/exec ./w: permission denied`, ...
  virtual void launch(process_spec spec, std::function<void(expected<process_ptr>)> done) = 0;
};

} // namespace rr
