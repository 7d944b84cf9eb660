#include "plugins/logger/logger_plugin.hpp"

#include "config/document.hpp"
#include "plugins/logger/logs_section.hpp"
#include "plugins/logger/sinks.hpp"
#include "plugins/section_error.hpp"

namespace rr {

namespace {

class logger_plugin final : public plugin {
public:
  std::string_view name() const noexcept override { return "logger"; }

  init_result init(init_context& context) override {
    auto config = read_section(*context.of().config, "logs", logs_section(), "logger_plugin_init", logger{"logger"});
    if (!config)
      return init_result::fail(config.error());
    auto sink = make_log_sink({*config, config->channels});
    if (!sink)
      return init_result::fail(wrap("logger_plugin_init", error_kind::init, sink.error()));
    log_port::instance().open(std::move(*sink));
    return {};
  }
};

} // namespace

std::unique_ptr<plugin> make_logger_plugin() { return std::make_unique<logger_plugin>(); }

} // namespace rr
