#pragma once

#include "actors/supervised.hpp"
#include "supervisor/worker_actor.hpp"
#include "supervisor/worker_life.hpp"
#include "supervisor/worker_stderr.hpp"

#include <array>
#include <optional>
#include <string>

namespace rr {

/// What the actor itself understands beside its interface: which of its timers is due, and in which setting
/// of it.
using worker_self_actor = worker_actor::extend<caf::reacts_to<tick_atom, std::uint8_t, std::uint64_t>>;

/// How long the exit of a process may come after the end of its output, and the other way round.
constexpr std::chrono::milliseconds last_words_wait{1000};

/// State and behaviour of a worker; see worker_actor.hpp.
class worker_body final : public supervised_state {
public:
  static constexpr const char* name = "worker";

  using actor_type = supervised<worker_body, worker_self_actor>;

  worker_body(actor_type* self, birth b, worker_keeper_actor keeper, std::uint64_t id,
              std::shared_ptr<process_launcher> launcher, worker_options options);
  ~worker_body() override;

  worker_self_actor::behavior_type make_behavior();

protected:
  void figures(snapshot& s) const override;

private:
  enum class timer : std::uint8_t {
    boot,       ///< the boot takes too long
    last_words, ///< of two signs that a boot has failed (exit, end of stream) one is missing still
    hold,       ///< stderr has been held back for long enough
    line,       ///< a line on stderr has not been ended for a while
    end_input,  ///< asked to stop in vain: the end of its input may tell it
    kill,       ///< asked to stop in vain
    answer,     ///< dead; its relay may have an answer of it to read
    count,
  };

  // Messages, and the process's own events: worker_actor.cpp
  void tick(timer due);
  void stop(time_point deadline);
  void kill(const error& why);
  void hear(std::string_view bytes);
  void exited(const process_exit& how);
  void relay_died(const caf::down_msg& down);

  // From the start to the handshake: worker_boot.cpp
  void launch();
  void launched(expected<process_ptr> started);
  void greet();
  void await_connection();
  void greeted(const handshake& said);
  void fail_boot(error why);
  void boot_took_too_long();
  void last_word_is_missing();
  void leave_boot(log_level stderr_level);

  // From the death of the process to that of this actor: worker_end.cpp
  void kill_group();
  void await_last_answer();
  void end();
  void log_end() const;
  error reason() const;

  bool move(worker_event event);
  void arm(timer t, duration wait);
  void disarm(timer t) { ++settings_[static_cast<std::size_t>(t)]; }
  time_point now() const { return self_->clock().now(); }

  actor_type* self_;
  worker_keeper_actor keeper_;
  std::uint64_t id_; ///< the worker's, as the keeper knows it
  std::shared_ptr<process_launcher> launcher_;
  worker_options options_;
  logger log_;

  worker_life life_ = worker_life::booting;
  process_ptr process_;
  int pid_ = 0;
  relay_actor relay_;
  worker_stderr stderr_;
  std::array<std::uint64_t, static_cast<std::size_t>(timer::count)> settings_ = {};

  bool booted_ = false;
  bool asked_ = false;
  bool killed_ = false;              ///< by us
  error why_;                        ///< why it ends, where we know more than its exit
  std::optional<process_exit> exit_; ///< known once it is dead and reaped
  time_point kill_at_ = time_point::max();
  std::optional<time_point> answer_until_;
  bool aborted_ = false; ///< its relay was told to give up what runs
};

} // namespace rr
