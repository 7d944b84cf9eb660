#pragma once

#include "actors/log.hpp"
#include "actors/supervised.hpp"
#include "plugins/container.hpp"
#include "plugins/container_context.hpp"
#include "plugins/dependency_graph.hpp"

namespace rr {

/// The behaviour of the container: bringing up in container.cpp, bringing down in container_stop.cpp.
class container_state final : public supervised_state {
public:
  static constexpr const char* name = "container";
  using pointer = supervised_pointer<container_state, container_actor>;

  container_state(pointer self, birth b, supervisor_actor root, host h, plugin_list plugins,
                  container_options options, container_callbacks callbacks);
  ~container_state() override;

  container_actor::behavior_type make_behavior();

protected:
  void figures(snapshot& s) const override;

private:
  using index = dependency_graph::index;

  enum class phase : std::uint8_t {
    idle,     ///< nothing was ever started, or the init failed
    starting, ///< init to the last serve
    running,
    stopping,
    ended, ///< everything that was up has been stopped
  };

  /// A stop under way.
  struct shutdown {
    std::vector<std::vector<index>> levels;
    std::size_t next = 0; ///< the level to stop after the present one
    time_point deadline;
    time_point last; ///< when what is left is given up altogether
    std::vector<error> errors = {};
    std::function<void()> then; ///< tells whoever waits for this stop
  };

  container_actor handle() const;
  void note(log_level level, std::string message, std::vector<log_field> fields = {}) const;
  std::vector<plugin_row> rows() const;

  // -- start
  void start();
  expected<void> bring_up();
  expected<void> resolve();
  void print_graph();
  expected<void> init_all();
  expected<void> init(index i);
  expected<void> switch_off(index i, std::string reason);
  void note_disabled(index i, bool by_itself);
  expected<void> collect_all();
  expected<void> collect(const dependency_graph::delivery& d);
  void forget_plugins();
  void serve_class();
  void try_serve();
  void serve(index i);
  void serve_ended(index i, expected<void> result);
  void abort_start(error why);
  void tell_started(expected<void> result);
  error serve_error(index i, const error& why) const;

  // -- while running
  void step_ended(plugin_step& step);
  void failed(index i, error why);
  void start_child(child_order& order);
  void child_answered(index i, const completion& done, const child_reply& reply);
  void child_born(index i, supervised_actor child);

  // -- stop
  void halt();
  void begin_stop(std::function<void()> then);
  void next_level();
  void stop(index i);
  void stop_ended(index i, expected<void> result);
  void end_child(index i);
  void child_gone(index i, const error& why);
  void level_ended(index i);
  void time_is_over(std::uint64_t alarm);
  void abandon(index i);
  void note_stop_error(index i, const error& why);
  bool is_last_level_done() const;
  bool any_child_left() const;
  void finish_stop();
  void tell_stopped(const expected<void>& result);
  void set_alarm(time_point when);

  pointer self_;
  supervisor_actor root_;
  host host_;
  container_options options_;
  container_callbacks callbacks_;
  std::vector<plugin_slot> slots_; ///< in registration order, as the graph's indices
  dependency_graph graph_;
  phase phase_ = phase::idle;
  bool was_up_ = false; ///< an init has succeeded: a stop is no error any more
  bool start_is_owed_ = false;
  std::size_t halts_owed_ = 0;
  std::vector<std::vector<index>> classes_; ///< to serve, heaviest first
  std::size_t class_ = 0;                   ///< the one that is being served
  shutdown stop_;
  std::uint64_t alarm_ = 0; ///< the latest one; earlier ones mean nothing any more
};

} // namespace rr
