#include "actors/log_queue.hpp"

#include <algorithm>

namespace rr {

namespace {

std::size_t memory_of(const std::vector<log_record>& records) noexcept {
  std::size_t sum = 0;
  for (auto& r : records)
    sum += memory_of(r);
  return sum;
}

bool is_chatter(const log_record& record) noexcept { return record.level <= log_level::info; }

} // namespace

std::size_t memory_of(const log_record& record) noexcept {
  auto sum = sizeof(log_record) + record.channel.size() + record.message.size();
  for (auto& field : record.fields) {
    sum += sizeof(log_field);
    if (auto* text = std::get_if<std::string>(&field.value))
      sum += text->size();
  }
  return sum;
}

log_queue::~log_queue() { take(); }

void log_queue::push(std::vector<log_record> records) {
  drop_what_does_not_fit(records);
  if (records.empty())
    return;
  waiting_records_.fetch_add(records.size(), std::memory_order_relaxed);
  waiting_bytes_.fetch_add(memory_of(records), std::memory_order_relaxed);
  auto batch = std::make_unique<log_batch>();
  batch->records = std::move(records);
  link(std::move(batch));
}

void log_queue::push_command(std::function<void()> command) {
  auto batch = std::make_unique<log_batch>();
  batch->command = std::move(command);
  link(std::move(batch));
}

// Two threads may look at the same time and both push: the limits are met but for one batch per thread.
void log_queue::drop_what_does_not_fit(std::vector<log_record>& records) {
  auto count = waiting_records_.load(std::memory_order_relaxed);
  auto bytes = waiting_bytes_.load(std::memory_order_relaxed);
  if (count < log_waiting_records_max && bytes < log_waiting_bytes_max)
    return;
  auto before = records.size();
  if (count >= 2 * log_waiting_records_max || bytes >= 2 * log_waiting_bytes_max)
    records.clear();
  else
    records.erase(std::remove_if(records.begin(), records.end(), is_chatter), records.end());
  dropped_.fetch_add(before - records.size(), std::memory_order_relaxed);
}

void log_queue::link(std::unique_ptr<log_batch> batch) {
  auto* mine = batch.release();
  mine->next = newest_.load(std::memory_order_relaxed);
  // The batch belongs to the log thread as soon as the exchange succeeds: it must not be touched after that.
  auto* before = mine->next;
  while (!newest_.compare_exchange_weak(before, mine))
    mine->next = before;
  if (before == nullptr)
    newest_.notify_one();
}

void log_queue::wait() const { newest_.wait(nullptr); }

std::vector<std::unique_ptr<log_batch>> log_queue::take() {
  std::vector<std::unique_ptr<log_batch>> batches;
  auto* at = newest_.exchange(nullptr, std::memory_order_acquire);
  while (at != nullptr) {
    auto* older = at->next;
    batches.emplace_back(at);
    at = older;
  }
  std::reverse(batches.begin(), batches.end());
  return batches;
}

void log_queue::done(const std::vector<log_record>& records) noexcept {
  waiting_records_.fetch_sub(records.size(), std::memory_order_relaxed);
  waiting_bytes_.fetch_sub(memory_of(records), std::memory_order_relaxed);
}

} // namespace rr
