#pragma once

#include "actors/messages.hpp"
#include "relay/frame_codec.hpp"
#include "supervisor/process.hpp"

#include <algorithm>
#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>
#include <csignal>
#include <cstring>
#include <deque>
#include <memory>

/// Processes that exist only in a test: they do what their script says, in the time of the actor clock.
/// Everything they do is a message to an actor of their own, so that `settle` and `advance` of the actor
/// fixture (and its shuffling) drive them like everything else, and no callback comes from inside a call.
///
///   auto launcher = std::make_shared<scripted_launcher>(system);
///   launcher->next.push_back({.boot = worker_script::exits, .errors = "no vendor/autoload.php\n"});
///   ... spawn_pool(system, birth, launcher, options); settle();
///   launcher->at(0).requests.front().body; launcher->at(0).answer("ctx", "body"); settle();

namespace rr::test {

/// One thing that a scripted process does; travels to its own actor.
struct script_step {
  std::function<void()> run;
};

class scripted_worker;

/// What a scripted worker does without being told.
struct worker_script {
  enum boot_type : std::uint8_t {
    answers, ///< the PID request
    silent,  ///< never says anything
    exits,   ///< with `output` on stdout and `boot_exit` instead of an answer
    prints,  ///< `output` to stdout instead of an answer, and lives on
  };

  boot_type boot = answers;
  std::string launch_error = {}; ///< not empty: there is no process, for this reason
  duration launch_takes{0};
  duration boot_takes{0}; ///< from the PID request to what `boot` says
  process_exit boot_exit{.code = 255};
  std::string output = {};
  std::string errors = {};              ///< on stderr, as soon as it runs
  int said_pid = 0;                     ///< the pid it reports; 0: its own
  std::vector<std::string> codecs = {}; ///< it reports that it reads
  bool heeds_stop = true;
  bool heeds_end_of_input = true; ///< exits with 255 when its stdin is closed
  duration stop_takes{0};         ///< from the stop request to its exit
  process_exit stop_exit{};
  bool exit_seen_first = false;                          ///< its exit is noticed before the end of its output
  std::function<void(scripted_worker&)> on_request = {}; ///< none: requests wait for the test
};

/// A request frame as the worker got it.
struct scripted_request {
  frame_flags flags = frame_flags::none;
  stream_bits bits = stream_bits::none;
  std::string context;
  std::string body;
};

/// The worker behind a scripted process: what the test sees of it and what it makes it do. Actions take
/// effect when the actors run next.
class scripted_worker : public std::enable_shared_from_this<scripted_worker> {
public:
  scripted_worker(caf::actor_system& system, int id, process_spec s, worker_script w)
      : pid(id), spec(std::move(s)), script(std::move(w)), driver_(spawn_driver(system)) {}

  ~scripted_worker() { caf::anon_send_exit(driver_, caf::exit_reason::kill); }

  // -- what the test sees
  // ---------------------------------------------------------------------------------------------

  const int pid;
  const process_spec spec;
  worker_script script;
  std::deque<scripted_request> requests; ///< received and not answered
  std::size_t requests_seen = 0;
  std::size_t stream_stops_seen = 0; ///< STOP frames
  std::size_t pongs_seen = 0;
  std::vector<int> signals; ///< sent to its group, in order; a SIGKILL by the end of its owner included
  bool greeted = false;     ///< it got the PID request
  bool stop_asked = false;  ///< it got {"stop":true}
  bool input_closed = false;
  bool owned = true; ///< the `process` object exists
  std::optional<process_exit> ended;

  bool alive() const { return !ended; }
  bool killed() const { return std::find(signals.begin(), signals.end(), SIGKILL) != signals.end(); }

  // -- what the test makes it do
  // --------------------------------------------------------------------------------------

  /// Answers the oldest request.
  void answer(std::string context, std::string body, frame_flags flags = frame_flags::none) {
    respond(std::move(context), std::move(body), flags, stream_bits::none);
  }
  /// A frame of a stream, with more to come.
  void stream(std::string context, std::string body, stream_bits also = stream_bits::none) {
    say_response(context, body, frame_flags::none, stream_bits::stream | also);
  }
  void soft_error(std::string text) {
    forget_request();
    say(encode_frame(frame_flags::error, stream_bits::none, {}, text).value());
  }
  /// Asks to be replaced: instead of an answer, or while idle.
  void ask_restart() { respond(R"({"stop":true})", "", frame_flags::none, stream_bits::none); }

  /// Bytes on stdout, whatever they are.
  void say(std::string bytes) {
    post([this, bytes = std::move(bytes)] {
      if (alive())
        output_ += bytes, flush_output();
    });
  }
  void say_stderr(std::string bytes) {
    post([this, bytes = std::move(bytes)] {
      if (alive())
        errors_ += bytes, flush_errors();
    });
  }
  void close_output() {
    post([this] { output_closed_ = true, flush_output(); });
  }
  void exit(int code) { end({.code = code}); }
  void die(int signal) { end({.signal = signal}); }
  void end(process_exit how) {
    post([this, how] { end_now(how); });
  }
  /// Something that left its group keeps its stdout open beyond its end.
  void hold_output() { output_held_ = true; }
  /// From now on what rr writes is not taken any more, until `take_input(true)`.
  void take_input(bool takes) {
    takes_input_ = takes;
    if (takes)
      post([this] { finish_write(); });
  }

