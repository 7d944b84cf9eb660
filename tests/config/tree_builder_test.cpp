#include "config/tree_builder.hpp"

#include "config/text.hpp"

#include <catch2/catch.hpp>

using namespace rr::config;

namespace {

tree_builder new_builder() { return tree_builder{std::make_shared<const std::string>("f.yaml")}; }

const node* add(tree_builder& builder, const std::string& text, unsigned line = 1) {
  return builder.scalar(text, scalar_tag::string, line, 1);
}

} // namespace

TEST_CASE("a builder nests maps and lists in the order of the events", "[config][tree_builder]") {
  auto builder = new_builder();

  builder.begin_map(1, 1);
  add(builder, "list");
  builder.begin_list(2, 3);
  add(builder, "a");
  builder.begin_map(3, 5);
  add(builder, "k");
  add(builder, "v");
  builder.end();
  builder.end();
  add(builder, "last");
  builder.scalar("", std::nullopt, 4, 1);
  builder.end();

  REQUIRE_FALSE(builder.failure());
  const auto root = builder.take_root();
  REQUIRE(root.is_map());
  REQUIRE(root.child("list")->items.size() == 2);
  CHECK(root.child("list")->items[1].child("k")->text == "v");
  CHECK(root.child("list")->where.line == 2);
  CHECK(root.child("last") == nullptr); // a null is not set
  CHECK(root.entries.size() == 2);
  CHECK(*root.where.file == "f.yaml");
}

TEST_CASE("a builder knows when a key waits for its value", "[config][tree_builder]") {
  auto builder = new_builder();
  CHECK_FALSE(builder.awaits_value());

  builder.begin_map(1, 1);
  CHECK_FALSE(builder.awaits_value());
  add(builder, "k");
  CHECK(builder.awaits_value());
  builder.begin_list(1, 4);
  CHECK_FALSE(builder.awaits_value());
  builder.end();
  CHECK_FALSE(builder.awaits_value());
}

TEST_CASE("a builder returns finished nodes in their place", "[config][tree_builder]") {
  auto builder = new_builder();

  CHECK(add(builder, "root")->text == "root");
  builder.begin_map(1, 1);
  CHECK(add(builder, "key")->text == "key");
  CHECK(add(builder, "value")->text == "value");
  const auto* map = builder.end();
  REQUIRE(map != nullptr);
  CHECK(map->child("key")->text == "value");
}

TEST_CASE("after its first failure a builder ignores everything", "[config][tree_builder]") {
  auto builder = new_builder();
  builder.begin_map(1, 1);

  builder.fail(3, 4, "first");
  builder.fail(5, 6, "second");
  builder.begin_list(7, 8);
  CHECK(add(builder, "x") == nullptr);
  CHECK(builder.end() == nullptr);
  builder.alias(make_scalar("x"), 1, 1);

  REQUIRE(builder.failure());
  CHECK(builder.failure()->text == "first");
  CHECK(builder.failure()->line == 3);
  CHECK(builder.failure()->column == 4);
}

TEST_CASE("a builder survives events without an open container", "[config][tree_builder]") {
  auto builder = new_builder();
  CHECK(builder.end() == nullptr);
  builder.alias(make_scalar("x"), 1, 1);
  CHECK(builder.take_root().text == "x");
}

TEST_CASE("a map that ends after a key has failed", "[config][tree_builder]") {
  auto builder = new_builder();
  builder.begin_map(1, 1);
  add(builder, "k", 9);

  CHECK(builder.end() == nullptr);
  CHECK(builder.failure()->text == "a key without a value");
  CHECK(builder.failure()->line == 9);
}

TEST_CASE("keys must be scalars for a builder", "[config][tree_builder]") {
  const auto start = GENERATE(0, 1, 2);
  auto builder = new_builder();
  builder.begin_map(1, 1);

  if (start == 0)
    builder.begin_map(2, 1);
  else if (start == 1)
    builder.begin_list(2, 1);
  else
    builder.scalar("", std::nullopt, 2, 1);

  REQUIRE(builder.failure());
  CHECK(builder.failure()->text == "a key must be a scalar");
  CHECK(builder.failure()->line == 2);
}

TEST_CASE("a builder fails at its depth, its number of nodes and its bytes", "[config][tree_builder]") {
  SECTION("depth") {
    auto builder = new_builder();
    for (unsigned i = 0; i < depth_max; ++i)
      builder.begin_list(1, 1);
    CHECK_FALSE(builder.failure());
    builder.begin_list(1, 1);
    CHECK(builder.failure()->text == "exceeded max depth of 64");
  }
  SECTION("nodes") {
    auto builder = new_builder();
    builder.begin_list(1, 1);
    for (std::size_t i = 1; i < node_count_max; ++i)
      builder.scalar("", std::nullopt, 1, 1);
    CHECK_FALSE(builder.failure());
    builder.scalar("", std::nullopt, 1, 1);
    CHECK(builder.failure());
  }
  SECTION("bytes") {
    auto builder = new_builder();
    builder.begin_list(1, 1);
    for (int i = 0; i < 16; ++i)
      add(builder, std::string(1u << 20, 'x'));
    CHECK_FALSE(builder.failure());
    add(builder, "x");
    CHECK(builder.failure());
  }
  SECTION("kept copies count too") {
    auto builder = new_builder();
    const auto big = make_scalar(std::string(9u << 20, 'x'));
    builder.count(big);
    CHECK_FALSE(builder.failure());
    builder.count(big);
    CHECK(builder.failure());
  }
}

TEST_CASE("the depth of an alias adds to where it stands", "[config][tree_builder]") {
  auto deep = make_scalar("x");
  for (int i = 0; i < 40; ++i) {
    auto list = make_list();
    list.items.push_back(std::move(deep));
    deep = std::move(list);
  }
  auto builder = new_builder();
  for (int i = 0; i < 20; ++i)
    builder.begin_list(1, 1);
  builder.alias(deep, 2, 1);
  CHECK_FALSE(builder.failure());
  for (int i = 0; i < 20; ++i)
    builder.begin_list(1, 1);
  builder.alias(deep, 3, 1);
  REQUIRE(builder.failure());
  CHECK(builder.failure()->line == 3);
}

TEST_CASE("a merge may come from a list, and its first source wins", "[config][tree_builder]") {
  auto first = make_map();
  set_child(first, "a", make_scalar("first"));
  auto second = make_map();
  set_child(second, "A", make_scalar("second"));
  set_child(second, "b", make_scalar("second"));
  auto sources = make_list();
  sources.items = {first, second};
  auto builder = new_builder();

  builder.begin_map(1, 1);
  builder.scalar("<<", scalar_tag::string, 1, 1, true);
  builder.alias(sources, 1, 5);
  builder.end();

  const auto root = builder.take_root();
  REQUIRE(root.entries.size() == 2);
  CHECK(root.child("a")->text == "first");
  CHECK(root.child("b")->text == "second");
}

TEST_CASE("a merge key may be given twice", "[config][tree_builder]") {
  auto source = make_map();
  set_child(source, "a", make_scalar("1"));
  auto builder = new_builder();

  builder.begin_map(1, 1);
  for (int i = 0; i < 2; ++i) {
    builder.scalar("<<", scalar_tag::string, 1, 1, true);
    builder.alias(source, 1, 5);
  }
  builder.end();

  CHECK_FALSE(builder.failure());
  CHECK(builder.take_root().entries.size() == 1);
}
