#include "tests/supervisor/supervisor_recorder.hpp"

#include <catch2/catch.hpp>

using namespace rr;
using namespace rr::test;

TEST_CASE("a table keeps children in the order of their addition", "[supervisor][child_table]") {
  child_table table;
  for (auto id : {"b", "a", "c"})
    table.add(child_named(id));

  table.remove(*table.find("a"));
  table.add(child_named("a"));

  lines ids;
  for (auto& c : table)
    ids.push_back(c.spec.id);
  CHECK(ids == lines{"b", "c", "a"});
}

TEST_CASE("a child is found by its present process only", "[supervisor][child_table]") {
  child_table table;
  auto& a = table.add(child_named("a"));
  CHECK(table.find(child_ref{"a", 0}) == nullptr); // no process

  a.incarnation = 2;

  CHECK(table.find(child_ref{"a", 2}) == &a);
  CHECK(table.find(child_ref{"a", 1}) == nullptr);
  CHECK(table.find(child_ref{"b", 2}) == nullptr);
}

TEST_CASE("the children from one on are that one and those added later", "[supervisor][child_table]") {
  child_table table;
  auto& a = table.add(child_named("a"));
  auto& b = table.add(child_named("b"));
  auto& c = table.add(child_named("c"));

  CHECK(table.from(&b) == std::vector<child*>{&b, &c});
  CHECK(table.from(nullptr) == std::vector<child*>{&a, &b, &c});
}
