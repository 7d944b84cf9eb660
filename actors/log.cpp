#include "actors/log.hpp"

#include "actors/log_channels.hpp"
#include "actors/log_queue.hpp"
#include "actors/log_writer.hpp"

#include <mutex>
#include <utility>

namespace rr {

namespace {

/// So much a thread collects before it hands over, should its loop not come round.
constexpr std::size_t collected_records_max = 256;
constexpr std::size_t collected_bytes_max = 256u << 10;

// Queue and writer are never destroyed: threads and statics that end after main may still write.
log_queue& queue() {
  static auto* the_one = new log_queue;
  return *the_one;
}

log_writer& writer() {
  static auto* the_one = new log_writer{queue()};
  return *the_one;
}

/// Keeps the sink that the channels ask and the sink that is written to the same.
std::mutex exchange;

// Tells whether the thread's records are gone: thread_local objects end before statics that may still write.
thread_local bool is_collector_gone = false;

/// The records of one thread that it has not handed over yet.
class collector {
public:
  collector() = default;
  collector(const collector&) = delete;
  collector& operator=(const collector&) = delete;
  ~collector() {
    hand_over();
    is_collector_gone = true;
  }

  void add(log_record record) {
    bytes_ += memory_of(record);
    records_.push_back(std::move(record));
    if (!has_promised_ || records_.size() >= collected_records_max || bytes_ >= collected_bytes_max)
      hand_over();
  }

  /// From now on records are collected: somebody comes by regularly.
  void promise() noexcept { has_promised_ = true; }

  void hand_over() {
    if (records_.empty())
      return;
    bytes_ = 0;
    queue().push(std::exchange(records_, {}));
  }

private:
  std::vector<log_record> records_;
  std::size_t bytes_ = 0;
  bool has_promised_ = false;
};

thread_local collector collected;

void submit(log_record record) {
  if (!is_collector_gone)
    return collected.add(std::move(record));
  std::vector<log_record> one;
  one.push_back(std::move(record));
  queue().push(std::move(one));
}

void hand_over_own() {
  if (!is_collector_gone)
    collected.hand_over();
}

} // namespace

logger::logger(std::string_view channel) : channel_(&log_channels::instance().intern(channel)) {}

bool logger::enabled(log_level level) const noexcept {
  auto& channel = channel_ != nullptr ? *channel_ : log_channels::nameless();
  return level < log_level::off && level >= channel.threshold.load(std::memory_order_relaxed);
}

void logger::write(log_level level, std::string message, std::vector<log_field> fields) const {
  if (enabled(level))
    submit({level, std::chrono::system_clock::now(), channel_ != nullptr ? channel_->name : std::string{},
            std::move(message), std::move(fields)});
}

void logger::write(log_level level, std::string message, std::initializer_list<log_field> fields) const {
  if (enabled(level))
    write(level, std::move(message), std::vector<log_field>(fields));
}

void logger::debug(std::string_view message, std::initializer_list<log_field> fields) const {
  if (enabled(log_level::debug))
    write(log_level::debug, std::string{message}, std::vector<log_field>(fields));
}

void logger::info(std::string_view message, std::initializer_list<log_field> fields) const {
  if (enabled(log_level::info))
    write(log_level::info, std::string{message}, std::vector<log_field>(fields));
}

void logger::warn(std::string_view message, std::initializer_list<log_field> fields) const {
  if (enabled(log_level::warn))
    write(log_level::warn, std::string{message}, std::vector<log_field>(fields));
}

void logger::error(std::string_view message, std::initializer_list<log_field> fields) const {
  if (enabled(log_level::error))
    write(log_level::error, std::string{message}, std::vector<log_field>(fields));
}

log_port& log_port::instance() {
  static log_port the_one;
  return the_one;
}

void log_port::open(std::unique_ptr<log_sink> sink) {
  hand_over_own();
  std::lock_guard lock{exchange};
  // The new thresholds hold at once; no channel asks the former sink any more when that is destroyed.
  log_channels::instance().follow(sink.get());
  writer().open(std::move(sink));
}

void log_port::close() {
  hand_over_own();
  std::lock_guard lock{exchange};
  log_channels::instance().follow(nullptr);
  writer().close();
}

void log_port::flush_this_thread() {
  if (is_collector_gone)
    return;
  collected.promise();
  collected.hand_over();
}

void log_port::drain() {
  hand_over_own();
  writer().drain();
}

void log_port::reopen() {
  hand_over_own();
  writer().reopen();
}

} // namespace rr
