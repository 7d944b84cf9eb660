#include "plugins/container_context.hpp"

#include <algorithm>
#include <caf/send.hpp>

namespace rr {

namespace {

/// Shared by all copies of one completion; the last one to go notices that nobody called.
struct ticket {
  container_actor container;
  std::size_t plugin;
  plugin_step::kind_type kind;
  bool called = false;

  ticket(container_actor c, std::size_t p, plugin_step::kind_type k)
      : container(std::move(c)), plugin(p), kind(k) {}
  ticket(const ticket&) = delete;
  ticket& operator=(const ticket&) = delete;

  ~ticket() {
    if (!called)
      tell(rr::fail(error_kind::undefined, {}, "the plugin gave up without saying why"));
  }

  void tell(expected<void> result) {
    called = true;
    caf::anon_send(container, step_atom::value, plugin_step{plugin, kind, std::move(result)});
  }
};

} // namespace

std::any plugin_init_context::resolve(service_id id) {
  auto& requirements = slots_[consumer_].wants.requirements;
  auto declared = std::any_of(requirements.begin(), requirements.end(), [&](auto& r) { return r.id == id; });
  // What was not declared has no place in the order: its provider may not be initialised.
  auto provider = declared ? graph_.provider_of(consumer_, id) : std::nullopt;
  if (!provider)
    return {};
  for (auto& offer : slots_[*provider].wants.provisions)
    if (offer.id == id)
      return offer.make(graph_.node(consumer_).name);
  return {};
}

void plugin_serve_context::start_child(child_spec spec, completion done) {
  caf::anon_send(container_, child_atom::value, child_order{plugin_, std::move(spec), std::move(done)});
}

void plugin_serve_context::fail(error why) {
  caf::anon_send(container_, fail_atom::value, plugin_, std::move(why));
}

completion step_completion(container_actor container, std::size_t plugin, plugin_step::kind_type kind) {
  auto shared = std::make_shared<ticket>(std::move(container), plugin, kind);
  return [shared](expected<void> result) { shared->tell(std::move(result)); };
}

} // namespace rr
