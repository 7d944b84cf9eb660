#pragma once

namespace rr {

struct global_options;

/// Runs the server until a signal ends it; gives the exit code: 0 after an orderly stop, 1 after any error.
int serve(global_options options);

} // namespace rr
