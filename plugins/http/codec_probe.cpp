#include "plugins/http/codec_probe.hpp"

#include "actors/guarded.hpp"
#include "actors/log.hpp"
#include "actors/supervised.hpp"
#include "plugins/http/php_command.hpp"

#include <array>

namespace rr::http {

namespace {

constexpr std::chrono::seconds answer_time{5};
constexpr const char* http_client_package = "spiral/roadrunner-http";

class codec_probe_state final : public supervised_state {
public:
  static constexpr const char* name = "codec_probe";
  using actor_type = supervised<codec_probe_state, codec_probe_actor>;

  codec_probe_state(actor_type* self, birth b, std::shared_ptr<process_launcher> launcher,
                    process_spec worker, std::shared_ptr<worker_codec> codec)
      : supervised_state(self, std::move(b), name), self_(self), launcher_(std::move(launcher)),
        worker_(std::move(worker)), codec_(std::move(codec)) {}

  // Nobody waits for ever, however this ends.
  ~codec_probe_state() override {
    codec_->decide(payload_codec::proto, "the question to PHP was not answered");
  }

  codec_probe_actor::behavior_type make_behavior() {
    report_started();
    look();
    return {
        [this](stop_atom, time_point) { self_->quit(caf::exit_reason::user_shutdown); },
        [this](inspect_atom) { return describe(); },
        [this](tick_atom) {
          end(payload_codec::proto, "PHP did not say in time whether it has the protobuf extension");
        },
    };
  }

private:
  void look() {
    auto command = as_php_command(worker_.argv);
    if (!command)
      return end(payload_codec::proto, "the command is not a PHP script");
    auto version = composer_version(command->script, http_client_package);
    if (!version)
      return end(payload_codec::proto, "no installed spiral/roadrunner-http was found beside the script");
    if (!reads_json(*version))
      return end(payload_codec::proto, "spiral/roadrunner-http " + *version + " is not known to read JSON");
    version_ = *version;
    ask(*command);
  }

  void ask(const php_command& command) {
    enter("asking");
    auto question = worker_;
    question.argv = protobuf_question(command);
    question.stdio = process_stdio::relay;
    self_->delayed_send(self_, answer_time, tick_atom::value);
    launcher_->launch(std::move(question),
                      guarded(self_, [this](expected<process_ptr> p) { listen(std::move(p)); }));
  }

  void listen(expected<process_ptr> p) {
    if (!p)
      return end(payload_codec::proto, "PHP could not be asked: " + render(p.error()));
    process_ = std::move(*p);
    channel_ = process_->take_channel();
    byte_channel::handler h;
    h.prepare = [this] { return std::span<std::byte>{room_}; };
    h.received = guarded(self_, [this](std::size_t n) {
      answer_.append(reinterpret_cast<const char*>(room_.data()), std::min(n, room_.size() - answer_.size()));
    });
    h.ended = guarded(self_, [this](std::string) { conclude(); });
    h.written = [](std::string) {};
    channel_->start(std::move(h));
    process_->start({[](std::string_view) {}, [](process_exit) {}});
  }

  // Notices and warnings may stand before the answer; its last character is the answer.
  void conclude() {
    while (!answer_.empty() && (answer_.back() == '\n' || answer_.back() == '\r'))
      answer_.pop_back();
    auto last = answer_.empty() ? '?' : answer_.back();
    if (last == '0')
      end(payload_codec::json,
          "spiral/roadrunner-http " + version_ + " reads JSON and PHP has no protobuf extension");
    else if (last == '1')
      end(payload_codec::proto, "PHP has the protobuf extension");
    else
      end(payload_codec::proto, "PHP did not say whether it has the protobuf extension");
  }

  void end(payload_codec verdict, std::string reason) {
    logger{"http"}.info("codec of the workers",
                        {{"codec", verdict == payload_codec::json ? "json" : "proto"}, {"reason", reason}});
    codec_->decide(verdict, std::move(reason));
    if (channel_)
      channel_->close();
    end_from_handler(self_);
  }

  actor_type* self_;
  std::shared_ptr<process_launcher> launcher_;
  process_spec worker_;
  std::shared_ptr<worker_codec> codec_;
  std::string version_;
  process_ptr process_;
  byte_channel_ptr channel_;
  std::array<std::byte, 4096> room_{};
  std::string answer_;
};

} // namespace

codec_probe_actor spawn_codec_probe(caf::actor_system& system, birth b,
                                    std::shared_ptr<process_launcher> launcher, process_spec worker,
                                    std::shared_ptr<worker_codec> codec) {
  return spawn_supervised<codec_probe_state, codec_probe_actor>(system, std::move(b), std::move(launcher),
                                                                std::move(worker), std::move(codec));
}

} // namespace rr::http
