#include "plugins/logger/rotating_file.hpp"
#include "tests/plugins/logger_fixture.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <zlib.h>

using namespace rr;
using namespace rr::test;
using namespace std::chrono_literals;

namespace {

using strings = std::vector<std::string>;

struct rotation_fixture : logger_fixture {
  std::unique_ptr<rotating_file> open(backup_limits limits = {}, std::uint64_t bytes_max = 10) {
    auto file = rotating_file::open(
        {path("app.log"), bytes_max, limits},
        [this](std::string_view sentence) { said.emplace_back(sentence); }, [this] { return now; });
    if (!file)
      FAIL(render(file.error()));
    return std::move(*file);
  }

  std::string unzipped(const std::string& name) const {
    auto* file = ::gzopen(path(name).c_str(), "rb");
    REQUIRE(file != nullptr);
    std::array<char, 4096> text{};
    auto length = ::gzread(file, text.data(), text.size());
    ::gzclose(file);
    REQUIRE(length >= 0);
    return {text.data(), static_cast<std::size_t>(length)};
  }

  /// 2026-11-21T23:49:17.204Z
  std::chrono::system_clock::time_point now{1795304957204ms};
  strings said;
};

} // namespace

TEST_CASE_METHOD(rotation_fixture, "a file is put aside before a line would make it too large",
                 "[logger][rotating_file]") {
  auto file = open();

  file->write("12345\n");
  file->write("abc\n");
  file->write("next\n");
  file->flush();

  CHECK(files() == strings{"app-2026-11-21T23-49-17.204.log", "app.log"});
  CHECK(text_of("app-2026-11-21T23-49-17.204.log") == "12345\nabc\n");
  CHECK(text_of("app.log") == "next\n");
  CHECK(said.empty());
}

TEST_CASE_METHOD(rotation_fixture, "a line larger than the limit has a file of its own",
                 "[logger][rotating_file]") {
  auto file = open();

  file->write("a line that is longer than ten bytes\n");
  file->write("b\n");
  file->flush();

  CHECK(files().size() == 2);
  CHECK(text_of("app.log") == "b\n");
}

TEST_CASE_METHOD(rotation_fixture, "a file that is there is gone on with", "[logger][rotating_file]") {
  put("app.log", "12345\n");
  ::chmod(path("app.log").c_str(), 0640);

  auto file = open();
  file->write("abc\n");
  file->write("next\n");
  file->flush();

  CHECK(text_of("app-2026-11-21T23-49-17.204.log") == "12345\nabc\n");
  CHECK(mode_of("app.log") == 0640);
}

TEST_CASE_METHOD(rotation_fixture, "two files of one millisecond have names of their own",
                 "[logger][rotating_file]") {
  auto file = open();

  for (auto* line : {"1234567\n", "2345678\n", "3456789\n"})
    file->write(line);
  file->flush();

  CHECK(files() == strings{"app-2026-11-21T23-49-17.204.log", "app-2026-11-21T23-49-17.205.log", "app.log"});
  CHECK(text_of("app-2026-11-21T23-49-17.205.log") == "2345678\n");
}

TEST_CASE_METHOD(rotation_fixture, "old files past the number are removed, the oldest first",
                 "[logger][rotating_file]") {
  auto file = open({{}, 2, false});

  for (int i = 0; i < 5; ++i) {
    file->write(std::to_string(i) + "234567\n");
    now += 1s;
  }
  file->flush();
  file->wait_for_tidying();

  CHECK(files() == strings{"app-2026-11-21T23-49-20.204.log", "app-2026-11-21T23-49-21.204.log", "app.log"});
}

