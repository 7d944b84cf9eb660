#include "actors/event.hpp"

#include <string>

namespace rr {

namespace {

void cut_long_values(std::vector<std::pair<std::string, std::string>>& fields) {
  for (auto& [key, value] : fields) {
    if (value.size() <= event_value_bytes_max)
      continue;
    value.resize(event_value_bytes_max);
    value += "...";
  }
}

event lost_notice(event_id id, std::uint64_t lost) {
  return {id,
          0,
          std::chrono::system_clock::now(),
          "rr/events",
          event_kind::note,
          {{"note", "events were lost before the event log was up"}, {"lost", std::to_string(lost)}}};
}

} // namespace

std::string_view to_string(event_kind kind) {
  switch (kind) {
  case event_kind::child_started:
    return "child_started";
  case event_kind::child_failed:
    return "child_failed";
  case event_kind::child_exited:
    return "child_exited";
  case event_kind::child_restarted:
    return "child_restarted";
  case event_kind::limit_reached:
    return "limit_reached";
  case event_kind::worker_ready:
    return "worker_ready";
  case event_kind::worker_died:
    return "worker_died";
  case event_kind::worker_stopped:
    return "worker_stopped";
  case event_kind::pool_failing:
    return "pool_failing";
  case event_kind::pool_recovered:
    return "pool_recovered";
  case event_kind::no_free_workers:
    return "no_free_workers";
  case event_kind::soft_error:
    return "soft_error";
  case event_kind::supervisor_gave_up:
    return "supervisor_gave_up";
  case event_kind::note:
    return "note";
  }
  return "unknown";
}

event_bus& event_bus::instance() {
  // Never destroyed: threads that end after main may still emit.
  static auto* the_one = new event_bus;
  return *the_one;
}

// The receiver runs under the lock: that is what makes the order of arrival the order of the ids.
event_id event_bus::emit(std::string path, event_kind kind,
                         std::vector<std::pair<std::string, std::string>> fields, event_id parent) {
  cut_long_values(fields);
  std::unique_lock lock{mutex_};
  auto id = ++last_id_;
  event fact{id, parent, std::chrono::system_clock::now(), std::move(path), kind, std::move(fields)};
  if (receiver_)
    receiver_(std::move(fact));
  else
    keep(std::move(fact));
  return id;
}

void event_bus::keep(event e) {
  if (waiting_.size() == events_waiting_max) {
    waiting_.pop_front();
    ++lost_;
  }
  waiting_.push_back(std::move(e));
}

event_bus::connection_id event_bus::connect(receiver_function receiver) {
  std::unique_lock lock{mutex_};
  // The former receiver is destroyed after the lock: it may hold the last reference to an actor.
  std::swap(receiver_, receiver);
  connection_ = ++last_connection_;
  auto mine = connection_;
  while (!waiting_.empty()) {
    receiver_(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  if (auto lost = std::exchange(lost_, 0); lost > 0)
    receiver_(lost_notice(++last_id_, lost));
  lock.unlock();
  return mine;
}

void event_bus::disconnect(connection_id which) {
  receiver_function former;
  std::unique_lock lock{mutex_};
  if (which == 0 || connection_ != which)
    return;
  std::swap(receiver_, former);
  connection_ = 0;
  lock.unlock();
}

void event_bus::disconnect() {
  receiver_function former;
  std::unique_lock lock{mutex_};
  std::swap(receiver_, former);
  connection_ = 0;
  lock.unlock();
}

} // namespace rr
