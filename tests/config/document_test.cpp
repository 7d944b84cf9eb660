#include "config/document.hpp"

#include "tests/config/support.hpp"

#include <catch2/catch.hpp>

using namespace rr::config;

TEST_CASE("a dotted lookup walks through maps without case", "[config][document]") {
  const auto config = document_of("Http:\n  Pool:\n    num_workers: 4\n");

  REQUIRE(config.has("http.pool.NUM_WORKERS"));
  CHECK(config.find("HTTP.pool.num_workers")->text == "4");
  CHECK(config.root.entries[0].key == "Http"); // the written case is kept
  CHECK_FALSE(config.has("http.pool.max_jobs"));
  CHECK_FALSE(config.has("http.pool.num_workers.more"));
  CHECK_FALSE(config.has("grpc"));
  CHECK(config.find("") == &config.root);
}

TEST_CASE("a null counts as not set, an empty map as set", "[config][document]") {
  const auto config = document_of("logs:\nrpc: {}\nkv: ~\nmetrics: null\nlist: []\n");

  CHECK_FALSE(config.has("logs"));
  CHECK(config.has("rpc"));
  CHECK_FALSE(config.has("kv"));
  CHECK_FALSE(config.has("metrics"));
  CHECK(config.has("list"));
}

TEST_CASE("a key with dots in it is found", "[config][document]") {
  const auto config = document_of("kv:\n  my.store:\n    driver: memory\n  my:\n    other: 1\n");

  CHECK(config.text_or("kv.my.store.driver", "-") == "memory");
  CHECK(config.text_or("kv.my.other", "-") == "1");
}

TEST_CASE("strange paths find nothing", "[config][document]") {
  const auto config = document_of("a: {b: 1}\n");
  for (const auto* path : {".", "..", "a.", ".a", "a..b", "a.b."}) {
    CAPTURE(path);
    CHECK_FALSE(config.has(path));
  }
  CHECK_FALSE(config.has(std::string(100'000, '.')));
}

TEST_CASE("every node knows where it was written", "[config][document]") {
  const auto config = document_of("http:\n  address: :8080\n  list:\n    - a\n");

  const auto& address = *config.find("http.address");
  CHECK(*address.where.file == ".rr.yaml");
  CHECK(address.where.line == 2);
  CHECK(address.where.column == 12);
  CHECK(address.where.origin == node_origin::file);
  CHECK(config.find("http")->entries[0].where.column == 3);
  CHECK(config.find("http.list")->items[0].where.line == 4);
}

TEST_CASE("types are named as Go names them", "[config][document]") {
  const auto config = document_of("a: x\nb: 1\nc: 1.5\nd: true\ne: []\nf: {}\n");

  CHECK(config.find("a")->type_name() == "string");
  CHECK(config.find("b")->type_name() == "int");
  CHECK(config.find("c")->type_name() == "float64");
  CHECK(config.find("d")->type_name() == "bool");
  CHECK(config.find("e")->type_name() == "slice");
  CHECK(config.find("f")->type_name() == "map");
  CHECK(node{}.type_name() == "nil");
}

TEST_CASE("text_or gives the fallback for what is no scalar", "[config][document]") {
  const auto config = document_of("a: x\nb: {}\n");

  CHECK(config.text_or("a", "-") == "x");
  CHECK(config.text_or("b", "-") == "-");
  CHECK(config.text_or("c", "-") == "-");
}

TEST_CASE("set_child replaces a key that is equal without case", "[config][document]") {
  auto map = make_map();
  set_child(map, "Http", make_scalar("1"));
  set_child(map, "hTTP", make_scalar("2"));
  set_child(map, "rpc", make_list());

  REQUIRE(map.entries.size() == 2);
  CHECK(map.entries[0].key == "hTTP");
  CHECK(map.child("http")->text == "2");
  CHECK(map.child("rpc")->is_list());
}
