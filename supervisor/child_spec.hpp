#pragma once

#include "actors/messages.hpp"

#include <caf/actor_system.hpp>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace rr {

/// When an ended child comes back.
enum class restart_type : std::uint8_t {
  permanent, ///< always
  transient, ///< after an abnormal exit only
  temporary, ///< never; its spec is dropped
};

enum class child_kind : std::uint8_t { worker, supervisor };

enum class restart_strategy : std::uint8_t { one_for_one, one_for_all, rest_for_one, simple_one_for_one };

enum class auto_shutdown : std::uint8_t { never, any_significant, all_significant };

struct brutal_kill {};
struct infinity {};

/// How long a child may take to end after it was asked to; then it is killed.
using shutdown_limit = std::variant<std::chrono::milliseconds, brutal_kill, infinity>;

/// Spawns a child once. It is called again, with the same captured arguments, for every restart.
///
/// The child reports ok, fail or ignore to `birth.parent` once it is initialised; a child that ends before
/// has failed.
using start_function = std::function<supervised_actor(caf::actor_system&, birth)>;

/// All a supervisor knows about one child.
struct child_spec {
  std::string id;       ///< unique among siblings; the name in logs and in the tree
  start_function start; ///< `starts(spawn_function, arguments...)`
  restart_type restart = restart_type::permanent;
  shutdown_limit shutdown = std::chrono::milliseconds{5000};
  child_kind kind = child_kind::worker;
  bool significant = false; ///< see auto_shutdown
};

/// More than `restarts_max` restarts within `period` end the supervisor (or make it `failing`, see back_off).
struct restart_intensity {
  unsigned restarts_max = 1;
  std::chrono::milliseconds period{5000};
};

/// Waiting before a restart: doubles from `first` to `most` while starts or lives fail, with up to `jitter`
/// of itself added or taken; starts over once a child has lived for `reset_after`.
///
/// With back-off a supervisor never gives up: past its intensity it is `failing` and goes on at the longest
/// wait.
struct back_off {
  std::chrono::milliseconds first{100};
  std::chrono::milliseconds most{10'000};
  double jitter = 0.2;
  std::chrono::milliseconds reset_after{10'000};
  std::optional<std::uint32_t> seed = {}; ///< of the jitter; by chance when there is none
};

/// A supervision tree's node, read like configuration.
struct supervisor_spec {
  restart_strategy strategy = restart_strategy::one_for_one;
  restart_intensity intensity;
  auto_shutdown when_significant_end = auto_shutdown::never;
  std::optional<back_off> waits; ///< none: exact OTP semantics, restarts at once
  std::vector<child_spec> children;
};

/// A start that can be repeated: the spawn function and copies of its arguments.
template <class Spawn, class... Ts>
start_function starts(Spawn spawn, Ts... args) {
  return [=](caf::actor_system& system, birth b) -> supervised_actor {
    return spawn(system, std::move(b), args...);
  };
}

} // namespace rr
