#pragma once

#include "supervisor/process.hpp"
#include "supervisor/process_start.hpp"

#include <boost/asio/io_context.hpp>

namespace rr {

/// A started process as its owner sees it, on the thread of `io`. Its death arrives through a descriptor, not
/// a signal.
///
/// When the process ends, the rest of its group is killed while its id is still taken, then it is reaped,
/// what it had left on stderr is read (at most a pipe full, as others may still write there) and its owner is
/// told. When its owner goes first the group is killed and `io` reaps it later.
process_ptr make_os_process(boost::asio::io_context& io, started_process started);

} // namespace rr
