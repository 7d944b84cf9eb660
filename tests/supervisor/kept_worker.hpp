#pragma once

#include "actors/supervised.hpp"
#include "supervisor/worker_actor.hpp"

#include <caf/typed_event_based_actor.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace rr::test {

/// What the keeper of one worker was told, in order.
struct keeper_log {
  std::vector<std::string> told; ///< booted, gone, idle, repeat, quit_asked, broken
  std::optional<worker_boot> boot;
  std::vector<worker_end> ends;
  std::vector<exec_ptr> repeated;

  bool booted() const { return boot.has_value(); }
  bool gone() const { return !ends.empty(); }
  const worker_end& end() const { return ends.at(0); }
};

/// A keeper as a worker and its relay expect it.
using test_keeper_actor = supervised_actor::extend<caf::reacts_to<booted_atom, std::uint64_t, worker_boot>,
                                                   caf::reacts_to<gone_atom, std::uint64_t, worker_end>,
                                                   caf::reacts_to<idle_atom, std::uint64_t, exec_outcome>,
                                                   caf::reacts_to<repeat_atom, std::uint64_t, exec_ptr>,
                                                   caf::reacts_to<quit_asked_atom, std::uint64_t>,
                                                   caf::reacts_to<broken_atom, std::uint64_t, error>>;

class keeper_state final : public supervised_state {
public:
  static constexpr const char* name = "keeper";

  keeper_state(caf::scheduled_actor* self, birth b, std::shared_ptr<keeper_log> log)
      : supervised_state(self, std::move(b), name), log_(std::move(log)) {}

  test_keeper_actor::behavior_type make_behavior() {
    return {
        [](stop_atom, time_point) {},
        [this](inspect_atom) { return describe(); },
        [this](booted_atom, std::uint64_t, const worker_boot& b) {
          log_->told.emplace_back("booted");
          log_->boot = b;
        },
        [this](gone_atom, std::uint64_t, const worker_end& e) {
          log_->told.emplace_back("gone");
          log_->ends.push_back(e);
        },
        [this](idle_atom, std::uint64_t, const exec_outcome&) { log_->told.emplace_back("idle"); },
        [this](repeat_atom, std::uint64_t, exec_ptr& e) {
          log_->told.emplace_back("repeat");
          log_->repeated.push_back(std::move(e));
        },
        [this](quit_asked_atom, std::uint64_t) { log_->told.emplace_back("quit_asked"); },
        [this](broken_atom, std::uint64_t, const error&) { log_->told.emplace_back("broken"); },
    };
  }

private:
  std::shared_ptr<keeper_log> log_;
};

inline test_keeper_actor spawn_keeper(caf::actor_system& system, std::shared_ptr<keeper_log> log) {
  return spawn_supervised<keeper_state, test_keeper_actor>(system, birth{"rr/keeper", {"keeper", 1}, {}},
                                                           std::move(log));
}

} // namespace rr::test
