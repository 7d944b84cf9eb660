#include "supervisor/restart_history.hpp"

#include <catch2/catch.hpp>

using namespace rr;
using namespace std::chrono_literals;

namespace {

constexpr time_point begin{1h};

restart_intensity at_most(unsigned restarts, std::chrono::milliseconds period) { return {restarts, period}; }

} // namespace

TEST_CASE("a history allows as many restarts as its intensity says and not one more",
          "[supervisor][restart_history]") {
  auto most = GENERATE(0u, 1u, 2u, 7u);
  restart_history history{at_most(most, 1s)};

  for (auto i = 0u; i < most; ++i)
    CHECK(history.add(begin));

  CHECK_FALSE(history.add(begin));
}

TEST_CASE("a restart counts until it is older than the period", "[supervisor][restart_history]") {
  restart_history history{at_most(1, 1s)};
  REQUIRE(history.add(begin));

  SECTION("one period later it still counts") { CHECK_FALSE(history.add(begin + 1s)); }
  SECTION("a moment after that it does not") { CHECK(history.add(begin + 1s + 1ns)); }
}

TEST_CASE("the window slides with each restart", "[supervisor][restart_history]") {
  restart_history history{at_most(2, 1s)};

  CHECK(history.add(begin));
  CHECK(history.add(begin + 600ms));
  CHECK(history.add(begin + 1200ms));
  CHECK(history.add(begin + 1800ms));
  CHECK_FALSE(history.add(begin + 2000ms));
}

TEST_CASE("a history past its limit stays small and within its window", "[supervisor][restart_history]") {
  restart_history history{at_most(3, 1s)};

  for (auto i = 0; i < 1000; ++i)
    (void)history.add(begin + std::chrono::milliseconds{i});

  CHECK(history.size() == 4);
  CHECK_FALSE(history.add(begin + 1997ms)); // 997, 998, 999 and this one
  CHECK(history.add(begin + 2999ms));
}

TEST_CASE("a cleared history starts over", "[supervisor][restart_history]") {
  restart_history history{at_most(1, 1s)};
  REQUIRE(history.add(begin));

  history.clear();

  CHECK(history.add(begin));
}
