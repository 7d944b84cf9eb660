#include "plugins/logger/logger_plugin.hpp"

#include "plugins/logger/logs_section.hpp"
#include "plugins/section_error.hpp"
#include "tests/plugins/captured_log.hpp"
#include "tests/plugins/config_text.hpp"
#include "tests/plugins/container_fixture.hpp"
#include "tests/plugins/logger_fixture.hpp"

using namespace rr;
using namespace rr::test;

namespace {

/// A container whose plugins log into files of the test.
class logger_plugin_fixture : public container_fixture, public logger_fixture {
public:
  // The log keeps records until somebody opens it: those of other tests must not reach the files of this one.
  logger_plugin_fixture() { captured_log discarded; }
  ~logger_plugin_fixture() { log_port::instance().close(); }

  void configure(const std::string& text) {
    document = document_of(text);
    h.config = &document;
    real.push_back(make_logger_plugin());
  }

  config::document document;
};

} // namespace

TEST_CASE_METHOD(logger_plugin_fixture, "every key of the logs section is read", "[logger_plugin]") {
  configure(
      "logs:\n  mode: production\n  level: warn\n  encoding: console\n  line_ending: ';'\n  output: [stdout, "
      "a.log]\n"
      "  err_output: b.log\n  file_logger_options:\n    log_output: c.log\n    max_size: 5\n    max_age: 6\n"
      "    max_backups: 7\n    compress: true\n  channels:\n    HTTP:\n      mode: raw\n      output: "
      "stderr\n"
      "    jobs:\n      file_logger_options: {log_output: jobs.log}\n");

  auto read = read_section(document, "logs", logs_section(), "op", logger{});

  REQUIRE(read);
  CHECK(read->mode == "production");
  CHECK(read->level == "warn");
  CHECK(read->encoding == "console");
  CHECK(read->line_ending == ";");
  CHECK(read->output == std::vector<std::string>{"stdout", "a.log"});
  CHECK(read->err_output == std::vector<std::string>{"b.log"});
  REQUIRE(read->file_logger);
  CHECK(read->file_logger->log_output == "c.log");
  CHECK(read->file_logger->max_size == 5);
  CHECK(read->file_logger->max_age == 6);
  CHECK(read->file_logger->max_backups == 7);
  CHECK(read->file_logger->compress);
  REQUIRE(read->channels.size() == 2);
  CHECK(read->channels.at("HTTP").mode == "raw");
  CHECK(read->channels.at("jobs").file_logger->log_output == "jobs.log");
}

TEST_CASE_METHOD(logger_plugin_fixture, "the log is open before any other plugin is initialised",
                 "[logger_plugin]") {
  add("heavy", 100).init = [](init_context&) {
    logger{"heavy"}.info("first words");
    return init_result{};
  };
  configure("logs: {mode: raw, output: " + path("all.log") + "}\n");

  start();
  log_port::instance().drain();

  CHECK(is_up());
  CHECK(text_of("all.log") == "first words\n");
}

TEST_CASE_METHOD(logger_plugin_fixture, "a channel has a log of its own, level and all", "[logger_plugin]") {
  configure("logs:\n  mode: raw\n  level: error\n  output: " + path("root.log") +
            "\n  channels:\n    http:\n      mode: raw\n"
            "      output: " +
            path("http.log") + "\n");

  start();
  logger{"http"}.info("to http");
  logger{"jobs"}.info("too quiet");
  logger{"jobs"}.error("to root");
  log_port::instance().drain();

  CHECK(text_of("http.log") == "to http\n");
  CHECK(text_of("root.log") == "to root\n");
}

TEST_CASE_METHOD(logger_plugin_fixture, "no logs section is no obstacle", "[logger_plugin]") {
  configure("version: '3'\n");

  start();

  CHECK(is_up());
  CHECK(states() == std::map<std::string, std::string>{{"logs", "serving"}});
}

TEST_CASE_METHOD(logger_plugin_fixture,
                 "a wrong value of the logs section ends the start and names key and remedy",
                 "[logger_plugin]") {
  auto bad = GENERATE("level: loud", "mode: fancy", "encoding: xml", "output: /no/such/folder/a.log",
                      "file_logger_options: {max_size: many}");
  configure("logs:\n  " + std::string{bad} + "\n");

  start();

  INFO(bad);
  CHECK(start_error().find("logger_plugin_init: Init error") == 0);
  CHECK_FALSE(remedy_of(started.front().error()).empty());
}
