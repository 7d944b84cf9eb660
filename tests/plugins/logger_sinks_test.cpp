#include "plugins/logger/sinks.hpp"
#include "tests/plugins/logger_fixture.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <optional>

using namespace rr;
using namespace rr::test;

namespace {

log_record record_of(std::string channel, log_level level, std::string message) {
  return {level, {}, std::move(channel), std::move(message), {}};
}

/// Sets a variable of the environment for the length of a test.
class environment {
public:
  environment(const char* name, const char* value) : name_(name) {
    if (auto* former = std::getenv(name))
      former_ = former;
    if (value != nullptr)
      ::setenv(name, value, 1);
    else
      ::unsetenv(name);
  }
  environment(const environment&) = delete;
  environment& operator=(const environment&) = delete;
  ~environment() {
    if (former_)
      ::setenv(name_, former_->c_str(), 1);
    else
      ::unsetenv(name_);
  }

private:
  const char* name_;
  std::optional<std::string> former_;
};

log_channel_options raw_to(const std::string& output) {
  log_channel_options options;
  options.mode = "raw";
  options.output = {output};
  return options;
}

std::unique_ptr<log_sink> made(const log_options& options) {
  auto sink = make_log_sink(options);
  if (!sink)
    FAIL(render(sink.error()));
  return std::move(*sink);
}

error refused(const log_options& options) {
  auto sink = make_log_sink(options);
  REQUIRE_FALSE(sink.has_value());
  return sink.error();
}

} // namespace

TEST_CASE_METHOD(logger_fixture, "records go to every output of the root", "[logger][sinks]") {
  log_options options;
  options.root = raw_to(path("a.log"));
  options.root.output.push_back(path("b.log"));

  auto sink = made(options);
  sink->write(record_of("http", log_level::info, "hello"));
  sink->flush();

  CHECK(text_of("a.log") == "hello\n");
  CHECK(text_of("b.log") == "hello\n");
}

TEST_CASE_METHOD(logger_fixture, "a file is appended to", "[logger][sinks]") {
  put("a.log", "before\n");
  log_options options;
  options.root = raw_to("file://" + path("a.log"));

  made(options)->write(record_of("", log_level::info, "after"));

  CHECK(text_of("a.log") == "before\nafter\n");
}

TEST_CASE_METHOD(logger_fixture, "an output that is named twice is written once", "[logger][sinks]") {
  log_options options;
  options.root = raw_to(path("a.log"));
  options.root.output.push_back(path("./a.log"));

  made(options)->write(record_of("", log_level::info, "once"));

  CHECK(text_of("a.log") == "once\n");
}

TEST_CASE_METHOD(logger_fixture, "channels that share a file keep their lines in order", "[logger][sinks]") {
  log_options options;
  options.root = raw_to(path("a.log"));
  options.channels["http"] = raw_to(path("a.log"));

  auto sink = made(options);
  sink->write(record_of("rpc", log_level::info, "1"));
  sink->write(record_of("http", log_level::info, "2"));
  sink->write(record_of("rpc", log_level::info, "3"));
  sink->flush();

  CHECK(text_of("a.log") == "1\n2\n3\n");
}

TEST_CASE_METHOD(logger_fixture, "a channel of its own inherits nothing from the root", "[logger][sinks]") {
  log_options options;
  options.root = raw_to(path("root.log"));
  options.root.level = "error";
  options.channels["http"].output = {path("http.log")};

  auto sink = made(options);
  sink->write(record_of("http", log_level::debug, "x"));
  sink->write(record_of("rpc", log_level::info, "below"));
  sink->flush();

  CHECK(text_of("http.log") == "1970-01-01T00:00:00+0000\tDEBUG\thttp        \tx\n");
  CHECK(text_of("root.log").empty());
}

TEST_CASE_METHOD(logger_fixture, "a sub-logger belongs to the channel of its parent", "[logger][sinks]") {
  log_options options;
  options.root = raw_to(path("root.log"));
  options.channels["Service"] = raw_to(path("service.log"));
  options.channels["service.special"] = raw_to(path("special.log"));

  auto sink = made(options);
  sink->write(record_of("service.billing", log_level::info, "billing"));
  sink->write(record_of("service.special", log_level::info, "special"));
  sink->write(record_of("services", log_level::info, "other"));
  sink->flush();

  CHECK(text_of("service.log") == "billing\n");
  CHECK(text_of("special.log") == "special\n");
  CHECK(text_of("root.log") == "other\n");
}

