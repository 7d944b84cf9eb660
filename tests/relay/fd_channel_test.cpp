#include "relay/fd_channel.hpp"

#include <array>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <optional>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

using namespace rr;
using namespace std::chrono_literals;

namespace {

/// The worker's end of a channel: plain descriptors, driven by the test.
class far_end {
public:
  far_end(int in, int out) : in_(in), out_(out) {
    ::fcntl(in_, F_SETFL, O_NONBLOCK);
    ::fcntl(out_, F_SETFL, O_NONBLOCK);
  }
  ~far_end() {
    close_in();
    close_out();
  }
  far_end(const far_end&) = delete;
  far_end& operator=(const far_end&) = delete;

  void say(std::string_view text) {
    REQUIRE(::write(out_, text.data(), text.size()) == ssize_t(text.size()));
  }

  /// All that can be read now.
  std::string hear() {
    std::string all;
    std::array<char, 65536> buffer;
    for (;;) {
      auto n = ::read(in_, buffer.data(), buffer.size());
      if (n <= 0)
        return all;
      all.append(buffer.data(), static_cast<std::size_t>(n));
    }
  }
  bool is_ended() {
    char c;
    // A socket that is closed with bytes unread resets its peer.
    auto n = ::read(in_, &c, 1);
    return n == 0 || (n < 0 && errno == ECONNRESET);
  }

  void close_in() { close(in_); }
  void close_out() { close(out_); }

private:
  void close(int& fd) {
    if (fd >= 0 && (in_ != out_ || &fd == &in_))
      ::close(fd);
    fd = -1;
  }

  int in_;
  int out_;
};

/// A channel over pipes or a socket pair, and what its owner has seen.
struct channel_test {
  explicit channel_test(bool sockets) {
    std::signal(SIGPIPE, SIG_IGN);
    if (sockets) {
      int pair[2];
      REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
      channel = make_socket_channel(io, pair[0], "unix");
      far.emplace(pair[1], pair[1]);
    } else {
      int in[2], out[2];
      REQUIRE(::pipe2(in, O_CLOEXEC) == 0);
      REQUIRE(::pipe2(out, O_CLOEXEC) == 0);
      channel = make_pipe_channel(io, out[0], in[1]);
      far.emplace(in[0], out[1]);
    }
  }

  void start() {
    channel->start({.prepare = [this] { return std::span{room}.first(room_bytes); },
                    .received =
                        [this](std::size_t n) {
                          received.append(reinterpret_cast<const char*>(room.data()), n);
                          ++reads;
                          if (on_received)
                            on_received();
                        },
                    .ended = [this](std::string why) { ended = std::move(why); },
                    .written = [this](std::string why) { written = std::move(why); }});
  }

  /// Runs the reactor until the condition holds; false after five seconds.
  bool until(const std::function<bool()>& condition) {
    auto deadline = std::chrono::steady_clock::now() + 5s;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > deadline)
        return false;
      io.restart();
      io.run_one_for(10ms);
    }
    return true;
  }

  /// Everything that can happen now has happened.
  void settle() {
    io.restart();
    while (io.poll() != 0)
      io.restart();
  }

  boost::asio::io_context io{1};
  byte_channel_ptr channel;
  std::optional<far_end> far;
  std::array<std::byte, 65536> room;
  std::size_t room_bytes = 65536;
  std::string received;
  int reads = 0;
  std::function<void()> on_received;
  std::optional<std::string> ended;
  std::optional<std::string> written;
};

} // namespace

TEST_CASE("a channel carries bytes in both directions", "[relay][fd_channel]") {
  channel_test t{GENERATE(false, true)};
  t.start();

  CHECK(t.channel->write("head", "body"));
  CHECK(t.far->hear() == "headbody");
  CHECK(t.channel->write("", "only a body"));
  CHECK(t.channel->write("only a head", ""));
  CHECK(t.far->hear() == "only a bodyonly a head");

  t.far->say("answer");
  CHECK(t.until([&] { return t.received == "answer"; }));
  t.far->say(" two");
  CHECK(t.until([&] { return t.received == "answer two"; }));
  CHECK_FALSE(t.ended);
  CHECK_FALSE(t.written);
}

