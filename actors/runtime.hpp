#pragma once

#include "actors/reactor.hpp"

#include <caf/actor_system.hpp>
#include <cstddef>
#include <functional>
#include <memory>

namespace rr {

struct runtime_options {
  std::size_t reactors = 1;
};

/// How many reactors `runtime.reactors: auto` means: one, and one more per further eight cores.
std::size_t default_reactor_count(unsigned cores);

/// The actor system on its reactors. One per process; made and ended by the main thread, which is no reactor.
class runtime {
public:
  explicit runtime(runtime_options options = {});

  /// Waits until all actors have ended, then stops the reactors.
  ~runtime();

  runtime(const runtime&) = delete;
  runtime& operator=(const runtime&) = delete;

  caf::actor_system& system() noexcept;
  std::size_t reactor_count() const noexcept;
  reactor& at(std::size_t index) noexcept;

private:
  struct parts;

  std::unique_ptr<parts> parts_;
};

} // namespace rr
