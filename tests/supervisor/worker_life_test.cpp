#include "supervisor/worker_life.hpp"

#include <catch2/catch.hpp>

using namespace rr;

TEST_CASE("a worker greets once, and only while it boots", "[supervisor][worker_life]") {
  CHECK(next_life(worker_life::booting, worker_event::greeted) == worker_life::running);
  CHECK_FALSE(next_life(worker_life::running, worker_event::greeted));
  CHECK_FALSE(next_life(worker_life::stopping, worker_event::greeted));
}

TEST_CASE("a boot fails only while it lasts", "[supervisor][worker_life]") {
  CHECK(next_life(worker_life::booting, worker_event::boot_failed) == worker_life::stopping);
  CHECK_FALSE(next_life(worker_life::running, worker_event::boot_failed));
  CHECK_FALSE(next_life(worker_life::stopping, worker_event::boot_failed));
}

TEST_CASE("a worker can be told to end at any time, and again", "[supervisor][worker_life]") {
  auto order = GENERATE(worker_event::stop_asked, worker_event::kill_asked);
  auto from = GENERATE(worker_life::booting, worker_life::running, worker_life::stopping);

  CHECK(next_life(from, order) == worker_life::stopping);
}

TEST_CASE("a process can end at any time, once", "[supervisor][worker_life]") {
  auto from = GENERATE(worker_life::booting, worker_life::running, worker_life::stopping);

  CHECK(next_life(from, worker_event::ended) == worker_life::gone);
}

TEST_CASE("nothing happens to a worker that is gone", "[supervisor][worker_life]") {
  auto event = GENERATE(worker_event::greeted, worker_event::boot_failed, worker_event::stop_asked,
                        worker_event::kill_asked, worker_event::ended);

  CHECK_FALSE(next_life(worker_life::gone, event));
}