TEST_CASE("what is said before the start is not lost", "[relay][fd_channel]") {
  channel_test t{GENERATE(false, true)};
  t.far->say("early");
  t.start();
  CHECK(t.until([&] { return t.received == "early"; }));
}

TEST_CASE("no callback comes from inside a call", "[relay][fd_channel]") {
  channel_test t{GENERATE(false, true)};
  t.far->say("early");
  t.far->close_out();
  t.far->close_in();
  t.start();
  static_cast<void>(t.channel->write("x", ""));
  CHECK(t.received.empty());
  CHECK_FALSE(t.ended);
  CHECK_FALSE(t.written);
}

TEST_CASE("an end of stream is noticed at once on an idle channel", "[relay][fd_channel]") {
  channel_test t{GENERATE(false, true)};
  t.start();
  t.settle();
  t.far->close_in();
  t.far->close_out();
  CHECK(t.until([&] { return t.ended.has_value(); }));
  CHECK(t.ended == "");
}

TEST_CASE("last words arrive before the end of stream", "[relay][fd_channel]") {
  channel_test t{GENERATE(false, true)};
  t.room_bytes = 3;
  t.start();
  t.far->say("last words");
  t.far->close_in();
  t.far->close_out();
  CHECK(t.until([&] { return t.ended.has_value(); }));
  CHECK(t.received == "last words");
}

TEST_CASE("a full pipe keeps the rest and never blocks", "[relay][fd_channel]") {
  channel_test t{GENERATE(false, true)};
  t.start();
  std::string body(5'000'000, 'b');
  for (std::size_t i = 0; i < body.size(); ++i)
    body[i] = static_cast<char>('a' + i % 23);

  CHECK_FALSE(t.channel->write("head", body));
  t.settle();
  CHECK_FALSE(t.written);

  std::string heard;
  CHECK(t.until([&] {
    heard += t.far->hear();
    return t.written.has_value();
  }));
  heard += t.far->hear();
  CHECK(t.written == "");
  CHECK(heard == "head" + body);

  CHECK(t.channel->write("next", ""));
  CHECK(t.far->hear() == "next");
}

TEST_CASE("a head that is left over is copied", "[relay][fd_channel]") {
  channel_test t{GENERATE(false, true)};
  t.start();
  std::string head(1'000'000, 'h');
  CHECK_FALSE(t.channel->write(head, ""));
  head.assign(head.size(), 'x');

  std::string heard;
  CHECK(t.until([&] {
    heard += t.far->hear();
    return t.written.has_value();
  }));
  heard += t.far->hear();
  CHECK(heard == std::string(1'000'000, 'h'));
}

TEST_CASE("answers are read while a write is stuck", "[relay][fd_channel]") {
  channel_test t{GENERATE(false, true)};
  t.start();
  std::string body(5'000'000, 'b');
  CHECK_FALSE(t.channel->write("", body));
  t.far->say("I do not read");
  CHECK(t.until([&] { return t.received == "I do not read"; }));
  CHECK_FALSE(t.written);
}

TEST_CASE("a write that nobody will read fails, and says that nothing was taken", "[relay][fd_channel]") {
  channel_test t{GENERATE(false, true)};
  t.start();
  t.far->close_in();

  CHECK_FALSE(t.channel->write("x", ""));
  CHECK_FALSE(t.written);
  CHECK(t.until([&] { return t.written.has_value(); }));
  CHECK(t.written == "broken pipe");
  CHECK(t.channel->failed_untouched());

  t.written.reset();
  CHECK_FALSE(t.channel->write("y", ""));
  CHECK(t.until([&] { return t.written.has_value(); }));
  CHECK(t.written == "broken pipe");
}

TEST_CASE("a write that was partly taken is not untouched when it fails", "[relay][fd_channel]") {
  channel_test t{GENERATE(false, true)};
  t.start();
  std::string body(5'000'000, 'b');
  CHECK_FALSE(t.channel->write("", body));
  t.settle();
  t.far->close_in();
  CHECK(t.until([&] { return t.written.has_value(); }));
  CHECK(t.written != "");
  CHECK_FALSE(t.channel->failed_untouched());
}

