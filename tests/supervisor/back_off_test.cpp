#include "supervisor/back_off.hpp"

#include <catch2/catch.hpp>

using namespace rr;
using namespace std::chrono_literals;

namespace {

back_off steady(std::chrono::milliseconds first, std::chrono::milliseconds most) {
  back_off waits;
  waits.first = first;
  waits.most = most;
  waits.jitter = 0;
  return waits;
}

} // namespace

TEST_CASE("the wait doubles with each failure up to the longest", "[supervisor][back_off]") {
  std::mt19937 random;
  auto waits = steady(100ms, 1s);

  CHECK(wait_before_restart(waits, 0, random) == 100ms);
  CHECK(wait_before_restart(waits, 1, random) == 200ms);
  CHECK(wait_before_restart(waits, 2, random) == 400ms);
  CHECK(wait_before_restart(waits, 3, random) == 800ms);
  CHECK(wait_before_restart(waits, 4, random) == 1s);
  CHECK(wait_before_restart(waits, 4'000'000'000, random) == 1s);
}

TEST_CASE("extreme waits neither overflow nor hang", "[supervisor][back_off]") {
  std::mt19937 random;

  CHECK(wait_before_restart(steady(0ms, 1s), 4'000'000'000, random) == 0ms);
  CHECK(wait_before_restart(steady(10s, 1s), 0, random) == 1s);
  CHECK(wait_before_restart(steady(1ms, 24h * 365), 4'000'000'000, random) == 24h * 365);
}

TEST_CASE("a jittered wait stays within its share and is not always the same", "[supervisor][back_off]") {
  std::mt19937 random{7};
  auto waits = steady(1s, 10s);
  waits.jitter = 0.2;
  auto least = 10s + 0ms, most = 0ms;

  for (auto i = 0; i < 1000; ++i) {
    auto wait = wait_before_restart(waits, 0, random);
    least = std::min<std::chrono::milliseconds>(least, wait);
    most = std::max<std::chrono::milliseconds>(most, wait);
  }

  CHECK(least >= 800ms);
  CHECK(least < 850ms);
  CHECK(most <= 1200ms);
  CHECK(most > 1150ms);
}

TEST_CASE("the same seed gives the same waits", "[supervisor][back_off]") {
  std::mt19937 one{42}, other{42};
  back_off waits;

  for (auto i = 0u; i < 20; ++i)
    CHECK(wait_before_restart(waits, i, one) == wait_before_restart(waits, i, other));
  CHECK(longest_wait(waits, one) == longest_wait(waits, other));
}
