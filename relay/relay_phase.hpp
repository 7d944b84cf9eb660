#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace rr {

/// What a relay is doing.
enum class relay_phase : std::uint8_t {
  fresh,     ///< nothing has been read or written
  greeting,  ///< the PID request has been sent
  greeted,   ///< it has been answered; there is no keeper yet
  idle,      ///< can take an exec
  busy,      ///< an exec waits for its first frame
  streaming, ///< frames of a stream arrive
  stopping,  ///< a stream was told to stop and is drained
  leaving,   ///< the worker is to be replaced; takes no exec
  failing,   ///< unusable; the worker's last words are awaited for a moment
  broken,    ///< over, the channel is closed
};

enum class relay_event : std::uint8_t {
  hello_sent,
  reply_came,
  keeper_came,
  exec_taken,
  stream_frame_came,
  answer_came, ///< the last frame of an exec, also of a drained stream
  stop_sent,   ///< the STOP frame
  restart_asked,
  made_no_sense, ///< an answer that cannot be used
  trouble_began, ///< a failed write, or text instead of a PID reply
  channel_lost,
};

/// Where `event` leads; nothing when it cannot happen in `from`: the relay is broken then.
constexpr std::optional<relay_phase> next_phase(relay_phase from, relay_event event) {
  using p = relay_phase;
  auto when = [from](auto... allowed) { return ((from == allowed) || ...); };
  auto go = [](bool allowed, p to) { return allowed ? std::optional{to} : std::nullopt; };
  switch (event) {
  case relay_event::hello_sent:
    return go(when(p::fresh), p::greeting);
  case relay_event::reply_came:
    return go(when(p::greeting), p::greeted);
  case relay_event::keeper_came: // another keeper changes nothing
    return when(p::fresh, p::greeted) ? p::idle : from;
  case relay_event::exec_taken:
    return go(when(p::idle), p::busy);
  case relay_event::stream_frame_came:
    return go(when(p::busy, p::streaming), p::streaming);
  case relay_event::answer_came:
    return go(when(p::busy, p::streaming, p::stopping), p::idle);
  case relay_event::stop_sent:
    return go(when(p::busy, p::streaming), p::stopping);
  case relay_event::restart_asked:
    return go(when(p::greeted, p::idle, p::busy), p::leaving);
  case relay_event::made_no_sense:
    return go(when(p::busy, p::streaming), p::leaving);
  case relay_event::trouble_began:
    return go(!when(p::fresh, p::broken), p::failing);
  case relay_event::channel_lost:
    return p::broken;
  }
  return std::nullopt;
}

/// The word shown as the relay's state: a literal.
constexpr const char* to_word(relay_phase phase) {
  switch (phase) {
  case relay_phase::fresh:
    return "fresh";
  case relay_phase::greeting:
    return "handshaking";
  case relay_phase::greeted:
    return "greeted";
  case relay_phase::idle:
    return "idle";
  case relay_phase::busy:
    return "busy";
  case relay_phase::streaming:
    return "streaming";
  case relay_phase::stopping:
    return "stopping";
  case relay_phase::leaving:
    return "leaving";
  case relay_phase::failing:
    return "failing";
  case relay_phase::broken:
    return "broken";
  }
  return "unknown";
}

} // namespace rr
