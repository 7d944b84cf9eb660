#include "plugins/dependency_graph.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <numeric>

using namespace rr;

namespace {

using names = std::vector<std::string>;

constexpr service_id a_id{"test.a", 1}, b_id{"test.b", 1}, c_id{"test.c", 1};

graph_node node(std::string name, std::vector<service_id> needs = {}, std::vector<service_id> offers = {},
                unsigned weight = 1) {
  graph_node n;
  n.name = std::move(name);
  n.weight = weight;
  for (auto& id : needs)
    n.requirements.push_back({id, false});
  n.provisions = std::move(offers);
  return n;
}

graph_node gathers(graph_node n, std::vector<service_id> ids) {
  n.collections = std::move(ids);
  return n;
}

names named(const dependency_graph& graph, const std::vector<std::size_t>& all) {
  names result;
  for (auto i : all)
    result.push_back(graph.node(i).name);
  return result;
}

std::vector<names> named(const dependency_graph& graph, const std::vector<std::vector<std::size_t>>& all) {
  std::vector<names> result;
  for (auto& group : all)
    result.push_back(named(graph, group));
  return result;
}

std::size_t find(const dependency_graph& graph, const std::string& name) {
  for (std::size_t i = 0; i < graph.size(); ++i)
    if (graph.node(i).name == name)
      return i;
  FAIL("no node " << name);
  return 0;
}

names active(const dependency_graph& graph) {
  names result;
  for (std::size_t i = 0; i < graph.size(); ++i)
    if (graph.active(i))
      result.push_back(graph.node(i).name);
  std::sort(result.begin(), result.end());
  return result;
}

dependency_graph resolved(std::vector<graph_node> nodes) {
  return dependency_graph::resolve(std::move(nodes)).value();
}

/// Initialises everything; the plugins in `off` switch themselves off when their turn comes. Gives the order
/// of inits.
names run_inits(dependency_graph& graph, const names& off = {}) {
  names order;
  while (auto next = graph.next_init()) {
    order.push_back(graph.node(*next).name);
    if (std::find(off.begin(), off.end(), order.back()) == off.end())
      graph.initialized(*next);
    else
      REQUIRE(graph.disable(*next, "switched off"));
  }
  return order;
}

template <class F>
void for_all_orders(std::vector<graph_node> nodes, F check) {
  std::vector<std::size_t> order(nodes.size());
  std::iota(order.begin(), order.end(), 0u);
  do {
    std::vector<graph_node> shuffled;
    for (auto i : order)
      shuffled.push_back(nodes[i]);
    check(shuffled);
  } while (std::next_permutation(order.begin(), order.end()));
}

} // namespace

TEST_CASE("six plugins are initialised after what they need, in every order of registration (case 1)",
          "[graph]") {
  constexpr service_id d_id{"test.d", 1}, e_id{"test.e", 1};
  for_all_orders({node("p1", {a_id, b_id}), node("p2", {c_id}, {a_id}), node("p3", {d_id}, {b_id}),
                  node("p4", {}, {c_id}), node("p5", {c_id}, {d_id}), node("p6", {}, {e_id})},
                 [](auto& nodes) {
                   auto graph = resolved(nodes);

                   auto order = run_inits(graph);

                   REQUIRE(order.size() == 6);
                   auto at = [&](const char* name) { return std::find(order.begin(), order.end(), name); };
                   CHECK(at("p2") < at("p1"));
                   CHECK(at("p3") < at("p1"));
                   CHECK(at("p4") < at("p2"));
                   CHECK(at("p5") < at("p3"));
                   CHECK(at("p4") < at("p5"));
                 });
}

TEST_CASE("one plugin alone is initialised, served and stopped (case 2)", "[graph]") {
  auto graph = resolved({node("only")});

  CHECK(run_inits(graph) == names{"only"});

  CHECK(named(graph, graph.serve_classes()) == std::vector<names>{{"only"}});
  CHECK(named(graph, graph.stop_levels()) == std::vector<names>{{"only"}});
}

TEST_CASE("the graph refuses a name that registers twice", "[graph]") {
  auto graph = dependency_graph::resolve({node("http"), node("rpc"), node("http")});

  REQUIRE_FALSE(graph);
  CHECK(graph.error().kind == error_kind::register_plugin);
  CHECK(graph.error().text == "plugin http is already registered");
}

TEST_CASE("an unmet requirement switches a plugin off and names the contract", "[graph]") {
  auto graph = resolved({node("http", {a_id})});

  CHECK_FALSE(graph.any_active());
  CHECK(graph.off_because(0) == "missing dependency test.a/1");
}

