#pragma once

#include "supervisor/child_spec.hpp"

#include <chrono>
#include <random>

namespace rr {

/// The wait before a restart after `failures` earlier ones in a row: first * 2^failures, at most `most`,
/// jittered.
std::chrono::milliseconds wait_before_restart(const back_off& waits, unsigned failures, std::mt19937& random);

/// The wait of a supervisor past its intensity: `most`, jittered.
std::chrono::milliseconds longest_wait(const back_off& waits, std::mt19937& random);

} // namespace rr
