#pragma once

#include <cstdint>
#include <random>

namespace rr {

/// The execs after which one worker is recycled: `jobs_max` and 0 to 14 % of it more, by chance, so that workers that
/// started together do not end together. Limits below 8 get no jitter.
template <class Engine>
std::uint64_t jobs_limit(std::uint64_t jobs_max, Engine& engine) {
  auto percent = std::uniform_int_distribution<std::uint64_t>{0, 14}(engine);
  // jobs_max * percent may not overflow for absurd limits.
  return jobs_max + jobs_max / 100 * percent + jobs_max % 100 * percent / 100;
}

} // namespace rr
