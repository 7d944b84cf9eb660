#include "plugins/logger/line_writer.hpp"
#include "tests/plugins/logger_fixture.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <csignal>

using namespace rr;
using namespace std::chrono_literals;

namespace {

/// A pipe with a writer at its end that gives up at once.
struct pipe_fixture {
  pipe_fixture() {
    former_ = std::signal(SIGPIPE, SIG_IGN);
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
    lines.use(ends[1]);
  }
  pipe_fixture(const pipe_fixture&) = delete;
  pipe_fixture& operator=(const pipe_fixture&) = delete;
  ~pipe_fixture() {
    close_reader();
    ::close(ends[1]);
    std::signal(SIGPIPE, former_);
  }

  void close_reader() {
    if (ends[0] >= 0)
      ::close(ends[0]);
    ends[0] = -1;
  }

  std::string read_all() const {
    std::string text;
    std::array<char, 65536> block{};
    for (ssize_t n; (n = ::read(ends[0], block.data(), block.size())) > 0;)
      text.append(block.data(), static_cast<std::size_t>(n));
    return text;
  }

  std::array<int, 2> ends{-1, -1};
  std::vector<std::string> said;
  line_writer lines{"x", [this](std::string_view sentence) { said.emplace_back(sentence); }, 1ms};

private:
  void (*former_)(int) = nullptr;
};

} // namespace

TEST_CASE_METHOD(pipe_fixture, "lines are written when they are flushed", "[logger][line_writer]") {
  lines.append("a\n");
  lines.append("b\n");
  CHECK(read_all().empty());

  lines.flush();

  CHECK(read_all() == "a\nb\n");
  CHECK(said.empty());
}

TEST_CASE_METHOD(pipe_fixture, "a reader that stands still costs whole lines, and the log says so once",
                 "[logger][line_writer]") {
  std::string line(999, 'x');
  line += '\n';

  for (int i = 0; i < 500; ++i)
    lines.append(line);
  lines.flush();
  REQUIRE(said.size() == 1);
  CHECK(said[0] == "log output \"x\" takes nothing, lines are lost: nobody reads it");

  auto before = read_all();
  lines.append("after\n");
  lines.flush();
  auto after = read_all();

  auto all = before + after;
  REQUIRE(all.size() > 6);
  CHECK(all.substr(all.size() - 7) == "\nafter\n");
  auto kept = all.size() - 6;
  CHECK(kept % line.size() == 0);
  REQUIRE(said.size() == 2);
  CHECK(said[1] == "log output \"x\" works again, " + std::to_string(500 * line.size() - kept) +
                       " bytes of it are lost");
}

TEST_CASE_METHOD(pipe_fixture, "lines that do not end in a newline are dropped whole too",
                 "[logger][line_writer]") {
  std::string line(999, 'x');
  line += '|';

  for (int i = 0; i < 2000; ++i)
    lines.append(line);
  lines.flush();
  auto before = read_all();
  lines.append("after|");
  lines.flush();

  auto all = before + read_all();
  CHECK(all.size() % line.size() == 6);
  CHECK(all.substr(all.size() - 7) == "|after|");
}

TEST_CASE_METHOD(pipe_fixture, "a reader that went away is an error and no signal", "[logger][line_writer]") {
  close_reader();

  lines.append("a\n");
  lines.flush();
  lines.append("b\n");
  lines.flush();

  REQUIRE(said.size() == 1);
  CHECK(said[0] == "log output \"x\" takes nothing, lines are lost: broken pipe");
}

TEST_CASE("a descriptor that is closed is an error", "[logger][line_writer]") {
  std::vector<std::string> said;
  line_writer lines{"x", [&](std::string_view sentence) { said.emplace_back(sentence); }, 1ms};
  lines.use(-1);

  lines.append("a\n");
  lines.flush();

  CHECK(said.size() == 1);
}
