#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rr {

using event_id = std::uint64_t; ///< 0: none

/// What sort of fact an event is.
enum class event_kind : std::uint8_t {
  child_started,   ///< a child is up
  child_failed,    ///< a start that did not succeed
  child_exited,    ///< an end, wanted or not
  child_restarted, ///< an end that is followed by another start
  limit_reached,   ///< a worker met max_jobs, ttl, memory, exec_ttl, ...
  worker_ready,
  worker_died,
  worker_stopped,
  pool_failing, ///< the pool cannot reach its size
  pool_recovered,
  no_free_workers,
  soft_error,
  supervisor_gave_up, ///< past its restart intensity
  note,
};

/// The name of a kind as it is spelled here, for example `child_exited`.
std::string_view to_string(event_kind kind);

/// One fact of the tree's history.
struct event {
  event_id id = 0;
  event_id parent = 0; ///< the event that led to this one
  std::chrono::system_clock::time_point at;
  std::string path; ///< whose fact it is
  event_kind kind = event_kind::note;
  std::vector<std::pair<std::string, std::string>> fields; ///< cause, pid, ...
};

/// Longer values of fields are cut: a worker's last words may be of any length.
inline constexpr std::size_t event_value_bytes_max = 4096;

/// As many events wait for a receiver at most; past that the oldest are lost, and a note tells how many.
inline constexpr std::size_t events_waiting_max = 4096;

/// Where facts go. An id is handed out at once, so that the next fact can name its parent; the event itself
/// travels to the events actor. Thread-safe. Events reach the receiver in the order of their ids.
class event_bus {
public:
  using receiver_function = std::function<void(event)>;
  using connection_id = std::uint64_t; ///< 0: none

  event_bus() = default;

  /// The bus of the process.
  static event_bus& instance();

  /// Publishes a fact and gives its id.
  event_id emit(std::string path, event_kind kind,
                std::vector<std::pair<std::string, std::string>> fields = {}, event_id parent = 0);

  /// Where published events are sent to from now on. Facts before that are kept (bounded) and sent first.
  ///
  /// The receiver is called on the emitting thread and must only hand the event on, for example by
  /// `anon_send`: it must not use the bus. It replaces the receiver before it.
  connection_id connect(receiver_function receiver);

  /// Ends the connection: facts are kept again. A connection that was replaced is gone already, so that a
  /// late end of one receiver cannot cut off its successor.
  void disconnect(connection_id which);

  /// Ends the connection, whoever has it.
  void disconnect();

private:
  void keep(event e);

  std::mutex mutex_;
  event_id last_id_ = 0;
  connection_id connection_ = 0;
  connection_id last_connection_ = 0;
  receiver_function receiver_;
  std::deque<event> waiting_;
  std::uint64_t lost_ = 0;
};

} // namespace rr
