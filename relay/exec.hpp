#pragma once

#include "actors/error.hpp"
#include "relay/frame.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/intrusive_ptr.hpp>
#include <caf/ref_counted.hpp>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace rr {

/// How contexts are written for a worker. Chosen once per worker, for its life; `undecided`: by the plugin,
/// for all workers of its command, before the first exec.
enum class payload_codec : std::uint8_t { proto, json, undecided };

/// What an exec may depend on: the worker that was chosen for it.
struct worker_info {
  int pid = 0;
  payload_codec codec = payload_codec::proto;
};

/// A request as it goes to the worker: one frame with one option, the length of the context. `context` is
/// owned (it is small), `body` is a view that the exec keeps alive until it ended.
struct request_payload {
  frame_flags flags = frame_flags::none;
  std::string context;
  std::string_view body;
};

/// An answer frame of a worker, split at its option. Views into the relay's buffer, valid during the call
/// only.
struct response_frame {
  frame_flags flags = frame_flags::none;
  std::string_view context;
  std::string_view body;
};

/// What the receiver of a streamed frame wants next.
enum class stream_demand : std::uint8_t {
  more,   ///< go on reading
  pause,  ///< read no more until the relay gets `credit_atom`
  reject, ///< the frame makes no sense: the exec has answered for itself, the worker must be replaced
};

/// One request and the answer owed for it: the contract of the request path.
///
/// Has one owner at a time: the caller that makes it, the pool while it waits, the relay that runs it. Its
/// owner ends it exactly once: `on_end` after the last frame, or `fail`. All calls come on the thread of the
/// reactor it was made on. A callback must not throw: it stands behind its maker's own exception barrier.
class exec : public caf::ref_counted {
public:
  ~exec() override = default;

  /// Identifies this exec in cancel messages; unique in the process.
  std::uint64_t id = 0;

  /// True when nobody waits for the answer any more: not given to a worker if that has not happened yet.
  bool abandoned = false;

  /// Set by the pool: when it was queued, for wait times and allocate_timeout.
  std::chrono::steady_clock::time_point queued_at{};

  /// Set by the relay with each streamed frame: exec_ttl counts from here.
  std::chrono::steady_clock::time_point last_frame_at{};

  /// What it is, for evidence and logs: `GET /checkout`. Asked only when something went wrong.
  virtual std::string describe() const = 0;

  /// The request for this worker. Called when the worker is chosen; called again if the exec is repeated on
  /// another one.
  ///
  /// @errors kind encode: the exec is failed with it, the worker stays
  virtual expected<request_payload> encode(const worker_info& worker) = 0;

  /// An answer frame; `more` says that others follow (STREAM).
  virtual stream_demand on_frame(const response_frame& frame, bool more) = 0;

  /// True when this caller can take a stream; otherwise the relay stops and drains a stream and fails the
  /// exec.
  virtual bool accepts_stream() const { return false; }

  virtual void on_end() = 0;
  virtual void fail(const error& why) = 0;
};

using exec_ptr = caf::intrusive_ptr<exec>;

} // namespace rr

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rr::exec_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rr::worker_info)
