#include "plugins/container_state.hpp"

#include "config/document.hpp"

#include <cstdio>

namespace rr {

namespace {

graph_node node_of(const plugin& p, const descriptor& wants) {
  graph_node n{std::string{p.name()}, p.weight(), wants.requirements, {}, {}};
  for (auto& offer : wants.provisions)
    n.provisions.push_back(offer.id);
  for (auto& c : wants.collections)
    n.collections.push_back(c.id);
  return n;
}

} // namespace

// ----------------------------------------------------------------------------------------

void container_state::start() {
  if (phase_ == phase::starting || phase_ == phase::running)
    return;
  start_is_owed_ = true;
  if (phase_ != phase::idle)
    return tell_started(fail(error_kind::serve, {}, "the plugins have been stopped; they start once"));
  auto up = bring_up();
  if (!up) {
    forget_plugins();
    return tell_started(std::move(up));
  }
  was_up_ = true;
  phase_ = phase::starting;
  enter("starting");
  note(log_level::debug, "preparing to serve");
  classes_ = graph_.serve_classes();
  serve_class();
}

expected<void> container_state::bring_up() {
  if (slots_.empty() || slots_.front().code == nullptr)
    return fail(error_kind::undefined, {}, "no plugins registered");
  return resolve().and_then([this] { return init_all(); }).and_then([this] { return collect_all(); });
}

expected<void> container_state::resolve() {
  std::vector<graph_node> nodes;
  for (auto& slot : slots_) {
    auto described = attempt([&]() -> expected<void> {
      slot.code->describe(slot.wants);
      return {};
    });
    if (!described)
      return described;
    nodes.push_back(node_of(*slot.code, slot.wants));
    note(log_level::debug, "type registered", {{"type", nodes.back().name}});
  }
  auto graph = dependency_graph::resolve(std::move(nodes));
  if (!graph)
    return tl::unexpected(graph.error());
  graph_ = std::move(*graph);
  for (index i = 0; i < slots_.size(); ++i)
    if (slots_[i].state = plugin_state::resolved; !graph_.active(i))
      note_disabled(i, false);
  if (options_.print_graph)
    std::fputs(graph_.text().c_str(), stderr);
  return {};
}

void container_state::note_disabled(index i, bool by_itself) {
  slots_[i].state = plugin_state::disabled;
  slots_[i].reason = graph_.off_because(i);
  auto& plugin_name = graph_.node(i).name;
  // Whoever wrote a section for it expects it to run; its own channel, as the container's is quiet by
  // default.
  if (!by_itself && host_.config != nullptr && host_.config->has(plugin_name))
    logger{plugin_name}.warn("plugin disabled", {{"reason", slots_[i].reason}});
  else
    note(log_level::debug, "plugin disabled", {{"plugin", plugin_name}, {"reason", slots_[i].reason}});
}

expected<void> container_state::init_all() {
  while (auto next = graph_.next_init())
    if (auto done = init(*next); !done)
      return done;
  if (!graph_.any_active())
    return fail(error_kind::undefined, {}, "All plugins are disabled, nothing to serve");
  return {};
}

expected<void> container_state::init(index i) {
  auto& slot = slots_[i];
  plugin_init_context context{host_, graph_, slots_, i};
  init_result result;
  auto called = attempt([&]() -> expected<void> {
    result = slot.code->init(context);
    return {};
  });
  if (!called)
    result = init_result::fail(called.error());
  if (result.code == init_result::disabled)
    return switch_off(i, result.why.text);
  if (result.code == init_result::failed) {
    slot.state = plugin_state::failed;
    slot.reason = render(result.why);
    return tl::unexpected(std::move(result.why));
  }
  slot.state = plugin_state::initialized;
  graph_.initialized(i);
  return {};
}

expected<void> container_state::switch_off(index i, std::string reason) {
  auto lost = graph_.disable(i, std::move(reason));
  note_disabled(i, true);
  if (!lost)
    return tl::unexpected(lost.error());
  for (auto other : *lost)
    note_disabled(other, false);
  return {};
}

expected<void> container_state::collect_all() {
  for (auto& d : graph_.deliveries())
    if (auto done = attempt([&] { return collect(d); }); !done)
      return done;
  return {};
}

expected<void> container_state::collect(const dependency_graph::delivery& d) {
  auto value = slots_[d.provider].wants.provisions[d.provision].make(graph_.node(d.collector).name);
  slots_[d.collector].wants.collections[d.collection].take(graph_.node(d.provider).name, value);
  return {};
}

/// In reverse order of initialisation; the names stay in the graph.
void container_state::forget_plugins() {
  auto& order = graph_.init_order();
  for (auto i = order.rbegin(); i != order.rend(); ++i) {
    slots_[*i].wants = {};
    slots_[*i].code.reset();
    if (slots_[*i].state == plugin_state::initialized)
      slots_[*i].state = plugin_state::stopped;
  }
  if (graph_.size() == 0)
    slots_.clear();
  for (auto& slot : slots_) {
    slot.wants = {};
    slot.code.reset();
  }
}

} // namespace rr