  /// Its connection, for a worker that speaks over a socket (see relay_listener).
  byte_channel_ptr connect();

  /// Runs `f` as a step of this worker, `after` some time.
  void post(std::function<void()> f, duration after = duration{0}) {
    script_step step{[keep = weak_from_this(), f = std::move(f)] {
      if (auto alive = keep.lock())
        f();
    }};
    if (after <= duration{0})
      caf::anon_send(driver_, std::move(step));
    else
      caf::delayed_anon_send(driver_, after, std::move(step));
  }

private:
  friend class scripted_process;
  friend class scripted_channel_end;

  static caf::actor spawn_driver(caf::actor_system& system) {
    return system.spawn(
        [](caf::event_based_actor*) -> caf::behavior { return {[](script_step& step) { step.run(); }}; });
  }

  void forget_request() {
    if (!requests.empty())
      requests.pop_front();
  }
  void respond(const std::string& context, const std::string& body, frame_flags flags, stream_bits bits) {
    forget_request();
    say_response(context, body, flags, bits);
  }
  void say_response(const std::string& context, const std::string& body, frame_flags flags,
                    stream_bits bits) {
    std::uint32_t option = static_cast<std::uint32_t>(context.size());
    say(encode_frame(flags, bits, {&option, 1}, context + body).value());
  }

  // -- its side of the process object
  // -----------------------------------------------------------------------------------

  void started(process::handler h) {
    process_ = std::move(h);
    if (!script.errors.empty())
      say_stderr(script.errors);
    post([this] { flush_errors(), flush_exit(); });
  }
  void signalled(int number) {
    if (ended)
      return;
    signals.push_back(number);
    if (number == SIGKILL || number == SIGTERM)
      die(number);
  }
  void disowned() {
    owned = false;
    process_ = {};
    signalled(SIGKILL);
  }
  void end_now(process_exit how) {
    if (ended)
      return;
    ended = how;
    output_closed_ = output_closed_ || !output_held_;
    if (script.exit_seen_first)
      flush_exit();
    post([this] { flush_output(); });
    post([this] { flush_exit(); });
  }
  void flush_exit() {
    flush_errors();
    if (ended && process_.exited && !std::exchange(exit_told_, true))
      std::exchange(process_, {}).exited(*ended);
  }
  void flush_errors() {
    if (process_.stderr_bytes && !errors_.empty())
      process_.stderr_bytes(std::exchange(errors_, {}));
  }

  // -- its side of the channel
  // ------------------------------------------------------------------------------------------

  void channel_started(byte_channel::handler h) {
    channel_ = std::move(h);
    post([this] { flush_output(); });
  }
  void channel_closed() {
    channel_ = {};
    post([this] { input_ended(); });
  }
  void input_ended() {
    input_closed = true;
    if (alive() && script.heeds_end_of_input)
      end_now({.code = 255});
  }
  void flush_output() {
    auto self = shared_from_this(); // a callback may close the channel
    while (channel_.prepare && !paused_ && !output_.empty()) {
      auto room = channel_.prepare();
      auto n = std::min(room.size(), output_.size());
      std::memcpy(room.data(), output_.data(), n);
      output_.erase(0, n);
      auto received = channel_.received;
      received(n);
    }
    if (output_closed_ && output_.empty() && !paused_ && channel_.ended && !std::exchange(end_told_, true)) {
      auto told = channel_.ended;
      told("");
    }
  }
  bool written(std::string_view head, std::string_view body) {
    std::string bytes{head};
    bytes += body;
    if (!takes_input_) {
      held_input_ += bytes;
      return false;
    }
    post([this, bytes = std::move(bytes)] { take(bytes); });
    return true;
  }
  void finish_write() {
    if (held_input_.empty())
      return;
    take(std::exchange(held_input_, {}));
    if (auto told = channel_.written)
      told("");
  }
  void take(const std::string& bytes) {
    if (!alive())
      return;
    auto room = decoder_.prepare(bytes.size());
    std::memcpy(room.data(), bytes.data(), bytes.size());
    decoder_.commit(bytes.size());
    for (auto f = decoder_.next(); f && *f; f = decoder_.next())
      take_frame(**f);
  }
  void take_frame(const frame_view& f) {
    if (has(f.header.flags, frame_flags::control))
      return take_control(std::string{f.text()});
    if (has(f.header.bits, stream_bits::stop)) {
      ++stream_stops_seen;
      return;
    }
    if (has(f.header.bits, stream_bits::pong)) {
      ++pongs_seen;
      return;
    }
    auto split = f.header.option_count > 0 ? f.header.options[0] : 0;
    requests.push_back({f.header.flags, f.header.bits, std::string{f.text().substr(0, split)},
                        std::string{f.text().substr(split)}});
    ++requests_seen;
    if (script.on_request)
      script.on_request(*this);
  }
  void take_control(const std::string& text) {
    if (text.find("\"stop\"") != std::string::npos) {
      stop_asked = true;
      if (script.heeds_stop)
        post([this] { end_now(script.stop_exit); }, script.stop_takes);
      return;
    }
    greeted = true;
    post([this] { do_boot(); }, script.boot_takes);
  }
  void do_boot() {
    if (script.boot == worker_script::answers)
      say(encode_frame(frame_flags::control, stream_bits::none, {}, pid_reply()).value());
    else if (script.boot == worker_script::exits)
      output_ += script.output, end_now(script.boot_exit);
    else if (script.boot == worker_script::prints)
      say(script.output);
  }
  std::string pid_reply() const {
    std::string text = "{\"pid\":" + std::to_string(script.said_pid != 0 ? script.said_pid : pid);
    for (std::size_t i = 0; i < script.codecs.size(); ++i)
      text += (i == 0 ? ",\"codecs\":[\"" : "\",\"") + script.codecs[i];
    return text + (script.codecs.empty() ? "}" : "\"]}");
  }

