#pragma once

#include "actors/messages.hpp"
#include "relay/byte_channel.hpp"
#include "relay/frame_codec.hpp"

#include <algorithm>
#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace rr::test {

/// One thing that happens on a scripted channel; travels to an actor of its own.
struct channel_step {
  std::function<void()> run;
};

} // namespace rr::test

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rr::test::channel_step)

namespace rr::test {

/// The far end of a byte channel that exists only in a test, in the test's hands.
///
/// What it says and does happens as a message to an actor of its own, so that `settle`, `advance` and
/// `shuffle` of the actor fixture drive it like everything else, and no callback comes from inside a call.
/// What was written to it is recorded at once.
///
///   auto far = std::make_shared<channel_script>(system);
///   auto relay = own(spawn_relay(system, {}, far->channel(), {}));
///   far->say(answer_bytes("ctx", "body")); settle();
///   far->frames();             // what the relay has written, as frames
///   far->take_at_most(100);    // a full pipe: what is beyond waits for take_more
///   far->fail_writes("broken pipe");
class channel_script : public std::enable_shared_from_this<channel_script> {
public:
  /// A written frame, owned.
  struct frame {
    frame_header header;
    std::string payload;

    std::string context() const { return payload.substr(0, header.options[0]); }
    std::string body() const { return payload.substr(header.options[0]); }
    bool operator==(const std::string& text) const { return payload == text; }
  };

  explicit channel_script(caf::actor_system& system)
      : driver_(system.spawn([](caf::event_based_actor*) -> caf::behavior {
          return {[](channel_step& step) { step.run(); }};
        })) {}
  ~channel_script() { caf::anon_send_exit(driver_, caf::exit_reason::kill); }
  channel_script(const channel_script&) = delete;
  channel_script& operator=(const channel_script&) = delete;

  /// The near end, once.
  byte_channel_ptr channel(std::string kind = "pipes");

  // -- what the test sees
  // ------------------------------------------------------------------------------------------

  std::string written;                  ///< all that was taken
  std::vector<std::size_t> write_sizes; ///< of each write call
  std::size_t pauses = 0;
  bool started = false;
  bool paused = false;
  bool closed = false;
  /// Called, as a step, with each frame that was written completely: an automatic worker.
  std::function<void(const frame&)> on_frame;

  /// The frames written so far; fails the test when something else was.
  std::vector<frame> frames() const {
    frame_decoder decoder{std::size_t{1} << 32};
    auto room = decoder.prepare(written.size() + 1);
    std::memcpy(room.data(), written.data(), written.size());
    decoder.commit(written.size());
    std::vector<frame> all;
    for (auto f = decoder.next(); f && *f; f = decoder.next())
      all.push_back({(*f)->header, std::string{(*f)->text()}});
    return all;
  }
  frame last_frame() const {
    auto all = frames();
    return all.empty() ? frame{} : all.back();
  }

  // -- what the test makes happen
  // ----------------------------------------------------------------------------------

  /// Bytes arrive, in reads of at most `read_bytes`.
  void say(std::string bytes, duration after = duration{0}) {
    post([this, bytes = std::move(bytes)] { arriving_ += bytes, deliver(); }, after);
  }
  /// The other side closes, or reading fails with this text.
  void end(std::string system_text = {}, duration after = duration{0}) {
    post([this, system_text = std::move(system_text)] { ending_ = system_text, deliver(); }, after);
  }
  /// From now on only so many bytes are taken; the rest waits.
  void take_at_most(std::size_t bytes) { room_ = bytes; }
  /// Takes so many of the bytes that wait; all of them and all later ones without a number.
  void take_more(std::optional<std::size_t> bytes = {}) {
    post([this, bytes] {
      room_ = bytes;
      take_waiting();
    });
  }
  /// Every write fails from now on, also one that waits.
  void fail_writes(std::string system_text) {
    write_error_ = std::move(system_text);
    if (!waiting_.empty())
      post([this] { take_waiting(); });
  }

