#include "plugins/server/server_plugin.hpp"

#include "actors/listen_address.hpp"
#include "actors/registry.hpp"
#include "config/document.hpp"
#include "plugins/pool_factory.hpp"
#include "plugins/section_error.hpp"
#include "plugins/server/on_init_actor.hpp"
#include "plugins/server/server_section.hpp"
#include "plugins/server/worker_environment.hpp"
#include "relay/relay_listener.hpp"
#include "supervisor/supervisor_actor.hpp"
#include "supervisor/user_lookup.hpp"

#include <caf/actor_cast.hpp>
#include <utility>

namespace rr {

namespace {

constexpr const char* relay_path = "rr/server/relay";

bool is_socket(const std::string& relay) { return relay != "pipes"; }

/// @errors kind network, with the texts of the reference
expected<void> check_relay(const std::string& relay) {
  auto bad = [&](std::string text) {
    return fail(error_kind::network, "server_plugin_init_factory", std::move(text),
                "use `pipes`, `tcp://127.0.0.1:7000` or `unix:///run/rr.sock` as server.relay");
  };
  if (!is_socket(relay))
    return {};
  auto scheme_end = relay.find("://");
  if (scheme_end == std::string::npos || relay.find("://", scheme_end + 3) != std::string::npos)
    return bad("invalid DSN (tcp://:6001, unix://file.sock)");
  if (auto scheme = relay.substr(0, scheme_end); scheme != "tcp" && scheme != "unix")
    return bad("invalid Protocol ([tcp://]:6001, unix://file.sock), address: " + relay);
  if (auto address = parse_listen_address(relay); !address)
    return tl::unexpected<error>(wrap("server_plugin_init_factory", error_kind::network, address.error()));
  return {};
}

/// The facts that all pools share, given out as pool_factory.
class shared_workers final : public pool_factory {
public:
  shared_workers(const host& h, server_config config) : host_(h), config_(std::move(config)) {
    parts_.inherited = own_environment();
    parts_.relay = config_.relay;
    parts_.rpc = h.config->text_or("rpc.listen", "");
    parts_.server = config_.env;
    parts_.version = h.version;
  }

  expected<void> look_up_user() {
    if (config_.user.empty())
      return {};
    auto found = find_user(config_.user, config_.group);
    if (!found)
      return fail(error_kind::init, "server_plugin_init", found.error().text,
                  "name an existing user in server.user, or remove the key");
    user_ = *found;
    return {};
  }

  expected<pool_options> complete(pool_options options,
                                  std::map<std::string, std::string> mode_env) override {
    auto& process = options.worker.process;
    if (process.argv.empty())
      process.argv = config_.command;
    if (process.argv.empty())
      return fail(error_kind::init, "server_plugin_init", "command should not be empty",
                  "set server.command");
    auto parts = parts_;
    parts.mode = std::move(mode_env);
    process.env = worker_environment(parts);
    process.user = user_;
    process.stdio = is_socket(config_.relay) ? process_stdio::null : process_stdio::relay;
    return options;
  }

  start_function pool_start(pool_options options) override {
    bool socket = is_socket(config_.relay);
    return [launcher = host_.launcher, options = std::move(options), socket](caf::actor_system& system,
                                                                             birth b) {
      auto with_listener = options;
      // Looked up at each start: the listener may have been restarted. Without it no worker could boot.
      if (socket) {
        auto listener = registry::instance().find(relay_path);
        if (listener == nullptr)
          return supervised_actor{};
        with_listener.worker.listener = caf::actor_cast<relay_listener_actor>(listener);
      }
      return supervised_actor{spawn_pool(system, std::move(b), launcher, std::move(with_listener))};
    };
  }

  std::optional<on_init_options> on_init() const {
    if (!config_.on_init)
      return std::nullopt;
    auto& written = *config_.on_init;
    on_init_options o;
    o.process.argv = written.command;
    o.process.env = on_init_environment(parts_.inherited, written.env);
    o.time_limit = std::max(std::chrono::ceil<std::chrono::milliseconds>(written.exec_timeout),
                            std::chrono::milliseconds{1});
    o.exit_on_error = written.exit_on_error;
    return o;
  }

  const server_config& config() const { return config_; }

private:
  host host_;
  server_config config_;
  environment_parts parts_;
  std::optional<process_user> user_;
};

class server_plugin final : public plugin {
public:
  std::string_view name() const noexcept override { return "server"; }

  void describe(descriptor& d) override {
    d.provide<pool_factory>(
        [this](std::string_view) { return std::static_pointer_cast<pool_factory>(workers_); });
  }

  init_result init(init_context& context) override {
    host_ = context.of();
    if (!host_.config->has("server"))
      return init_result::off("the configuration has no section server");
    auto config = read_section(*host_.config, "server", server_section(), "server_plugin_init", log_);
    if (!config)
      return init_result::fail(config.error());
    if (auto relay = check_relay(config->relay); !relay)
      return init_result::fail(relay.error());
    workers_ = std::make_shared<shared_workers>(host_, std::move(*config));
    if (auto user = workers_->look_up_user(); !user)
      return init_result::fail(user.error());
    return prepare_on_init();
  }

  // on_init first, then the listener; the pools follow in later serves.
  void serve(std::shared_ptr<serve_context> context, completion done) override {
    auto first = tree(true);
    if (first.children.empty())
      return done({});
    child_spec spec;
    spec.id = "server";
    spec.kind = child_kind::supervisor;
    // The command runs once in the life of rr, also when this part of the tree has to start again.
    spec.start = [first, later = tree(false), is_first = std::make_shared<bool>(true)](
                     caf::actor_system& system, birth b) -> supervised_actor {
      return spawn_supervisor(system, std::move(b), std::exchange(*is_first, false) ? first : later);
    };
    context->start_child(std::move(spec), std::move(done));
  }

private:
  supervisor_spec tree(bool with_on_init) const {
    supervisor_spec s;
    s.waits = back_off{};
    if (with_on_init && on_init_)
      s.children.push_back(
          {"on_init", starts(spawn_on_init, host_.launcher, *on_init_), restart_type::temporary});
    if (is_socket(workers_->config().relay)) {
      relay_listener_options listener;
      listener.address = workers_->config().relay;
      s.children.push_back({"relay", starts(spawn_relay_listener, listener)});
    }
    return s;
  }

  init_result prepare_on_init() {
    on_init_ = workers_->on_init();
    if (!on_init_)
      return {};
    auto& written = *workers_->config().on_init;
    if (!written.user.empty()) {
      auto user = find_user(written.user, written.group);
      if (!user)
        return init_result::fail({error_kind::init, "server_plugin_init", user.error().text,
                                  "name an existing user in server.on_init.user"});
      on_init_->process.user = *user;
    }
    return {};
  }

  logger log_{"server"};
  host host_;
  std::shared_ptr<shared_workers> workers_;
  std::optional<on_init_options> on_init_;
};

} // namespace

std::unique_ptr<plugin> make_server_plugin() { return std::make_unique<server_plugin>(); }

} // namespace rr
