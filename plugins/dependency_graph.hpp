#pragma once

#include "actors/error.hpp"
#include "plugins/plugin.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace rr {

/// One plugin as the graph sees it: names only, no code.
struct graph_node {
  std::string name;
  unsigned weight = 1;
  std::vector<descriptor::requirement> requirements;
  std::vector<service_id> provisions;
  std::vector<service_id> collections;
};

/// `rr.server/1`.
std::string to_string(const service_id& id);

/// Who needs whom, who has been switched off, and every order that follows from it.
///
/// Pure and deterministic: the same nodes in the same order give the same answers. A node is named by its
/// index in registration order. Among several providers of a contract the one with the highest weight is
/// chosen, then the one that registered first; never the consumer itself. Collections order nothing but their
/// own deliveries.
class dependency_graph {
public:
  using index = std::size_t;

  /// One value to hand to a collector.
  struct delivery {
    index collector;
    std::size_t collection; ///< which of the collector's
    index provider;
    std::size_t provision; ///< which of the provider's
  };

  /// Registers and resolves: plugins with an unmet requirement are off, and whoever needed them, to a fix
  /// point.
  ///
  /// @errors register_plugin: a name twice; init: `plugins require each other: a -> b -> a`
  static expected<dependency_graph> resolve(std::vector<graph_node> nodes);

  std::size_t size() const noexcept { return nodes_.size(); }
  const graph_node& node(index i) const { return nodes_[i].spec; }

  bool active(index i) const { return nodes_[i].off_because.empty(); }
  bool any_active() const;

  /// Why a plugin is off; empty while it is active.
  const std::string& off_because(index i) const { return nodes_[i].off_because; }

  /// The active provider that `consumer` gets for `id`; nothing for an optional contract that nobody offers.
  std::optional<index> provider_of(index consumer, const service_id& id) const;

  /// The active plugin to initialise next: all it needs is initialised; then by weight descending, then
  /// registration. Nothing when all active plugins are.
  std::optional<index> next_init() const;

  /// Notes that the plugin's init went well; its place in the init order is now.
  void initialized(index i) { init_order_.push_back(i); }

  /// Switches a plugin off. Whoever required it and is not initialised gets another provider or is off too.
  ///
  /// @return who else is off now, in registration order
  /// @errors init: the plugins that are left require each other
  expected<std::vector<index>> disable(index i, std::string reason);

  const std::vector<index>& init_order() const noexcept { return init_order_; }

  /// Collectors in init order, each one's collections in order, each one's providers by weight descending,
  /// then registration. Initialised plugins only.
  std::vector<delivery> deliveries() const;

  /// Whose service the plugin uses: its chosen providers.
  std::vector<index> needs(index i) const;

  /// The initialised plugins in classes to serve one after another, heaviest first, each class in init order.
  /// A provider is never in a later class than its consumer, whatever its own weight; inside a class `needs`
  /// orders.
  std::vector<std::vector<index>> serve_classes() const;

  /// The initialised plugins in levels to stop one after another: lightest classes first, inside a class
  /// those first that nobody needs.
  std::vector<std::vector<index>> stop_levels() const;

  /// The graph as it was registered, switched off plugins included, in Graphviz form.
  std::string text() const;

private:
  struct entry {
    graph_node spec;
    std::string off_because;
  };

  std::optional<index> best_provider(index consumer, const service_id& id) const;
  std::vector<index> disable_unmet();
  std::optional<std::string> find_cycle() const;
  bool is_initialized(index i) const;
  std::vector<unsigned> ranks() const;

  std::vector<entry> nodes_;
  std::vector<index> init_order_;
};

} // namespace rr
