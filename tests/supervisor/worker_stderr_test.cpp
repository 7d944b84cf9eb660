#include "supervisor/worker_stderr.hpp"

#include <catch2/catch.hpp>
#include <utility>

using namespace rr;

namespace {

struct noted_stderr {
  std::vector<std::pair<log_level, std::string>> lines;
  worker_stderr errors{
      [this](log_level level, std::string line) { lines.emplace_back(level, std::move(line)); }};
};

using line = std::pair<log_level, std::string>;

} // namespace

TEST_CASE("lines are held back until it is known how the boot goes", "[supervisor][worker_stderr]") {
  noted_stderr n;
  auto level = GENERATE(log_level::info, log_level::error);

  n.errors.append("one\ntwo\nthr");
  CHECK(n.lines.empty());
  n.errors.settle(level);
  n.errors.append("ee\n");

  CHECK(n.lines == std::vector<line>{{level, "one"}, {level, "two"}, {level, "three"}});
}

TEST_CASE("what is held back is bounded", "[supervisor][worker_stderr]") {
  noted_stderr n;

  for (int i = 0; i < 1000; ++i)
    n.errors.append(std::string(999, 'x') + "\n");

  CHECK(n.lines.size() == 1000);
  CHECK(n.lines.front().first == log_level::info);
}

TEST_CASE("a boot that fails late still shows what follows as errors", "[supervisor][worker_stderr]") {
  noted_stderr n;

  n.errors.append("early\n");
  n.errors.settle(log_level::info);
  n.errors.settle(log_level::error);
  n.errors.append("late");
  n.errors.flush();

  CHECK(n.lines == std::vector<line>{{log_level::info, "early"}, {log_level::error, "late"}});
}

TEST_CASE("the last 8 KiB stay as evidence, whatever was logged", "[supervisor][worker_stderr]") {
  noted_stderr n;

  n.errors.append(std::string(10'000, 'a') + std::string(8192, 'b'));

  CHECK(n.errors.tail() == std::string(8192, 'b'));
}
