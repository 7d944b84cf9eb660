#include "supervisor/jobs_limit.hpp"

#include <catch2/catch.hpp>
#include <limits>
#include <set>

TEST_CASE("max_jobs below eight get no jitter, others up to 14 percent", "[supervisor][jobs_limit]") {
  std::mt19937 random{1};
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 1000; ++i) {
    CHECK(rr::jobs_limit(1, random) == 1);
    CHECK(rr::jobs_limit(7, random) == 7);
    auto limit = rr::jobs_limit(1000, random);
    CHECK(limit >= 1000);
    CHECK(limit <= 1140);
    CHECK(limit % 10 == 0);
    seen.insert(limit);
  }
  CHECK(seen.size() == 15);
}

TEST_CASE("the jitter of an absurd max_jobs does not overflow", "[supervisor][jobs_limit]") {
  std::mt19937 random{1};
  std::uint64_t half = std::numeric_limits<std::uint64_t>::max() / 2;
  for (int i = 0; i < 100; ++i)
    CHECK(rr::jobs_limit(half, random) >= half);
}