TEST_CASE("a plugin does not satisfy its own requirement", "[graph]") {
  auto graph = resolved({node("loop", {a_id}, {a_id})});

  CHECK_FALSE(graph.any_active());
}

TEST_CASE("an unmet optional requirement is no obstacle", "[graph]") {
  auto wants = node("http");
  wants.requirements.push_back({a_id, true});
  auto graph = resolved({wants});

  CHECK(run_inits(graph) == names{"http"});
  CHECK_FALSE(graph.provider_of(0, a_id));
}

TEST_CASE("an optional provider is initialised before its consumer", "[graph]") {
  auto wants = node("http", {}, {}, 5);
  wants.requirements.push_back({a_id, true});
  auto graph = resolved({wants, node("otel", {}, {a_id})});

  CHECK(run_inits(graph) == names{"otel", "http"});
}

TEST_CASE("a plugin that switches itself off takes its dependants along (case 7)", "[graph]") {
  for_all_orders({node("root", {}, {a_id}), node("p1", {a_id}), node("p2", {a_id}), node("p3", {a_id})},
                 [](auto& nodes) {
                   auto graph = resolved(nodes);

                   auto order = run_inits(graph, {"root"});

                   CHECK(order == names{"root"});
                   CHECK_FALSE(graph.any_active());
                   CHECK(graph.off_because(find(graph, "p2")) == "missing dependency test.a/1");
                 });
}

TEST_CASE("an unrelated plugin survives (case 8)", "[graph]") {
  for_all_orders({node("root", {}, {a_id}), node("p1", {a_id}), node("other")}, [](auto& nodes) {
    auto graph = resolved(nodes);

    run_inits(graph, {"root"});

    CHECK(active(graph) == names{"other"});
  });
}

TEST_CASE("a consumer gets the provider that is left, initialised once (case 9)", "[graph]") {
  for_all_orders({node("first", {}, {a_id}, 9), node("second", {}, {a_id}), node("user", {a_id}, {}, 20)},
                 [](auto& nodes) {
                   auto graph = resolved(nodes);

                   auto order = run_inits(graph, {"first"});

                   CHECK(order == names{"first", "second", "user"});
                   CHECK(graph.provider_of(find(graph, "user"), a_id) == find(graph, "second"));
                 });
}

TEST_CASE("a chain falls as a whole when its end switches itself off (case 10)", "[graph]") {
  for_all_orders({node("p1", {b_id}), node("p2", {c_id}, {b_id}), node("p3", {}, {c_id})}, [](auto& nodes) {
    auto graph = resolved(nodes);

    auto order = run_inits(graph, {"p3"});

    CHECK(order == names{"p3"});
    CHECK(active(graph).empty());
    CHECK(graph.off_because(find(graph, "p1")) == "missing dependency test.b/1");
  });
}

TEST_CASE("a chain falls as a whole when its end was never registered (case 10)", "[graph]") {
  for_all_orders({node("p1", {b_id}), node("p2", {c_id}, {b_id})},
                 [](auto& nodes) { CHECK(active(resolved(nodes)).empty()); });
}

TEST_CASE("a dependant works with the provider that is alive (case 11)", "[graph]") {
  for_all_orders({node("p1", {a_id}), node("p2", {}, {a_id}), node("p3", {}, {a_id})}, [](auto& nodes) {
    auto graph = resolved(nodes);

    run_inits(graph, {"p2"});

    CHECK(active(graph) == names{"p1", "p3"});
    CHECK(graph.provider_of(find(graph, "p1"), a_id) == find(graph, "p3"));
  });
}

TEST_CASE("the heaviest provider is chosen, then the first registered", "[graph]") {
  auto graph = resolved({node("user", {a_id}), node("one", {}, {a_id}, 2), node("two", {}, {a_id}, 3),
                         node("three", {}, {a_id}, 3)});

  CHECK(graph.provider_of(0, a_id) == 2u);
}

TEST_CASE("contracts of another version do not match", "[graph]") {
  auto graph = resolved({node("user", {service_id{"test.a", 2}}), node("one", {}, {a_id})});

  CHECK(active(graph) == names{"one"});
}

TEST_CASE("a collector gets each other provider's values, heaviest first (case 13)", "[graph]") {
  auto graph = resolved({gathers(node("http", {}, {a_id}), {a_id, b_id}), node("gzip", {}, {a_id, b_id}),
                         node("cors", {}, {a_id, b_id}, 7), node("idle", {}, {c_id})});
  run_inits(graph);

  names seen;
  for (auto& d : graph.deliveries())
    seen.push_back(graph.node(d.collector).name + std::to_string(d.collection) + graph.node(d.provider).name +
                   std::to_string(d.provision));

  CHECK(seen == names{"http0cors0", "http0gzip0", "http1cors1", "http1gzip1"});
}

