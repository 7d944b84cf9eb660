#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace rr {

/// How much a record matters, rising. `off` is a threshold only: it lets nothing through.
enum class log_level : std::uint8_t { debug, info, warn, error, dpanic, panic, fatal, off };

/// One value beside the constant sentence of a record. Keys are literals.
struct log_field {
  using value_type = std::variant<bool, std::int64_t, std::uint64_t, double, std::string,
                                  std::chrono::nanoseconds, std::chrono::system_clock::time_point>;

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

/// One entry of the log, before anybody decided on its looks.
struct log_record {
  log_level level = log_level::info;
  std::chrono::system_clock::time_point at;
  std::string channel; ///< the plugin's name; empty for none
  std::string message; ///< a constant sentence, or raw bytes of a worker
  std::vector<log_field> fields;
};

/// Where records go. Called on the log thread only, in the order in which each thread wrote them; `threshold`
/// alone may be called from any thread. No call may block for ever.
class log_sink {
public:
  virtual ~log_sink() = default;

  /// The least level that `channel` lets through. The answer never changes during the life of the sink.
  virtual log_level threshold(std::string_view channel) const = 0;

  virtual void write(const log_record& record) = 0;

  /// No more records for the moment: hands what is buffered to the system.
  virtual void flush() = 0;

  /// Opens files again by their names, after somebody moved them away.
  virtual void reopen() {}
};

struct log_channel;

/// Writes records of one channel. Cheap to copy; a disabled level costs one relaxed load and no allocation of
/// ours as long as the caller asks `enabled` before it builds expensive fields. Never blocks, never throws
/// because of the sink.
class logger {
public:
  /// Writes records without a channel.
  logger() = default;

  /// Channels live as long as the process: their names come from the code and from the configuration, not
  /// from clients.
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

/// As many bytes of records wait for the log thread; past it debug and info records are dropped first, past
/// twice as many all are. The log tells how many were lost.
inline constexpr std::size_t log_waiting_bytes_max = 16u << 20;

/// The same for the number of records.
inline constexpr std::size_t log_waiting_records_max = 32768;

/// The log of the process: threads collect records without a lock, one thread formats and writes them.
///
/// Before `open` records are kept, inside the limits above, and written by the first sink. A process that
/// never opens the log writes warnings and errors among them as plain lines to stderr when it closes it: a
/// client command stays quiet.
class log_port {
public:
  static log_port& instance();

  /// Starts the log thread, or exchanges the sink of a running one: what was handed over before goes to the
  /// former sink, which is then destroyed.
  void open(std::unique_ptr<log_sink> sink);

  /// Writes what is left, destroys the sink and ends the log thread. Records after that are kept for the next
  /// `open`.
  void close();

  /// Hands the calling thread's records to the log thread. Reactors call it once per turn of their loop,
  /// before they sleep. A thread that calls it promises to go on doing so: only such threads collect records,
  /// all others hand over each record at once.
  static void flush_this_thread();

  /// Blocks until all that was handed over before is written. For tests and before a crash exit.
  void drain();

  /// Lets the sink open its files again; returns when that is done.
  void reopen();

private:
  log_port() = default;
};

} // namespace rr
