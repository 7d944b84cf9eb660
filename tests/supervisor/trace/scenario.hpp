#pragma once

#include "actors/error.hpp"
#include "supervisor/child_spec.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rr::trace {

using std::chrono::milliseconds;

enum class outcome { ok, fail, ignore };

/// Why a process ends: normal, shutdown, crash or killed.
enum class reason { normal, shutdown, crash, killed };

std::string_view to_string(outcome o);
std::string_view to_string(reason r);

struct flags {
  restart_strategy strategy = restart_strategy::one_for_one;
  restart_intensity intensity = {};
  auto_shutdown when_significant_end = auto_shutdown::never;
};

/// A child as the scenario describes it: a worker with its script, or a nested supervisor.
struct node {
  std::string id = {};
  restart_type restart = restart_type::permanent;
  bool significant = false;

  shutdown_limit shutdown = milliseconds{5000};
  std::vector<outcome> starts = {outcome::ok}; ///< of the 1st, 2nd, ... start; the last one repeats
  milliseconds stop_delay{0};
  reason stop_reason = reason::shutdown;

  std::optional<flags> supervisor = {}; ///< of a nested supervisor
  std::vector<node> children = {};
};

struct step {
  enum kind_type {
    exit,
    start_child,
    terminate_child,
    restart_child,
    delete_child,
    which_children,
    count_children,
    stop
  };

  milliseconds at{0};
  kind_type kind = stop;
  std::string name = {};                 ///< as the scenario spells it
  std::string sup = ".";                 ///< of a request: to whom
  std::vector<std::string> targets = {}; ///< of an exit: who
  reason why = reason::normal;           ///< of an exit
  std::string child = {};                ///< of a request: about whom; a template's id for a start in a pool
  std::optional<node> spec = {};         ///< of a start elsewhere
  std::optional<std::vector<outcome>> starts = {};
};

struct scenario {
  flags supervisor;
  std::vector<node> children;
  std::vector<step> steps;
};

/// Reads a scenario. The error names the place of the first value that does not belong there.
expected<scenario> parse_scenario(std::string_view json);

} // namespace rr::trace