TEST_CASE("each binding of one contract is delivered (case 12)", "[graph]") {
  auto graph = resolved({gathers(node("http"), {a_id}), node("three", {}, {a_id, a_id, a_id})});
  run_inits(graph);

  auto all = graph.deliveries();

  REQUIRE(all.size() == 3);
  CHECK(all[0].provision == 0);
  CHECK(all[2].provision == 2);
}

TEST_CASE("a cycle of requirements is an error that lists it (case 14)", "[graph]") {
  auto two = dependency_graph::resolve({node("a", {b_id}, {a_id}), node("b", {a_id}, {b_id})});
  auto three = dependency_graph::resolve(
      {node("x"), node("a", {b_id}, {a_id}), node("b", {c_id}, {b_id}), node("c", {a_id}, {c_id})});

  REQUIRE_FALSE(two);
  CHECK(two.error().text == "plugins require each other: a -> b -> a");
  REQUIRE_FALSE(three);
  CHECK(three.error().text == "plugins require each other: a -> b -> c -> a");
}

TEST_CASE("a cycle that appears when a provider switches itself off is an error", "[graph]") {
  auto graph = resolved({node("a", {b_id}, {a_id}), node("b1", {}, {b_id}, 9), node("b2", {a_id}, {b_id})});
  REQUIRE(graph.next_init() == 1u);

  auto lost = graph.disable(1, "switched off");

  REQUIRE_FALSE(lost);
  CHECK(lost.error().text == "plugins require each other: a -> b2 -> a");
}

TEST_CASE("collectors of each other are both initialised (case 14)", "[graph]") {
  auto graph = resolved({gathers(node("a", {}, {a_id}), {b_id}), gathers(node("b", {}, {b_id}), {a_id})});

  CHECK(run_inits(graph) == names{"a", "b"});
  CHECK(graph.deliveries().size() == 2);
}

TEST_CASE("the init order prefers weight, then registration", "[graph]") {
  auto graph = resolved(
      {node("http", {a_id}), node("server", {}, {a_id}), node("kv", {}, {}, 10), node("rpc", {}, {}, 100)});

  CHECK(run_inits(graph) == names{"rpc", "kv", "server", "http"});
}

TEST_CASE("heavier plugins are served first and stopped last (case 22)", "[graph]") {
  auto graph = resolved({node("http", {a_id}), node("server", {}, {a_id}), node("kv", {}, {}, 10),
                         node("lock", {}, {}, 100), node("rpc", {}, {}, 100), node("status")});
  run_inits(graph);

  CHECK(named(graph, graph.serve_classes()) ==
        std::vector<names>{{"lock", "rpc"}, {"kv"}, {"server", "http", "status"}});
  CHECK(named(graph, graph.stop_levels()) ==
        std::vector<names>{{"status", "http"}, {"server"}, {"kv"}, {"rpc", "lock"}});
}

TEST_CASE("a provider is served before and stopped after a consumer that is heavier", "[graph]") {
  auto graph = resolved({node("light", {}, {a_id}), node("heavy", {a_id}, {}, 10), node("other")});
  run_inits(graph);

  CHECK(named(graph, graph.serve_classes()) == std::vector<names>{{"light", "heavy"}, {"other"}});
  CHECK(named(graph, graph.stop_levels()) == std::vector<names>{{"other"}, {"heavy"}, {"light"}});
}

TEST_CASE("plugins that are off are neither served nor stopped", "[graph]") {
  auto graph = resolved({node("a"), node("b", {a_id}), node("c")});
  run_inits(graph, {"c"});

  CHECK(named(graph, graph.serve_classes()) == std::vector<names>{{"a"}});
  CHECK(named(graph, graph.stop_levels()) == std::vector<names>{{"a"}});
}

TEST_CASE("the graph's text lists each pair once, plugins that are off included (case 19)", "[graph]") {
  auto graph = resolved({gathers(node("http", {a_id, c_id}), {b_id}), node("server", {}, {a_id, b_id}),
                         node("gzip", {}, {b_id})});

  CHECK_FALSE(graph.active(0));
  CHECK(graph.text() == "digraph endure {\n\trankdir=TB;\n\tgraph [compound=true];\n\t\"server\" -> "
                        "\"http\";\n\t\"gzip\" -> \"http\";\n}\n");
}
