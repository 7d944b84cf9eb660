#include "plugins/dependency_graph.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <utility>

namespace rr {

namespace {

using index = dependency_graph::index;

bool contains(const std::vector<service_id>& ids, const service_id& id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

bool contains(const std::vector<index>& all, index i) {
  return std::find(all.begin(), all.end(), i) != all.end();
}

/// Walks chosen providers depth first; remembers the way it came to name a cycle.
class cycle_search {
public:
  explicit cycle_search(const dependency_graph& graph) : graph_(graph), seen_(graph.size(), false) {}

  std::optional<std::string> visit(index i) {
    if (auto at = std::find(way_.begin(), way_.end(), i); at != way_.end())
      return describe(at);
    if (seen_[i])
      return std::nullopt;
    seen_[i] = true;
    way_.push_back(i);
    for (auto provider : graph_.needs(i))
      if (auto found = visit(provider))
        return found;
    way_.pop_back();
    return std::nullopt;
  }

private:
  std::string describe(std::vector<index>::const_iterator at) const {
    auto first = *at;
    std::string out;
    for (; at != way_.end(); ++at)
      out += graph_.node(*at).name + " -> ";
    return out + graph_.node(first).name;
  }

  const dependency_graph& graph_;
  std::vector<bool> seen_;
  std::vector<index> way_;
};

} // namespace

std::string to_string(const service_id& id) {
  return std::string{id.name} + "/" + std::to_string(id.version);
}

expected<dependency_graph> dependency_graph::resolve(std::vector<graph_node> nodes) {
  std::set<std::string> names;
  for (auto& n : nodes)
    if (!names.insert(n.name).second)
      return fail(error_kind::register_plugin, {}, "plugin " + n.name + " is already registered",
                  "give each plugin a name of its own");
  dependency_graph result;
  for (auto& n : nodes)
    result.nodes_.push_back({std::move(n), {}});
  result.disable_unmet();
  if (auto cycle = result.find_cycle())
    return fail(error_kind::init, {}, "plugins require each other: " + *cycle);
  return result;
}

bool dependency_graph::any_active() const {
  return std::any_of(nodes_.begin(), nodes_.end(), [](auto& n) { return n.off_because.empty(); });
}

std::optional<index> dependency_graph::best_provider(index consumer, const service_id& id) const {
  std::optional<index> best;
  for (index i = 0; i < nodes_.size(); ++i)
    if (i != consumer && active(i) && contains(node(i).provisions, id) &&
        (!best || node(i).weight > node(*best).weight))
      best = i;
  return best;
}

std::optional<index> dependency_graph::provider_of(index consumer, const service_id& id) const {
  return best_provider(consumer, id);
}

std::vector<index> dependency_graph::disable_unmet() {
  std::vector<index> lost;
  for (bool changed = true; changed;) {
    changed = false;
    for (index i = 0; i < nodes_.size(); ++i)
      for (auto& need : node(i).requirements)
        if (active(i) && !need.optional && !best_provider(i, need.id)) {
          nodes_[i].off_because = "missing dependency " + to_string(need.id);
          lost.push_back(i);
          changed = true;
        }
  }
  std::sort(lost.begin(), lost.end());
  return lost;
}

std::optional<std::string> dependency_graph::find_cycle() const {
  cycle_search search{*this};
  for (index i = 0; i < nodes_.size(); ++i)
    if (active(i))
      if (auto cycle = search.visit(i))
        return cycle;
  return std::nullopt;
}

bool dependency_graph::is_initialized(index i) const { return contains(init_order_, i); }

std::optional<index> dependency_graph::next_init() const {
  std::optional<index> best;
  for (index i = 0; i < nodes_.size(); ++i) {
    if (!active(i) || is_initialized(i))
      continue;
    auto needed = needs(i);
    auto ready = std::all_of(needed.begin(), needed.end(), [this](index p) { return is_initialized(p); });
    if (ready && (!best || node(i).weight > node(*best).weight))
      best = i;
  }
  return best;
}

expected<std::vector<index>> dependency_graph::disable(index i, std::string reason) {
  nodes_[i].off_because = reason.empty() ? "disabled" : std::move(reason);
  auto lost = disable_unmet();
  if (auto cycle = find_cycle())
    return fail(error_kind::init, {}, "plugins require each other: " + *cycle);
  return lost;
}

std::vector<index> dependency_graph::needs(index i) const {
  std::vector<index> result;
  for (auto& need : node(i).requirements)
    if (auto provider = best_provider(i, need.id); provider && !contains(result, *provider))
      result.push_back(*provider);
  return result;
}

std::vector<dependency_graph::delivery> dependency_graph::deliveries() const {
  std::vector<index> providers = init_order_;
  std::sort(providers.begin(), providers.end(), [this](index a, index b) {
    return std::pair{node(b).weight, a} < std::pair{node(a).weight, b};
  });
  std::vector<delivery> result;
  for (auto collector : init_order_)
    for (std::size_t c = 0; c < node(collector).collections.size(); ++c)
      for (auto provider : providers)
        for (std::size_t p = 0; p < node(provider).provisions.size(); ++p)
          if (provider != collector && node(provider).provisions[p] == node(collector).collections[c])
            result.push_back({collector, c, provider, p});
  return result;
}

std::vector<unsigned> dependency_graph::ranks() const {
  std::vector<unsigned> result;
  for (auto& n : nodes_)
    result.push_back(n.spec.weight);
  // Consumers come after their providers in the init order: backwards, each rank is final when it is passed
  // on.
  for (auto consumer = init_order_.rbegin(); consumer != init_order_.rend(); ++consumer)
    for (auto provider : needs(*consumer))
      result[provider] = std::max(result[provider], result[*consumer]);
  return result;
}

std::vector<std::vector<index>> dependency_graph::serve_classes() const {
  std::map<unsigned, std::vector<index>, std::greater<>> classes;
  auto rank = ranks();
  for (auto i : init_order_)
    classes[rank[i]].push_back(i);
  std::vector<std::vector<index>> result;
  for (auto& [weight, members] : classes)
    result.push_back(std::move(members));
  return result;
}

std::vector<std::vector<index>> dependency_graph::stop_levels() const {
  auto rank = ranks();
  std::vector<std::size_t> depth(nodes_.size(), 0);
  std::map<std::pair<unsigned, std::size_t>, std::vector<index>> levels;
  for (auto consumer = init_order_.rbegin(); consumer != init_order_.rend(); ++consumer) {
    levels[{rank[*consumer], depth[*consumer]}].push_back(*consumer);
    for (auto provider : needs(*consumer))
      if (rank[provider] == rank[*consumer])
        depth[provider] = std::max(depth[provider], depth[*consumer] + 1);
  }
  std::vector<std::vector<index>> result;
  for (auto& [key, members] : levels)
    result.push_back(std::move(members));
  return result;
}

std::string dependency_graph::text() const {
  std::string out = "digraph endure {\n\trankdir=TB;\n\tgraph [compound=true];\n";
  for (index provider = 0; provider < nodes_.size(); ++provider)
    for (index consumer = 0; consumer < nodes_.size(); ++consumer) {
      auto& needed = node(consumer).requirements;
      auto offers = [&](const service_id& id) { return contains(node(provider).provisions, id); };
      auto edge = std::any_of(needed.begin(), needed.end(), [&](auto& need) { return offers(need.id); }) ||
                  std::any_of(node(consumer).collections.begin(), node(consumer).collections.end(), offers);
      if (edge && provider != consumer)
        out += "\t\"" + node(provider).name + "\" -> \"" + node(consumer).name + "\";\n";
    }
  return out + "}\n";
}

} // namespace rr