TEST_CASE("thresholds follow level, mode and place", "[logger][sinks]") {
  log_options options;
  options.root.mode = "Production";
  options.channels["quiet"].level = "WARNING";
  options.channels["json"].mode = "production";
  options.channels["raw"].mode = "raw";
  options.channels["plain"] = {};
  options.channels["off"].mode = "none";

  auto sink = made(options);

  CHECK(sink->threshold("http") == log_level::debug);
  CHECK(sink->threshold("") == log_level::debug);
  CHECK(sink->threshold("quiet") == log_level::warn);
  CHECK(sink->threshold("json") == log_level::info);
  CHECK(sink->threshold("raw") == log_level::info);
  CHECK(sink->threshold("plain") == log_level::debug);
  CHECK(sink->threshold("off") == log_level::off);
}

TEST_CASE_METHOD(logger_fixture, "an unknown level, mode or encoding is refused with a remedy",
                 "[logger][sinks]") {
  log_options options;

  SECTION("level") {
    options.channels["http"].level = "loud";
    CHECK(render(refused(options)) == "logs.channels.http.level: unknown level \"loud\"");
  }
  SECTION("mode") {
    options.root.mode = "prod";
    CHECK(render(refused(options)) == "logs.mode: unknown mode \"prod\"");
  }
  SECTION("encoding") {
    options.root.encoding = "xml";
    CHECK(render(refused(options)) == "no encoder registered for name \"xml\"");
  }
  SECTION("numbers of the file logger") {
    options.root.file_logger = file_logger_options{path("x.log"), -2, 0, 0, false};
    CHECK(render(refused(options)) == "logs.file_logger_options.max_size: must not be negative, got -2");
  }
  CHECK_FALSE(remedy_of(refused(options)).empty());
}

TEST_CASE_METHOD(logger_fixture, "a mistake in one channel leaves no file of another", "[logger][sinks]") {
  log_options options;
  options.root = raw_to(path("root.log"));
  options.channels["http"].level = "loud";

  refused(options);

  CHECK(files().empty());
}

TEST_CASE_METHOD(logger_fixture, "an output that cannot be opened says which and why", "[logger][sinks]") {
  log_options options;

  SECTION("no directory") {
    auto name = path("missing/x.log");
    options.root.output = {name};
    CHECK(render(refused(options)) ==
          "open sink \"" + name + "\": open " + name + ": no such file or directory");
  }
  SECTION("a file URL") {
    auto name = path("missing/x.log");
    options.root.output = {"file://localhost" + name};
    CHECK(render(refused(options)) ==
          "open sink \"file://localhost" + name + "\": open " + name + ": no such file or directory");
  }
  SECTION("a directory") {
    options.root.output = {path("")};
    CHECK(render(refused(options)) ==
          "open sink \"" + path("") + "\": open " + path("") + ": is a directory");
  }
  SECTION("another scheme") {
    options.root.output = {"http://x/y"};
    CHECK(render(refused(options)) == "open sink \"http://x/y\": no sink found for scheme \"http\"");
  }
  SECTION("another machine") {
    options.root.output = {"file://elsewhere/y"};
    CHECK(render(refused(options)) ==
          "open sink \"file://elsewhere/y\": "
          "file URLs must leave host empty or use localhost: got file://elsewhere/y");
  }
  SECTION("an error output") {
    options.root.err_output = {path("missing/x.log")};
    CHECK(render(refused(options)).find("no such file or directory") != std::string::npos);
  }
  SECTION("a named pipe that nobody reads") {
    REQUIRE(::mkfifo(path("fifo").c_str(), 0600) == 0);
    options.root.output = {path("fifo")};
    CHECK(render(refused(options)).find("no such device or address") != std::string::npos);
  }
}

TEST_CASE("the path of an output is read from its name", "[logger][output]") {
  CHECK(output_path("stdout") == "stdout");
  CHECK(output_path("logs/x.log") == "logs/x.log");
  CHECK(output_path("file:///var/log/a%20b.log") == "/var/log/a b.log");
  CHECK(output_path("not a scheme://x") == "not a scheme://x");
  CHECK_FALSE(output_path("file:///a%2").has_value());
  CHECK_FALSE(output_path("file:///a%zz").has_value());
  CHECK_FALSE(output_path("file:///a%00b").has_value());
  CHECK_FALSE(output_path("file:///a?b=c").has_value());
  CHECK_FALSE(output_path("file://").has_value());
}

TEST_CASE_METHOD(logger_fixture, "files are opened again by their names", "[logger][sinks]") {
  log_options options;
  options.root = raw_to(path("a.log"));
  auto sink = made(options);
  sink->write(record_of("", log_level::info, "old"));
  sink->flush();
  move("a.log", "a.log.1");

  sink->write(record_of("", log_level::info, "still old"));
  sink->reopen();
  sink->write(record_of("", log_level::info, "new"));
  sink->flush();

  CHECK(text_of("a.log.1") == "old\nstill old\n");
  CHECK(text_of("a.log") == "new\n");
}

