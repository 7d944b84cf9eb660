#pragma once

#include "actors/log.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace rr {

/// What a thread hands to the log thread in one go: records, or a command that is run in their order.
struct log_batch {
  std::vector<log_record> records;
  std::function<void()> command;
  log_batch* next = nullptr;
};

/// Brings batches of many threads to one, without a lock. Batches of one thread stay in order. Bounded: see
/// log_waiting_bytes_max.
class log_queue {
public:
  log_queue() = default;
  log_queue(const log_queue&) = delete;
  log_queue& operator=(const log_queue&) = delete;
  ~log_queue();

  /// Hands over records; drops some of them, and counts them, while too many wait. From any thread.
  void push(std::vector<log_record> records);

  /// Hands over a command, which is never dropped. From any thread.
  void push_command(std::function<void()> command);

  /// Blocks until something was handed over. For the log thread.
  void wait() const;

  /// All that was handed over, oldest first. For the log thread.
  std::vector<std::unique_ptr<log_batch>> take();

  /// Says that these records are written and will be gone in a moment. For the log thread.
  void done(const std::vector<log_record>& records) noexcept;

  /// How many records were dropped since the last call.
  std::uint64_t take_dropped() noexcept { return dropped_.exchange(0, std::memory_order_relaxed); }

private:
  void link(std::unique_ptr<log_batch> batch);
  void drop_what_does_not_fit(std::vector<log_record>& records);

  std::atomic<log_batch*> newest_{nullptr};
  std::atomic<std::size_t> waiting_records_{0};
  std::atomic<std::size_t> waiting_bytes_{0};
  std::atomic<std::uint64_t> dropped_{0};
};

/// About as many bytes of memory a record holds.
std::size_t memory_of(const log_record& record) noexcept;

} // namespace rr