  caf::actor driver_;
  process::handler process_;
  byte_channel::handler channel_;
  frame_decoder decoder_{std::size_t{1} << 30};
  std::string output_, errors_, held_input_;
  bool paused_ = false;
  bool takes_input_ = true;
  bool output_closed_ = false;
  bool output_held_ = false;
  bool end_told_ = false;
  bool exit_told_ = false;
};

/// Our end of a scripted worker's byte stream.
class scripted_channel_end final : public byte_channel {
public:
  explicit scripted_channel_end(std::shared_ptr<scripted_worker> w) : worker_(std::move(w)) {}
  ~scripted_channel_end() override { shut(); }

  void start(handler h) override { worker_->channel_started(std::move(h)); }
  bool write(std::string_view head, std::string_view body) override { return worker_->written(head, body); }
  void pause_reading() override { worker_->paused_ = true; }
  void resume_reading() override {
    worker_->paused_ = false;
    worker_->post([w = worker_.get()] { w->flush_output(); });
  }
  void close() override { shut(); }
  std::string_view kind() const override { return "pipes"; }

private:
  void shut() {
    if (!std::exchange(closed_, true))
      worker_->channel_closed();
  }

  std::shared_ptr<scripted_worker> worker_;
  bool closed_ = false;
};

inline byte_channel_ptr scripted_worker::connect() {
  return std::make_unique<scripted_channel_end>(shared_from_this());
}

class scripted_process final : public process {
public:
  explicit scripted_process(std::shared_ptr<scripted_worker> w) : worker_(std::move(w)) {}
  ~scripted_process() override { worker_->disowned(); }

  int pid() const override { return worker_->pid; }
  void start(handler h) override { worker_->started(std::move(h)); }
  byte_channel_ptr take_channel() override { return worker_->connect(); }
  void signal_group(int number) override { worker_->signalled(number); }

private:
  std::shared_ptr<scripted_worker> worker_;
};

/// Starts scripted processes: the scripts in `next` first, one each, then `script` for all others. Pids count
/// up from 1001.
class scripted_launcher final : public process_launcher {
public:
  explicit scripted_launcher(caf::actor_system& system) : system_(system) {}

  worker_script script;
  std::deque<worker_script> next;
  std::vector<std::shared_ptr<scripted_worker>> workers; ///< all that were ever started, oldest first
  std::size_t launches = 0;                              ///< attempts, failed ones included

  scripted_worker& at(std::size_t index) { return *workers.at(index); }
  scripted_worker& last() { return *workers.back(); }
  std::size_t alive() const {
    return static_cast<std::size_t>(
        std::count_if(workers.begin(), workers.end(), [](auto& w) { return w->alive(); }));
  }

  void launch(process_spec spec, std::function<void(expected<process_ptr>)> done) override {
    ++launches;
    auto s = script;
    if (!next.empty()) {
      s = std::move(next.front());
      next.pop_front();
    }
    auto takes = s.launch_takes;
    auto why = s.launch_error;
    auto w = std::make_shared<scripted_worker>(system_, 1001 + static_cast<int>(workers.size()),
                                               std::move(spec), std::move(s));
    auto& steps = *w;
    if (why.empty())
      workers.push_back(w);
    else
      refused_.push_back(w);
    steps.post(
        [w = std::weak_ptr{w}, why, done = std::move(done)] {
          if (!why.empty())
            done(fail(error_kind::worker_allocate, "", why));
          else
            done(process_ptr{std::make_unique<scripted_process>(w.lock())});
        },
        takes);
  }

private:
  caf::actor_system& system_;
  std::vector<std::shared_ptr<scripted_worker>> refused_;
};

} // namespace rr::test

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rr::test::script_step)
