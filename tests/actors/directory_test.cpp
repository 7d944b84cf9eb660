#include "actors/directory.hpp"

#include <catch2/catch.hpp>
#include <memory>
#include <thread>

using rr::actor_directory;
using rr::directory_entry;
using rr::snapshot;

namespace {

struct entry final : directory_entry {
  explicit entry(std::string path, std::vector<rr::child_summary> children = {}) {
    shown.path = std::move(path);
    shown.children = std::move(children);
  }

  snapshot describe() const override { return shown; }

  snapshot shown;
};

/// A directory that is the thread's own during the test.
struct directory_fixture {
  directory_fixture() { actor_directory::set_here(&directory); }
  ~directory_fixture() { actor_directory::set_here(nullptr); }

  std::vector<std::string> paths() const {
    std::vector<std::string> result;
    for (auto& s : directory.collect())
      result.push_back(s.path);
    return result;
  }

  actor_directory directory;
};

using strings = std::vector<std::string>;

} // namespace

TEST_CASE_METHOD(directory_fixture, "a directory lists its entries by path", "[actors][directory]") {
  entry b{"rr/http"};
  entry c{"rr/http/pool"};
  entry a{"rr"};

  CHECK(paths() == strings{"rr", "rr/http", "rr/http/pool"});
  CHECK(directory.size() == 3);
}

TEST_CASE_METHOD(directory_fixture, "an entry leaves with its end, wherever it stands",
                 "[actors][directory]") {
  auto first = std::make_unique<entry>("a");
  auto middle = std::make_unique<entry>("b");
  auto last = std::make_unique<entry>("c");

  middle.reset();
  CHECK(paths() == strings{"a", "c"});

  last.reset();
  CHECK(paths() == strings{"a"});

  entry again{"d"};
  first.reset();
  CHECK(paths() == strings{"d"});
  CHECK(directory.size() == 1);
}

TEST_CASE_METHOD(directory_fixture, "restarts and last error of a child come from its parent",
                 "[actors][directory]") {
  entry child{"rr/http"};
  entry grandchild{"rr/http/pool"};
  entry parent{"rr", {{"http", "running", 3, "exit status 1"}, {"gone", "stopped", 1, "never up"}}};

  auto all = directory.collect();

  REQUIRE(all.size() == 3);
  CHECK(all[1].path == "rr/http");
  CHECK(all[1].restarts == 3);
  CHECK(all[1].last_error == "exit status 1");
  CHECK(all[2].restarts == 0);
  CHECK(all[2].last_error.empty());
}

TEST_CASE("a parent on one reactor fills in its child on another", "[actors][directory]") {
  std::vector<snapshot> all(2);
  all[0].path = "rr/http";
  all[1].path = "rr";
  all[1].children = {{"http", "running", 2, "killed"}};

  rr::fill_in_from_parents(all);

  CHECK(all[0].restarts == 2);
  CHECK(all[0].last_error == "killed");
}

TEST_CASE("an entry may outlive its directory", "[actors][directory]") {
  std::unique_ptr<entry> survivor;
  auto other = std::make_unique<actor_directory>();
  actor_directory::set_here(other.get());
  survivor = std::make_unique<entry>("rr");
  actor_directory::set_here(nullptr);

  other.reset();
  survivor.reset();

  SUCCEED("neither touches the other after its end");
}

TEST_CASE("each thread has a directory of its own", "[actors][directory]") {
  entry here{"rr/here"};
  std::size_t seen_there = 99;

  std::thread{[&] {
    entry there{"rr/there"};
    seen_there = actor_directory::here().size();
  }}.join();

  CHECK(seen_there == 1);
  CHECK(actor_directory::here().size() == 1);
}

TEST_CASE_METHOD(directory_fixture, "ten thousand entries are collected at once", "[actors][directory]") {
  std::vector<std::unique_ptr<entry>> entries;
  for (int i = 0; i < 10'000; ++i)
    entries.push_back(std::make_unique<entry>("rr/" + std::to_string(i)));

  CHECK(directory.collect().size() == 10'000);
}
