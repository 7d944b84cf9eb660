#pragma once

#include "actors/main_loop.hpp"
#include "supervisor/guardian.hpp"
#include "supervisor/process.hpp"
#include "supervisor/process_start.hpp"

#include <memory>

namespace rr {

/// Starts real processes: each on the main thread, whose end they do not survive, for an actor on a reactor.
/// The process belongs to that reactor then; where the reactor is gone by that time it is killed.
///
/// Shared by everybody who starts processes. `loop` must run for starts to be answered; it and the guardian
/// (which may be null) outlive the runtime. The main thread gives its share up before it ends the runtime:
/// starts that are still asked for are forgotten then.
class process_spawner final : public process_launcher, public std::enable_shared_from_this<process_spawner> {
public:
  process_spawner(main_loop& loop, guardian* protector) : loop_(loop), guardian_(protector) {}

  /// On a reactor's thread only.
  void launch(process_spec spec, std::function<void(expected<process_ptr>)> done) override;

private:
  expected<started_process> start(const process_spec& spec);

  main_loop& loop_;
  guardian* guardian_;
};

} // namespace rr