TEST_CASE("a paused channel reads nothing and loses nothing", "[relay][fd_channel]") {
  channel_test t{GENERATE(false, true)};
  t.start();
  t.settle();
  t.channel->pause_reading();
  t.far->say("one");
  t.settle();
  CHECK(t.received.empty());

  t.channel->resume_reading();
  CHECK(t.until([&] { return t.received == "one"; }));
  t.far->say(" two");
  CHECK(t.until([&] { return t.received == "one two"; }));
}

TEST_CASE("a pause from inside a callback holds the rest back", "[relay][fd_channel]") {
  channel_test t{GENERATE(false, true)};
  t.room_bytes = 4;
  t.on_received = [&] { t.channel->pause_reading(); };
  t.start();
  t.far->say("12345678");
  CHECK(t.until([&] { return !t.received.empty(); }));
  t.settle();
  CHECK(t.received == "1234");

  t.channel->resume_reading();
  CHECK(t.until([&] { return t.received == "12345678"; }));
}

TEST_CASE("a read that did not fill the room is followed by no other", "[relay][fd_channel]") {
  channel_test t{GENERATE(false, true)};
  t.start();
  t.far->say("answer");
  CHECK(t.until([&] { return t.received == "answer"; }));
  t.settle();
  CHECK(t.reads == 1);
}

TEST_CASE("a flood is read a few times per turn", "[relay][fd_channel]") {
  channel_test t{GENERATE(false, true)};
  t.room_bytes = 8;
  t.start();
  t.far->say(std::string(1000, 'f'));
  int most = 0;
  while (t.received.size() < 1000) {
    auto before = t.reads;
    t.io.restart();
    t.io.run_one_for(1s);
    most = std::max(most, t.reads - before);
    REQUIRE(t.reads > before);
  }
  CHECK(most == 4);
}

TEST_CASE("a closed channel says nothing more and closes its descriptors", "[relay][fd_channel]") {
  channel_test t{GENERATE(false, true)};
  t.start();
  t.settle();
  t.far->say("too late");
  t.channel->close();
  t.settle();
  CHECK(t.received.empty());
  CHECK_FALSE(t.ended);
  CHECK(t.far->is_ended());
  CHECK(t.channel->write("into the void", ""));
}

TEST_CASE("a channel may be destroyed from inside its callbacks", "[relay][fd_channel]") {
  channel_test t{GENERATE(false, true)};
  t.room_bytes = 4;
  t.on_received = [&] { t.channel.reset(); };
  t.start();
  t.far->say("12345678");
  CHECK(t.until([&] { return !t.received.empty(); }));
  t.settle();
  CHECK(t.received == "1234");
  CHECK_FALSE(t.ended);
}

TEST_CASE("a channel that is closed with a write left over drops it", "[relay][fd_channel]") {
  channel_test t{GENERATE(false, true)};
  t.start();
  {
    std::string body(5'000'000, 'b');
    CHECK_FALSE(t.channel->write("", body));
    t.channel->close();
  }
  t.far->hear();
  t.settle();
  CHECK_FALSE(t.written);
}

TEST_CASE("a channel may go before it was started, and after its reactor has stopped",
          "[relay][fd_channel]") {
  channel_test t{GENERATE(false, true)};
  if (GENERATE(false, true))
    t.start();
  t.channel.reset();
  CHECK(t.far->is_ended());
}

TEST_CASE("a released descriptor lives on in another channel", "[relay][fd_channel]") {
  channel_test t{true};
  t.start();
  t.settle();
  auto fd = static_cast<fd_channel&>(*t.channel).release();
  t.settle();
  t.far->say("for the next owner");
  t.channel = make_socket_channel(t.io, fd, "tcp");
  CHECK(t.channel->kind() == "tcp");
  t.start();
  CHECK(t.until([&] { return t.received == "for the next owner"; }));
}
