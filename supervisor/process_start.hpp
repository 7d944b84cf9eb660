#pragma once

#include "supervisor/child_process.hpp"
#include "supervisor/process.hpp"
#include "supervisor/unique_fd.hpp"

namespace rr {

/// A process that runs, and our ends of its pipes (none where it has /dev/null). Our ends do not block.
struct started_process {
  child_process handle;
  unique_fd input;  ///< to its standard input
  unique_fd output; ///< from its standard output
  unique_fd errors; ///< from its standard error
};

/// Starts a process by vfork and exec, in a process group of its own, with nothing open but its three
/// standard descriptors, default signal dispositions and an empty signal mask. It gets SIGKILL when the
/// calling thread ends, so call this on a thread that lives as long as rr. The caller waits until the exec
/// has happened (about 100 us).
///
/// @errors kind worker_allocate: `fork/exec ./w: permission denied`, `pipe2: too many open files`, those of
/// find_program; nothing is left behind then
expected<started_process> start_process(const process_spec& spec);

} // namespace rr
