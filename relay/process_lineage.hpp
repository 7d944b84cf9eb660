#pragma once

namespace rr {

/// The parent of process `pid`; 0 when there is none, or no such process.
///
/// @source proc(5), /proc/[pid]/stat
int parent_of(int pid);

/// True when `pid` is `ancestor`, or was started by it or by one of its descendants. Looks at most 64
/// generations back.
bool descends_from(int pid, int ancestor);

} // namespace rr
