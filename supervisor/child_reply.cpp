#include "supervisor/child_reply.hpp"

namespace rr {

std::string_view to_string(child_result result) {
  switch (result) {
  case child_result::ok:
    return "ok";
  case child_result::ignored:
    return "ignored";
  case child_result::already_started:
    return "already_started";
  case child_result::already_present:
    return "already_present";
  case child_result::start_failed:
    return "start_failed";
  case child_result::bad_spec:
    return "bad_spec";
  case child_result::running:
    return "running";
  case child_result::restarting:
    return "restarting";
  case child_result::not_found:
    return "not_found";
  case child_result::simple_one_for_one:
    return "simple_one_for_one";
  case child_result::supervisor_down:
    return "supervisor_down";
  }
  return "unknown";
}

std::string_view to_string(child_state state) {
  switch (state) {
  case child_state::running:
    return "running";
  case child_state::stopped:
    return "stopped";
  case child_state::restarting:
    return "restarting";
  }
  return "unknown";
}

} // namespace rr
