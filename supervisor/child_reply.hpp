#pragma once

#include "actors/error.hpp"
#include "supervisor/child_spec.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace rr {

/// The answer to a request about a child.
enum class child_result : std::uint8_t {
  ok,
  ignored,
  already_started, ///< the id is present and its child runs
  already_present, ///< the id is present, its child stopped or waiting for a restart
  start_failed,
  bad_spec,
  running,
  restarting,
  not_found,
  simple_one_for_one, ///< makes no sense for a child of a simple_one_for_one supervisor
  supervisor_down,
};

/// The result in words, for example `already_started`.
std::string_view to_string(child_result result);

struct child_reply {
  child_result result = child_result::ok;
  std::string id; ///< of the instance, for simple_one_for_one
  error why = {}; ///< of a failed start
};

enum class child_state : std::uint8_t { running, stopped, restarting };

/// The state in words, for example `running`.
std::string_view to_string(child_state state);

struct child_info {
  std::string id;
  child_state state = child_state::stopped;
  child_kind kind = child_kind::worker;
  std::uint32_t restarts = 0;
};

struct child_count {
  std::size_t specs = 0, active = 0, supervisors = 0, workers = 0;
};

/// What a request may be answered with.
using child_answer = std::variant<child_reply, std::vector<child_info>, child_count>;

} // namespace rr

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rr::child_reply)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::vector<rr::child_info>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rr::child_count)
