#pragma once

#include "supervisor/supervisor_actor.hpp"
#include "tests/supervisor/trace/scenario.hpp"

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>

namespace rr::trace {

/// Where one scenario plays: the trace so far, and who is up. Used by all actors of the run, which share one
/// thread.
class stage {
public:
  explicit stage(caf::actor_system& system);

  /// Appends a line, led by the virtual time.
  void print(const std::string& line);
  const std::string& text() const noexcept { return text_; }

  caf::actor_system& system() noexcept { return system_; }
  caf::detail::test_actor_clock& clock();
  milliseconds now();

  /// The reason in the words of a trace, and back.
  static std::string_view word_for(const caf::error& reason);
  static caf::error exit_reason_for(reason r);

  /// A spec for the node at its place in the tree; its count of starts lives as long as the spec's copies.
  child_spec spec_for(const node& n, bool is_template = false);
  supervisor_spec supervisor_for(const flags& f, const std::vector<node>& children);

  /// Outcomes for a pool's instance instead of its template's.
  void set_starts(const std::string& path, std::vector<outcome> starts) {
    own_starts_[path] = std::move(starts);
  }

  /// The outcome of the next start of an instance.
  outcome next_start_of_instance(const std::string& path, const std::vector<outcome>& of_template);

  /// What a supervisor does becomes a line in turn with its replies: by this actor, which receives them.
  caf::actor client;

  /// Whether an instance with this path has ever been up. One that never was has no name to be asked for by.
  bool has_been_up(const std::string& path) const { return instances_.count(path) > 0; }

  std::map<std::string, caf::actor> workers;           ///< living ones
  std::map<std::string, supervisor_actor> supervisors; ///< those that are up
  bool is_root_over = false;                           ///< down, or could not start

private:
  caf::actor_system& system_;
  time_point begin_;
  std::string text_;
  std::unordered_map<std::string, std::vector<outcome>> own_starts_;
  std::unordered_map<std::string, std::size_t> instance_starts_;
  std::unordered_set<std::string> instances_;
};

/// To the client: the supervisor at this path is down, with this line to be printed.
using down_atom = caf::atom_constant<caf::atom("down")>;

/// The path of the scenario for the path of the tree: `a` for `./a`.
std::string scenario_path(const std::string& tree_path);

/// Spawns a supervisor and prints how its start goes and when it is down.
supervisor_actor spawn_watched_supervisor(stage& on, birth b, supervisor_spec spec);

} // namespace rr::trace
