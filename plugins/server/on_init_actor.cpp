#include "plugins/server/on_init_actor.hpp"

#include "actors/guarded.hpp"
#include "actors/log.hpp"
#include "actors/supervised.hpp"

#include <array>
#include <csignal>
#include <optional>

namespace rr {

namespace {

/// How long output may come after the end of the command: something it left behind may hold its output open
/// for ever.
constexpr std::chrono::seconds last_output_wait{1};

class on_init_state final : public supervised_state {
public:
  static constexpr const char* name = "on_init";
  using actor_type = supervised<on_init_state, on_init_actor>;

  on_init_state(actor_type* self, birth b, std::shared_ptr<process_launcher> launcher,
                on_init_options options)
      : supervised_state(self, std::move(b), name), self_(self), launcher_(std::move(launcher)),
        options_(std::move(options)) {}

  on_init_actor::behavior_type make_behavior() {
    enter("running");
    launcher_->launch(options_.process,
                      guarded(self_, [this](expected<process_ptr> p) { launched(std::move(p)); }));
    self_->delayed_send(self_, options_.time_limit, tick_atom::value);
    return {
        [this](stop_atom, time_point) { self_->quit(caf::exit_reason::user_shutdown); },
        [this](inspect_atom) { return describe(); },
        [this](tick_atom) { out_of_time(); },
    };
  }

private:
  void launched(expected<process_ptr> p) {
    if (!p) {
      log_.error("on_init was finished with errors", {{"error", render(p.error())}});
      end(wrap("server_on_init", error_kind::undefined, p.error()));
      return;
    }
    process_ = std::move(*p);
    channel_ = process_->take_channel();
    byte_channel::handler h;
    h.prepare = [this] { return std::span<std::byte>{room_}; };
    h.received = guarded(self_, [this](std::size_t n) {
      say({reinterpret_cast<const char*>(room_.data()), n});
    });
    h.ended = guarded(self_, [this](std::string) {
      output_ended_ = true;
      end_if_all_known();
    });
    h.written = [](std::string) {};
    channel_->start(std::move(h));
    process_->start({guarded(self_, [this](std::string_view bytes) { say(bytes); }),
                     guarded(self_, [this](process_exit e) {
                       exit_ = e;
                       self_->delayed_send(self_, last_output_wait, tick_atom::value);
                       end_if_all_known();
                     })});
    if (killed_)
      process_->signal_group(SIGKILL);
  }

  // The end of the process may be known before the last of its output.
  void end_if_all_known() {
    if (exit_ && output_ended_ && !ended_)
      exited(*exit_);
  }

  void say(std::string_view bytes) {
    while (!bytes.empty() && (bytes.back() == '\n' || bytes.back() == '\r'))
      bytes.remove_suffix(1);
    if (!bytes.empty())
      log_.info(bytes);
  }

  void out_of_time() {
    if (ended_)
      return;
    if (exit_) {
      exited(*exit_); // something it started still holds its output
      return;
    }
    killed_ = true;
    if (process_)
      process_->signal_group(SIGKILL);
  }

  void exited(const process_exit& e) {
    if (e.clean()) {
      end({});
      return;
    }
    log_.error("process wait", {{"error", to_string(e)}});
    if (killed_) {
      end({error_kind::undefined, "server_on_init", "startup process has been killed by timeout",
           "raise server.on_init.exec_timeout or make the command faster"});
      return;
    }
    log_.error("on_init was finished with errors", {{"error", to_string(e)}});
    end({error_kind::undefined, "server_on_init", to_string(e), "see the command's output in the log"});
  }

  void end(error why) {
    ended_ = true;
    bool failed = !why.text.empty() || why.cause != nullptr;
    if (failed && options_.exit_on_error) {
      report_started({start_report::fail, why});
      end_from_handler(self_, to_exit_reason(why));
      return;
    }
    report_started();
    end_from_handler(self_);
  }

  actor_type* self_;
  std::shared_ptr<process_launcher> launcher_;
  on_init_options options_;
  logger log_{"server"};
  process_ptr process_;
  byte_channel_ptr channel_;
  std::array<std::byte, 16384> room_{};
  std::optional<process_exit> exit_;
  bool output_ended_ = false;
  bool killed_ = false;
  bool ended_ = false;
};

} // namespace

on_init_actor spawn_on_init(caf::actor_system& system, birth b, std::shared_ptr<process_launcher> launcher,
                            on_init_options options) {
  return spawn_supervised<on_init_state, on_init_actor>(system, std::move(b), std::move(launcher),
                                                        std::move(options));
}

} // namespace rr
