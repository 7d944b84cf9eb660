#pragma once

#include "actors/error.hpp"

#include <string>

namespace rr {

/// The file that running `name` means: a name with a slash is taken as it is, any other is looked up in
/// `path` (directories separated by colons), where it must be an executable file. What is found relative to
/// the current directory is refused: the search path must not pick up a program from wherever rr was started.
///
/// @errors kind worker_allocate, `exec: "nope": executable file not found in $PATH`, `exec: no command`,
/// `exec: "w": cannot run executable found relative to current directory`
expected<std::string> find_program(const std::string& name, const std::string& path);

} // namespace rr
