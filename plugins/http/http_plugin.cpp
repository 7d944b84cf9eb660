#include "plugins/http/http_plugin.hpp"

#include "config/document.hpp"
#include "plugins/http/codec_probe.hpp"
#include "plugins/http/http_section.hpp"
#include "plugins/http/listener_actor.hpp"
#include "plugins/http/worker_codec.hpp"
#include "plugins/pool_factory.hpp"
#include "plugins/pool_section.hpp"
#include "plugins/section_error.hpp"
#include "supervisor/supervisor_actor.hpp"

namespace rr::http {

namespace {

constexpr const char* pool_path = "rr/http/pool";

/// The whole section `http` as it is written.
struct whole_config : http_config {
  pool_config pool;
};

config::section<whole_config> http_section() {
  config::section<whole_config> s{"http", "HTTP in front of a pool of workers."};
  describe_http(s);
  s.sub("pool", &whole_config::pool, pool_section());
  return s;
}

class http_plugin final : public plugin {
public:
  std::string_view name() const noexcept override { return "http"; }

  void describe(descriptor& d) override { d.require<pool_factory>(); }

  init_result init(init_context& context) override {
    host_ = context.of();
    auto* section = host_.config->find("http");
    if (section == nullptr)
      return init_result::off("the configuration has no section http");
    auto config = read_section(*host_.config, "http", http_section(), "http_plugin_init", log_);
    if (!config)
      return init_result::fail(config.error());
    listener_.http = to_options(*config, set_without_effect(*section));
    warn_of_missing_parts(*config);
    factory_ = context.get<pool_factory>();
    codec_ = std::make_shared<worker_codec>(config->codec);
    auto pool = to_pool_options(config->pool, std::string{name()}, section->child("pool"));
    pool.worker.choose_codec = [codec = codec_](const handshake& said) { return codec->of(said); };
    auto completed = factory_->complete(std::move(pool), {{"RR_MODE", "http"}});
    if (!completed)
      return init_result::fail(completed.error());
    pool_ = std::move(*completed);
    listener_.show_errors = pool_.debug;
    listener_.pool_path = pool_path;
    listener_.codec = codec_;
    return {};
  }

  void serve(std::shared_ptr<serve_context> context, completion done) override {
    child_spec spec{"http", starts(spawn_supervisor, tree())};
    spec.kind = child_kind::supervisor;
    spec.shutdown = host_.grace_period;
    context->start_child(std::move(spec), std::move(done));
  }

private:
  void warn_of_missing_parts(const whole_config& config) {
    for (auto& key : listener_.http.without_effect)
      log_.warn(without_effect_text(key));
    for (auto& key : pool_keys_without_effect(config.pool))
      log_.warn(without_effect_text("http." + key));
  }

  // A listener without its pool must not accept; a pool can do without its listener.
  supervisor_spec tree() const {
    supervisor_spec s;
    s.strategy = restart_strategy::rest_for_one;
    s.intensity = {3, std::chrono::seconds{5}};
    s.waits = back_off{};
    if (!codec_->decided())
      s.children.push_back({"codec", starts(spawn_codec_probe, host_.launcher, pool_.worker.process, codec_),
                            restart_type::temporary});
    child_spec pool{"pool", factory_->pool_start(pool_)};
    pool.shutdown = host_.grace_period;
    s.children.push_back(std::move(pool));
    child_spec listener{"listener", starts(spawn_listener, listener_)};
    listener.shutdown = host_.grace_period;
    s.children.push_back(std::move(listener));
    return s;
  }

  logger log_{"http"};
  host host_;
  std::shared_ptr<pool_factory> factory_;
  std::shared_ptr<worker_codec> codec_;
  pool_options pool_;
  listener_options listener_;
};

} // namespace

std::shared_ptr<const config::section_info> http_section_info() { return http_section().info(); }

std::unique_ptr<plugin> make_http_plugin() { return std::make_unique<http_plugin>(); }

} // namespace rr::http
