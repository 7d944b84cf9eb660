#include "plugins/logger/logger_plugin.hpp"

#include "config/document.hpp"
#include "plugins/logger/logs_section.hpp"
#include "plugins/logger/sinks.hpp"
#include "plugins/section_error.hpp"

namespace rr {

namespace {

error refused(error why) {
  if (remedy_of(why).empty()) // of the outputs the system itself has told what is wrong
    why.remedy =
        "look at `output` and `err_output` of the section logs: their folders must exist and be writable";
  return wrap("logger_plugin_init", error_kind::init, std::move(why));
}

class logger_plugin final : public plugin {
public:
  std::string_view name() const noexcept override { return "logs"; }
  std::string shown_as() const override { return "*logger.Plugin"; }

  // Heavier than all others: initialised before they can write, stopped after their last word.
  unsigned weight() const noexcept override { return 1000; }

  init_result init(init_context& context) override {
    auto config =
        read_section(*context.of().config, "logs", logs_section(), "logger_plugin_init", logger{"logs"});
    if (!config)
      return init_result::fail(config.error());
    auto sink = make_log_sink({*config, config->channels});
    if (!sink)
      return init_result::fail(refused(sink.error()));
    log_port::instance().open(std::move(*sink));
    return {};
  }
};

} // namespace

std::unique_ptr<plugin> make_logger_plugin() { return std::make_unique<logger_plugin>(); }

} // namespace rr
