#pragma once

#include "actors/messages.hpp"
#include "plugins/plugin.hpp"
#include "supervisor/supervisor_actor.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace rr {

class reactor;

using start_atom = caf::atom_constant<caf::atom("start")>;     ///< bring all plugins up
using halt_atom = caf::atom_constant<caf::atom("halt")>;       ///< bring all plugins down
using plugins_atom = caf::atom_constant<caf::atom("plugins")>; ///< who is in which state
using step_atom = caf::atom_constant<caf::atom("step")>;       ///< a plugin's serve or stop has ended
using fail_atom = caf::atom_constant<caf::atom("fail")>;       ///< a plugin has failed while running
using child_atom = caf::atom_constant<caf::atom("child")>;     ///< a plugin wants its child started
using born_atom = caf::atom_constant<caf::atom("born")>; ///< a plugin's child has been spawned, again perhaps

/// Where a plugin is in its life.
enum class plugin_state : std::uint8_t {
  registered,
  resolved,    ///< all it requires is registered
  disabled,    ///< switched off; the reason says why
  initialized, ///< until its serve has completed
  serving,
  stopping,
  stopped,
  failed, ///< its init, serve or stop failed, or its stop was abandoned at the deadline
};

/// The state in words, for example `serving`.
std::string_view to_string(plugin_state state);

/// One line of `rr plugins`.
struct plugin_row {
  std::string name;
  plugin_state state = plugin_state::registered;
  std::string reason; ///< why it is disabled or failed; empty otherwise
};

/// The outcome of one plugin's serve or stop on its way to the container.
struct plugin_step {
  enum kind_type : std::uint8_t { serve, stop };

  std::size_t plugin = 0; ///< in registration order
  kind_type kind = serve;
  expected<void> result;
};

/// A plugin's wish to have its child started.
struct child_order {
  std::size_t plugin = 0;
  child_spec spec;
  completion done;
};

/// How the container tells the outside; called on the container's thread.
struct container_callbacks {
  /// Once: all plugins are ready, or why the start failed. In the latter case everything has been stopped
  /// again.
  ///
  /// @errors of an init unchanged; of a serve: `Function call error:` and, on the next line, `serve error
  /// from the plugin *http.Plugin stopping execution, error: ...`, with an empty op for the command's own
  std::function<void(expected<void>)> started;
  /// At most once: a plugin failed while running; everything has been stopped in order. `plugin` as messages
  /// show it.
  std::function<void(error why, std::string plugin)> failed;
  /// For every halt: all plugins are down, or the errors of their stops, one a line.
  ///
  /// @errors `no plugins registered` when nothing was ever up
  std::function<void(expected<void>)> stopped;
};

struct container_options {
  log_level log_least = log_level::error; ///< of the container's own channel, `endure`
  bool print_graph = false;               ///< writes the dependency graph to stderr before the first init
};

using plugin_list = std::vector<std::unique_ptr<plugin>>;

/// Brings plugins up and down in order: init, collect, serve by weight class, stop in reverse.
///
/// Owns the plugins and the graph of who needs whom, but no child: children belong to the root supervisor,
/// which is asked to start and end them. A stop has one deadline, now + grace period; whoever misses it is
/// abandoned and its child killed, and all is over one second later at the latest. Ends with its supervisor;
/// its snapshot lists the plugins and their states.
using container_actor = supervised_actor::extend<
    // Once; the answer is `container_callbacks::started`. Again while all is up: nothing happens.
    caf::reacts_to<start_atom>,
    // Any number of times; the answer is `container_callbacks::stopped`. Cuts a start short.
    caf::reacts_to<halt_atom>,
    // All plugins in registration order.
    caf::replies_to<plugins_atom>::with<std::vector<plugin_row>>,
    // From plugins, on whatever thread they are.
    caf::reacts_to<step_atom, plugin_step>, caf::reacts_to<fail_atom, std::size_t, error>,
    caf::reacts_to<child_atom, child_order>, caf::reacts_to<born_atom, std::size_t, supervised_actor>,
    // To itself: the time that a stop may take is over.
    caf::reacts_to<tick_atom, std::uint64_t>>;

/// Plugins in registration order. The actor system of `h` is the one it is spawned in.
container_actor spawn_container(caf::actor_system& system, birth b, supervisor_actor root, host h,
                                plugin_list plugins, container_options options,
                                container_callbacks callbacks);

/// The command line's end of a running container. Thread-safe.
class container_control {
public:
  virtual ~container_control() = default;

  /// Stops all plugins in order; ends with `container_callbacks::stopped`.
  virtual void stop() = 0;

  /// Asks for the plugins' states; `take` is called on the container's thread, with nothing once it has
  /// ended.
  virtual void list(std::function<void(std::vector<plugin_row>)> take) = 0;
};

/// Adds a container to `root`, which must live on `home`, as its temporary child `container`, and starts it
/// there.
std::shared_ptr<container_control> start_container(reactor& home, supervisor_actor root, host h,
                                                   plugin_list plugins, container_options options,
                                                   container_callbacks callbacks);

} // namespace rr

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::vector<rr::plugin_row>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rr::plugin_step)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rr::child_order)
