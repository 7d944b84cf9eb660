#pragma once

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace rr {

enum class log_level : std::uint8_t { debug, info, warn, error, dpanic, panic, fatal, off };

/// One value beside the constant sentence of a record. Keys are literals.
struct log_field {
  using value_type = std::variant<bool, std::int64_t, std::uint64_t, double, std::string, std::chrono::nanoseconds,
                                  std::chrono::system_clock::time_point>;

  std::string_view key;
  value_type value;

  log_field(std::string_view k, bool v) : key(k), value(v) {}
  log_field(std::string_view k, double v) : key(k), value(v) {}
  log_field(std::string_view k, std::string v) : key(k), value(std::move(v)) {}
  log_field(std::string_view k, std::string_view v) : key(k), value(std::string(v)) {}
  log_field(std::string_view k, const char* v) : key(k), value(std::string(v)) {}
  log_field(std::string_view k, std::chrono::nanoseconds v) : key(k), value(v) {}
  log_field(std::string_view k, std::chrono::system_clock::time_point v) : key(k), value(v) {}
  template <class Int, std::enable_if_t<std::is_integral_v<Int> && !std::is_same_v<Int, bool>, int> = 0>
  log_field(std::string_view k, Int v)
      : key(k), value(std::conditional_t<std::is_signed_v<Int>, std::int64_t, std::uint64_t>(v)) {}
};

struct log_record {
  log_level level = log_level::info;
  std::chrono::system_clock::time_point at;
  std::string channel; ///< the plugin's name; empty for none
  std::string message; ///< a constant sentence, or raw bytes of a worker
  std::vector<log_field> fields;
};

/// Where records go. Called on the log thread only, in the order in which each thread wrote them.
class log_sink {
public:
  virtual ~log_sink() = default;

  /// The least level that `channel` lets through.
  virtual log_level threshold(std::string_view channel) const = 0;

  virtual void write(const log_record& record) = 0;
  virtual void flush() = 0;
};

class log_channel;

/// Writes records of one channel. Cheap to copy; a disabled level costs one relaxed load and no allocation of ours
/// as long as the caller asks `enabled` before it builds expensive fields.
class logger {
public:
  logger() = default;
  explicit logger(std::string_view channel);

  bool enabled(log_level level) const noexcept;
  void write(log_level level, std::string message, std::initializer_list<log_field> fields = {}) const;
  void write(log_level level, std::string message, std::vector<log_field> fields) const;

  void debug(std::string_view message, std::initializer_list<log_field> fields = {}) const;
  void info(std::string_view message, std::initializer_list<log_field> fields = {}) const;
  void warn(std::string_view message, std::initializer_list<log_field> fields = {}) const;
  void error(std::string_view message, std::initializer_list<log_field> fields = {}) const;

private:
  log_channel* channel_ = nullptr;
};

/// The log of the process: threads collect records without a lock, one thread formats and writes them.
///
/// Before `open` records are kept (bounded); a process that never opens it writes them in development format to
/// stderr when it closes.
class log_port {
public:
  static log_port& instance();

  /// Starts the log thread, or exchanges the sink of a running one.
  void open(std::unique_ptr<log_sink> sink);

  /// Writes what is left and ends the log thread.
  void close();

  /// Hands the calling thread's records to the log thread. Reactors call it once per turn of their loop.
  static void flush_this_thread();

  /// Blocks until all that was handed over before is written. For tests and before a crash exit.
  void drain();
};

} // namespace rr
