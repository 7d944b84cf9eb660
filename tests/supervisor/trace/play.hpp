#pragma once

#include "tests/supervisor/trace/scenario.hpp"

#include <string>

namespace rr::trace {

/// Runs the scenario on supervisors of the product, with scripted workers and a clock of its own; gives the
/// trace.
std::string play(const scenario& s);

} // namespace rr::trace
