#pragma once

#include "actors/event.hpp"
#include "actors/messages.hpp"
#include "supervisor/child_reply.hpp"
#include "supervisor/child_spec.hpp"

#include <list>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace rr {

/// How a child's process ended.
struct child_end {
  bool orderly = false; ///< normal or shutdown
  error why = {};
};

/// One child of a supervisor: its spec, its process and its past.
struct child {
  child_spec spec;
  bool has_own_start = false; ///< an instance that was not started as its template says

  child_state state =
      child_state::stopped;      ///< as the supervisor sees it: an exit that is not handled is no exit yet
  std::uint64_t incarnation = 0; ///< of the process; 0: there is none, or the supervisor is done with it
  bool is_alive = false;         ///< the process has not ended, whether its exit is handled or not
  std::optional<start_report> report; ///< of the start that is under way
  child_end end;                      ///< of the last process that ended or did not start

  time_point started_at = {};
  unsigned failures = 0;       ///< restarts in a row that did not last, see back_off
  std::uint64_t wait = 0;      ///< the timer that ends the back-off; 0: none
  std::uint32_t restarts = 0;  ///< for showing; never counts back
  std::string last_error = {}; ///< of an end that was not orderly, or of a failed start
  event_id cause = 0;          ///< why its last process ended or failed

  child_ref ref() const { return {spec.id, incarnation}; }
};

/// The children of one supervisor in start order. References stay valid until the child is removed.
class child_table {
public:
  using list_type = std::list<child>;
  using iterator = list_type::iterator;
  using const_iterator = list_type::const_iterator;

  iterator begin() { return children_.begin(); }
  iterator end() { return children_.end(); }
  const_iterator begin() const { return children_.begin(); }
  const_iterator end() const { return children_.end(); }
  std::size_t size() const noexcept { return children_.size(); }
  bool empty() const noexcept { return children_.empty(); }

  /// Adds a stopped child at the end. Its id is new.
  child& add(child_spec spec);

  /// The child with this id, or null.
  child* find(const std::string& id);

  /// The child whose present process is `ref`, or null.
  child* find(const child_ref& ref);

  void remove(const child& c);

  /// From `first` (or the first of all, where it is null) to the last, in start order.
  std::vector<child*> from(const child* first);

private:
  list_type children_;
  std::unordered_map<std::string, iterator> by_id_;
};

} // namespace rr
