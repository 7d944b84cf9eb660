#pragma once

#include <cstdint>
#include <optional>

namespace rr {

/// Where a worker's process stands. Not to be mistaken for the states that users see, which are the pool's.
enum class worker_life : std::uint8_t {
  booting,  ///< started or about to be, has not greeted yet
  running,  ///< can take execs
  stopping, ///< was asked to end or has been killed: its end is only a matter of time
  gone,     ///< dead and reaped, or never there
};

enum class worker_event : std::uint8_t {
  greeted,     ///< the handshake is done
  boot_failed, ///< the handshake went wrong or took too long
  stop_asked,
  kill_asked,
  ended, ///< the process is dead and reaped, or there never was one
};

/// Where `event` leads; nothing when it says nothing new in `from` (a greeting of a worker that was killed
/// meanwhile, an order to one that is gone).
constexpr std::optional<worker_life> next_life(worker_life from, worker_event event) {
  using l = worker_life;
  if (from == l::gone)
    return std::nullopt;
  switch (event) {
  case worker_event::greeted:
    return from == l::booting ? std::optional{l::running} : std::nullopt;
  case worker_event::boot_failed:
    return from == l::booting ? std::optional{l::stopping} : std::nullopt;
  case worker_event::stop_asked:
  case worker_event::kill_asked:
    return l::stopping;
  case worker_event::ended:
    return l::gone;
  }
  return std::nullopt;
}

/// The word shown as the worker's state: a literal.
constexpr const char* to_word(worker_life life) {
  switch (life) {
  case worker_life::booting:
    return "booting";
  case worker_life::running:
    return "running";
  case worker_life::stopping:
    return "stopping";
  case worker_life::gone:
    return "gone";
  }
  return "unknown";
}

} // namespace rr