  std::size_t read_bytes = 65536;

  /// Runs `f` as a step of this channel, `after` some time.
  void post(std::function<void()> f, duration after = duration{0}) {
    channel_step step{[keep = weak_from_this(), f = std::move(f)] {
      if (auto alive = keep.lock())
        f();
    }};
    if (after <= duration{0})
      caf::anon_send(driver_, std::move(step));
    else
      caf::delayed_anon_send(driver_, after, std::move(step));
  }

private:
  class near_end;

  void deliver() {
    while (started && !paused && !closed && !arriving_.empty()) {
      auto room = calls_.prepare();
      auto n = std::min({room.size(), arriving_.size(), read_bytes});
      std::memcpy(room.data(), arriving_.data(), n);
      arriving_.erase(0, n);
      calls_.received(n);
    }
    if (started && !paused && !closed && arriving_.empty() && ending_)
      calls_.ended(*std::exchange(ending_, std::nullopt));
  }

  bool write(std::string_view head, std::string_view body) {
    write_sizes.push_back(head.size() + body.size());
    if (closed)
      return true;
    untouched_ = write_error_.has_value() || room_ == 0u;
    waiting_.assign(head).append(body);
    waiting_body_ = body;
    if (write_error_) {
      post([this] { take_waiting(); });
      return false;
    }
    take();
    return waiting_.empty();
  }

  void take() {
    auto n = room_ ? std::min(*room_, waiting_.size()) : waiting_.size();
    untouched_ = untouched_ && n == 0;
    if (room_)
      *room_ -= n;
    written += waiting_.substr(0, n);
    waiting_.erase(0, n);
    if (on_frame)
      post([this] { show_frames(); });
  }

  void take_waiting() {
    if (closed || waiting_.empty())
      return;
    if (write_error_) {
      waiting_.clear();
      return calls_.written(*write_error_);
    }
    // The real channel reads the body now: it must still be there, as it was.
    auto of_body = std::min(waiting_.size(), waiting_body_.size());
    if (waiting_body_.substr(waiting_body_.size() - of_body) != waiting_.substr(waiting_.size() - of_body))
      throw std::logic_error("the body of a waiting write has changed");
    take();
    if (waiting_.empty())
      calls_.written({});
  }

  void show_frames() {
    auto all = frames();
    while (shown_ < all.size())
      on_frame(all[shown_++]);
  }

  caf::actor driver_;
  byte_channel::handler calls_;
  std::string arriving_;
  std::optional<std::string> ending_;
  std::optional<std::size_t> room_;
  std::string waiting_;
  std::string_view waiting_body_;
  std::optional<std::string> write_error_;
  bool untouched_ = false;
  std::size_t shown_ = 0;
};

class channel_script::near_end final : public byte_channel {
public:
  near_end(std::shared_ptr<channel_script> far, std::string kind)
      : far_(std::move(far)), kind_(std::move(kind)) {}
  ~near_end() override { close(); }

  void start(handler h) override {
    far_->calls_ = std::move(h);
    far_->started = true;
    far_->post([far = far_.get()] { far->deliver(); });
  }
  bool write(std::string_view head, std::string_view body) override { return far_->write(head, body); }
  bool failed_untouched() const override { return far_->write_error_.has_value() && far_->untouched_; }
  void pause_reading() override {
    far_->paused = true;
    ++far_->pauses;
  }
  void resume_reading() override {
    far_->paused = false;
    far_->post([far = far_.get()] { far->deliver(); });
  }
  /// The callbacks hold their actor: dropped as a step, for one of them may be running.
  void close() override {
    if (std::exchange(far_->closed, true))
      return;
    far_->post([far = far_.get()] { far->calls_ = {}; });
  }
  std::string_view kind() const override { return kind_; }

private:
  std::shared_ptr<channel_script> far_;
  std::string kind_;
};

inline byte_channel_ptr channel_script::channel(std::string kind) {
  return std::make_unique<near_end>(shared_from_this(), std::move(kind));
}

} // namespace rr::test
