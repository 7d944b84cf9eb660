#pragma once

#include "supervisor/process.hpp"

namespace rr {

/// The ids of user `name`: its own group, or `group` where one is given, and the supplementary groups that
/// the system gives the user. May read files and ask name services: not for a reactor.
///
/// @errors kind undefined, `user: unknown user NAME`, `group: unknown group NAME`, or the system's words
/// after the name
expected<process_user> find_user(const std::string& name, const std::string& group = {});

} // namespace rr
