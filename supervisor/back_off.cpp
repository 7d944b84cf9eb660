#include "supervisor/back_off.hpp"

#include <algorithm>
#include <cmath>

namespace rr {

namespace {

std::chrono::milliseconds jittered(std::chrono::milliseconds wait, double jitter, std::mt19937& random) {
  auto width = std::clamp(jitter, 0.0, 1.0);
  auto factor = std::uniform_real_distribution<double>{1.0 - width, 1.0 + width}(random);
  return std::chrono::milliseconds{std::llround(static_cast<double>(wait.count()) * factor)};
}

} // namespace

std::chrono::milliseconds wait_before_restart(const back_off& waits, unsigned failures,
                                              std::mt19937& random) {
  auto wait = std::min(waits.first, waits.most);
  // Stops at the longest wait, so that a large count of failures neither overflows nor takes long.
  for (; failures > 0 && wait < waits.most && wait.count() > 0; --failures)
    wait = wait > waits.most / 2 ? waits.most : wait * 2;
  return jittered(wait, waits.jitter, random);
}

std::chrono::milliseconds longest_wait(const back_off& waits, std::mt19937& random) {
  return jittered(waits.most, waits.jitter, random);
}

} // namespace rr
