#pragma once

#include "plugins/container.hpp"
#include "plugins/dependency_graph.hpp"

namespace rr {

/// All the container knows about one plugin.
struct plugin_slot {
  std::unique_ptr<plugin> code; ///< null once an init has failed
  std::string shown_as;
  descriptor wants;
  plugin_state state = plugin_state::registered;
  std::string reason = {};
  bool serve_called = false;
  bool served = false;
  bool stopping_now = false; ///< the level that is being stopped waits for it
  std::shared_ptr<class plugin_serve_context> context = {};
  std::optional<child_spec> child = {}; ///< as the root has it
  supervised_actor child_handle;   ///< of its latest start
  bool child_ending = false;            ///< the root has been asked to end it
};

/// Gives one plugin, during its init, the values of the providers that the graph has chosen.
class plugin_init_context final : public init_context {
public:
  plugin_init_context(const host& h, const dependency_graph& graph, std::vector<plugin_slot>& slots,
                      std::size_t consumer)
      : host_(h), graph_(graph), slots_(slots), consumer_(consumer) {}

  const host& of() const override { return host_; }

protected:
  std::any resolve(service_id id) override;

private:
  const host& host_;
  const dependency_graph& graph_;
  std::vector<plugin_slot>& slots_;
  std::size_t consumer_;
};

/// Turns what a plugin asks for into messages to the container.
class plugin_serve_context final : public serve_context {
public:
  plugin_serve_context(container_actor container, std::size_t plugin)
      : container_(std::move(container)), plugin_(plugin) {}

  void start_child(child_spec spec, completion done) override;
  void fail(error why) override;
  bool stopping() const override { return stopping_; }

  void begin_stop() { stopping_ = true; }

private:
  container_actor container_;
  std::size_t plugin_;
  bool stopping_ = false;
};

/// Calls into a plugin's code: an exception there is the plugin's failure, not the container's end.
template <class F>
expected<void> attempt(F f) {
  try {
    return f();
  } catch (const std::exception& e) {
    return fail(error_kind::undefined, {}, std::string{"unhandled exception: "} + e.what());
  }
}

/// A completion that tells the container how the step of a plugin ended. Dropped without a call it tells
/// that, too, so that nobody waits for ever.
completion step_completion(container_actor container, std::size_t plugin, plugin_step::kind_type kind);

} // namespace rr
