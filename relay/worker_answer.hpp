#pragma once

#include "actors/error.hpp"
#include "relay/exec.hpp"
#include "relay/frame.hpp"

namespace rr {

/// What a frame from a worker means.
enum class answer_kind : std::uint8_t {
  response,        ///< an answer, or the last frame of a stream
  stream,          ///< a frame of a stream, others follow
  soft_error,      ///< an ERROR frame: the worker is fine
  restart_request, ///< "replace me": the request is to be repeated elsewhere
  refused,         ///< makes no sense: the worker is to be replaced
};

/// A checked frame: views into it, and the error of a `soft_error` or `refused` one.
struct worker_answer {
  answer_kind kind = answer_kind::refused;
  response_frame frame = {};
  error why = {};
};

/// Checks a frame from a worker in the order that users' error texts depend on: ERROR flag, exactly one
/// option, context within the payload.
worker_answer read_answer(const frame_view& f);

/// The error of an exec whose worker cannot be heard any more: `sync_worker_receive_frame: Network: EOF`.
error receive_error(error cause);

/// The error of an exec that nobody waits for any more.
error exec_cancelled();

/// The error of an exec that could not be written: `sync_worker_send_frame: Network: broken pipe`.
error send_error(std::string system_text);

} // namespace rr
