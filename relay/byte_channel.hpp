#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace rr {

/// The byte stream to one worker: pipes, a TCP or a unix connection, or a scripted one in tests. Used by one
/// actor, on one thread. All callbacks come from the reactor, never from inside a call, and not after
/// `close`.
class byte_channel {
public:
  /// What the owner does with what arrives. A callback may close the channel.
  struct handler {
    /// Room for bytes to come; called right before each read.
    std::function<std::span<std::byte>()> prepare;
    /// So many bytes arrived in that room.
    std::function<void(std::size_t)> received;
    /// The other side closed, or reading failed (text of the system error; empty for a plain end).
    std::function<void(std::string)> ended;
    /// A write that had been left over is complete, or failed (text of the system error).
    std::function<void(std::string)> written;
  };

  virtual ~byte_channel() = default;

  /// Begins to read. Called once, before anything else; what the other side says before is not lost.
  virtual void start(handler h) = 0;

  /// Writes `head` then `body` with one system call where possible; what the other side does not take at once
  /// is kept and written when it can be, followed by `handler::written`. Only one write at a time.
  ///
  /// What is left of `head` is copied, `body` is not (it may be large): it must stay in place until `written`
  /// or `close`.
  ///
  /// @return true when everything has been written already; false when `written` will be called.
  virtual bool write(std::string_view head, std::string_view body) = 0;

  /// True when a write has failed of which the other side had not taken a single byte: what it carried may go
  /// elsewhere.
  virtual bool failed_untouched() const { return false; }

  /// Stops and resumes reading: back-pressure towards the worker.
  virtual void pause_reading() = 0;
  virtual void resume_reading() = 0;

  virtual void close() = 0;

  /// `pipes`, `tcp` or `unix`.
  virtual std::string_view kind() const = 0;
};

using byte_channel_ptr = std::unique_ptr<byte_channel>;

} // namespace rr