TEST_CASE_METHOD(logger_fixture, "a file that cannot be opened again is kept, and the log says so",
                 "[logger][sinks]") {
  make_folder("sub");
  log_options options;
  options.root = raw_to(path("sub/a.log"));
  options.root.err_output = {path("trouble.log")};
  auto sink = made(options);
  move("sub", "gone");

  sink->reopen();
  sink->write(record_of("", log_level::info, "kept"));
  sink->flush();

  CHECK(text_of("gone/a.log") == "kept\n");
  CHECK(text_of("trouble.log").find("no such file or directory") != std::string::npos);
}

TEST_CASE_METHOD(logger_fixture, "the file logger writes JSON with the keys of the mode", "[logger][sinks]") {
  log_options options;
  options.root.mode = "production";
  options.root.encoding = "no such encoding";
  options.root.output = {path("ignored.log")};
  options.root.file_logger = file_logger_options{path("deep/er/app.log"), 0, 0, 0, false};
  options.channels["http"].file_logger = file_logger_options{path("http.log"), 0, 0, 0, false};

  auto sink = made(options);
  sink->write(record_of("rpc", log_level::info, "x"));
  sink->write(record_of("http", log_level::info, "y"));
  sink.reset();

  CHECK(text_of("deep/er/app.log") == "{\"level\":\"info\",\"ts\":0,\"logger\":\"rpc\",\"msg\":\"x\"}\n");
  CHECK(text_of("http.log") ==
        "{\"L\":\"INFO\",\"T\":\"1970-01-01T00:00:00+0000\",\"N\":\"http        \",\"M\":\"y\"}\n");
  CHECK(mode_of("deep/er/app.log") == 0600);
  CHECK(files() == std::vector<std::string>{"deep", "http.log"});
}

TEST_CASE_METHOD(logger_fixture, "a file logger refuses what is no file", "[logger][sinks]") {
  log_options options;
  make_folder("app.log");
  options.root.file_logger = file_logger_options{path("app.log"), 0, 0, 0, false};
  CHECK(render(refused(options)) == "open " + path("app.log") + ": is a directory");

  options.root.file_logger->log_output = "/dev/null";
  CHECK(render(refused(options)) == "open /dev/null: not a regular file");
}

TEST_CASE_METHOD(logger_fixture, "lines are coloured on a terminal, and only there", "[logger][sinks]") {
  environment term{"TERM", "xterm"};
  environment no_color{"NO_COLOR", nullptr};
  terminal t;
  log_options options;
  options.root.output = {t.name(), path("a.log")};

  auto sink = made(options);
  sink->write(record_of("http", log_level::info, "x"));
  sink->flush();

  CHECK(t.read_line() == "1970-01-01T00:00:00+0000\t\x1b[96mINFO\x1b[0m\t\x1b[92mhttp        \x1b[0m\tx");
  CHECK(text_of("a.log") == "1970-01-01T00:00:00+0000\tINFO\thttp        \tx\n");
}

TEST_CASE("NO_COLOR and a dumb terminal take the colours away", "[logger][sinks]") {
  auto [no_color_value, term_value] =
      GENERATE(table<const char*, const char*>({{"1", "xterm"}, {nullptr, "dumb"}}));
  environment term{"TERM", term_value};
  environment no_color{"NO_COLOR", no_color_value};
  terminal t;
  log_options options;
  options.root.output = {t.name()};

  auto sink = made(options);
  sink->write(record_of("http", log_level::info, "x"));
  sink->flush();

  CHECK(t.read_line() == "1970-01-01T00:00:00+0000\tINFO\thttp        \tx");
}

TEST_CASE_METHOD(logger_fixture, "a full disk costs lines and one sentence", "[logger][sinks]") {
  log_options options;
  options.root = raw_to("/dev/full");
  options.root.output.push_back(path("a.log"));
  options.root.err_output = {path("trouble.log")};

  auto sink = made(options);
  for (int i = 0; i < 3; ++i) {
    sink->write(record_of("", log_level::info, "x"));
    sink->flush();
  }

  CHECK(text_of("a.log") == "x\nx\nx\n");
  auto trouble = text_of("trouble.log");
  CHECK(trouble.find("log output \"/dev/full\" takes nothing, lines are lost: no space left on device") !=
        std::string::npos);
  CHECK(std::count(trouble.begin(), trouble.end(), '\n') == 1);
}