TEST_CASE_METHOD(rotation_fixture, "old files past their age are removed, other files are left alone",
                 "[logger][rotating_file]") {
  put("app-2026-11-18T23-49-17.204.log", "three days");
  put("app-2026-11-19T23-49-17.205.log.gz", "a moment less than two days");
  put("app-2026-11-18T23-49-17.log", "no milliseconds");
  put("app-2026-13-18T23-49-17.204.log", "no such month");
  put("other-2026-11-18T23-49-17.204.log", "another log");

  auto file = open({48h, {}, false});
  file->wait_for_tidying();

  CHECK(files() == strings{"app-2026-11-18T23-49-17.log", "app-2026-11-19T23-49-17.205.log.gz",
                           "app-2026-13-18T23-49-17.204.log", "app.log",
                           "other-2026-11-18T23-49-17.204.log"});
}

TEST_CASE_METHOD(rotation_fixture, "old files are compressed", "[logger][rotating_file]") {
  auto file = open({{}, {}, true});

  file->write("1234567\n");
  file->write("next\n");
  file->flush();
  file->wait_for_tidying();

  CHECK(files() == strings{"app-2026-11-21T23-49-17.204.log.gz", "app.log"});
  CHECK(unzipped("app-2026-11-21T23-49-17.204.log.gz") == "1234567\n");
  CHECK(mode_of("app-2026-11-21T23-49-17.204.log.gz") == 0600);
}

TEST_CASE_METHOD(rotation_fixture, "a compression that was not finished is made up for at the start",
                 "[logger][rotating_file]") {
  put("app-2026-11-20T23-49-17.204.log", "left behind");
  put("app-2026-11-20T23-49-17.204.log.gz.tmp", "half a fi");

  open({{}, 1, true})->wait_for_tidying();

  CHECK(files() == strings{"app-2026-11-20T23-49-17.204.log.gz", "app.log"});
  CHECK(unzipped("app-2026-11-20T23-49-17.204.log.gz") == "left behind");
}

TEST_CASE_METHOD(rotation_fixture, "a file and its compressed form count once", "[logger][rotating_file]") {
  put("app-2026-11-20T23-49-17.204.log.gz", "whole");
  put("app-2026-11-20T23-49-17.204.log", "whole");
  put("app-2026-11-19T23-49-17.204.log.gz", "older");

  open({{}, 2, false})->wait_for_tidying();

  CHECK(files().size() == 4);
}

TEST_CASE_METHOD(rotation_fixture, "a file that somebody took away is begun anew when it is full",
                 "[logger][rotating_file]") {
  auto file = open();
  file->write("1234567\n");
  file->flush();
  move("app.log", "moved.log");

  file->write("2345678\n");
  file->flush();

  CHECK(text_of("moved.log") == "1234567\n");
  CHECK(text_of("app.log") == "2345678\n");
}

TEST_CASE_METHOD(rotation_fixture, "a folder that is gone is no reason to lose lines",
                 "[logger][rotating_file]") {
  make_folder("sub");
  auto file = rotating_file::open({path("sub/app.log"), 10, {}},
                                  [this](std::string_view sentence) { said.emplace_back(sentence); });
  REQUIRE(file.has_value());
  (*file)->write("1234567\n");
  (*file)->flush();
  move("sub", "gone");

  (*file)->write("2345678\n");
  (*file)->write("3\n");
  (*file)->flush();

  CHECK(text_of("gone/app.log") == "1234567\n2345678\n3\n");
  REQUIRE(said.size() >= 1);
  CHECK(said[0].find("no such file or directory") != std::string::npos);
}

TEST_CASE_METHOD(rotation_fixture, "a rotated file is opened again by its name", "[logger][rotating_file]") {
  auto file = open();
  file->write("1\n");
  move("app.log", "app.1");

  file->reopen();
  file->write("2\n");
  file->flush();

  CHECK(text_of("app.1") == "1\n");
  CHECK(text_of("app.log") == "2\n");
}

TEST_CASE("the name of a backup keeps folder, stem and ending", "[logger][rotating_file]") {
  std::chrono::system_clock::time_point at{5ms};

  CHECK(backup_name("/var/log/app.log", at) == "/var/log/app-1970-01-01T00-00-00.005.log");
  CHECK(backup_name("app", at) == "app-1970-01-01T00-00-00.005");
  CHECK(backup_name("a.b.log", at) == "a.b-1970-01-01T00-00-00.005.log");
}
