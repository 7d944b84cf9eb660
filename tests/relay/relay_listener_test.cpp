#include "relay/relay_listener.hpp"

#include "actors/runtime.hpp"
#include "relay/frame_codec.hpp"
#include "tests/relay/frame_bytes.hpp"
#include "tests/relay/recorded_exec.hpp"

#include <arpa/inet.h>
#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <catch2/catch.hpp>
#include <csignal>
#include <future>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace rr;
using namespace rr::test;
using namespace std::chrono_literals;

namespace {

constexpr int far_away = 999'999'999; // a pid that no process has

/// A worker's side of a connection, blocking for at most five seconds.
class client {
public:
  explicit client(int fd) : fd_(fd) {
    REQUIRE(fd_ >= 0);
    timeval limit{5, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  }
  ~client() { ::close(fd_); }
  client(const client&) = delete;
  client& operator=(const client&) = delete;

  void say(std::string_view bytes) {
    REQUIRE(::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL) == ssize_t(bytes.size()));
  }
  void say_pid(int pid) {
    say(encode_short_frame(frame_flags::control, stream_bits::none,
                           R"({"pid":)" + std::to_string(pid) + "}"));
  }

  std::string hear(std::size_t bytes) {
    std::string all(bytes, 0);
    auto n = ::recv(fd_, all.data(), bytes, MSG_WAITALL);
    all.resize(n < 0 ? 0 : static_cast<std::size_t>(n));
    return all;
  }
  bool hears_hello() {
    auto hello = encode_short_frame(frame_flags::control | frame_flags::json, stream_bits::none,
                                    R"({"pid":)" + std::to_string(::getpid()) + "}");
    return hear(hello.size()) == hello;
  }
  /// True when the other side has closed the connection.
  bool is_refused() {
    char c;
    auto n = ::recv(fd_, &c, 1, 0);
    return n == 0 || (n < 0 && errno == ECONNRESET);
  }
  bool is_open() {
    pollfd p{fd_, POLLIN, 0};
    return ::poll(&p, 1, 50) == 0;
  }

private:
  int fd_;
};

/// A listener on a reactor of its own.
struct listener_test {
  explicit listener_test(bool tcp = false, relay_listener_options options = {}) {
    options.address = tcp ? "tcp://127.0.0.1:0" : "unix://" + path;
    std::promise<relay_listener_actor> spawned;
    rt.at(0).post([&] {
      spawned.set_value(spawn_relay_listener(rt.system(), {"rr/relay", {}, {}}, options));
    });
    listener = spawned.get_future().get();
    address = figure("address");
  }
  ~listener_test() { caf::anon_send_exit(listener, caf::exit_reason::kill); }

  std::string figure(const std::string& key) {
    std::string value;
    self->request(listener, 5s, inspect_atom::value)
        .receive(
            [&](const snapshot& s) {
              for (auto& [k, v] : s.figures)
                if (k == key)
                  value = v;
            },
            [](caf::error&) { FAIL("no answer"); });
    return value;
  }

  bool until(const std::string& key, const std::string& value) {
    auto deadline = std::chrono::steady_clock::now() + 5s;
    while (figure(key) != value)
      if (std::chrono::steady_clock::now() > deadline)
        return false;
    return true;
  }

  std::unique_ptr<client> connect() {
    if (address.front() == '/') {
      sockaddr_un a{};
      a.sun_family = AF_UNIX;
      std::strcpy(a.sun_path, address.c_str());
      auto fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
      REQUIRE(::connect(fd, reinterpret_cast<sockaddr*>(&a), sizeof a) == 0);
      return std::make_unique<client>(fd);
    }
    sockaddr_in a{};
    a.sin_family = AF_INET;
    a.sin_port = htons(static_cast<std::uint16_t>(std::stoi(address.substr(address.find(':') + 1))));
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(::connect(fd, reinterpret_cast<sockaddr*>(&a), sizeof a) == 0);
    return std::make_unique<client>(fd);
  }

  using answer_type = std::shared_future<expected<greeted_connection>>;

  /// Asks for a worker; the answer may come later.
  answer_type await(int pid) {
    auto promise = std::make_shared<std::promise<expected<greeted_connection>>>();
    rt.system().spawn([=, to = listener](caf::event_based_actor* asker) {
      asker
          ->request(to, caf::infinite, await_atom::value, pid) // ends with the listener at the latest
          .then([=](greeted_connection& c) { promise->set_value(std::move(c)); },
                [=](caf::error& e) { promise->set_value(tl::unexpected(from_exit_reason(e))); });
    });
    return promise->get_future().share();
  }
  static expected<greeted_connection> get(const answer_type& a) {
    REQUIRE(a.wait_for(5s) == std::future_status::ready);
    return a.get();
  }
  static bool is_pending(const answer_type& a) { return a.wait_for(0s) != std::future_status::ready; }

  std::string path = "/tmp/rr-relay-" + std::to_string(::getpid()) + ".sock";
  runtime rt{{.reactors = 2}};
  caf::scoped_actor self{rt.system()};
  relay_listener_actor listener;
  std::string address;
};

/// A process that does nothing.
struct idle_process {
  idle_process() : pid(::fork()) {
    if (pid == 0)
      for (;;)
        ::pause();
  }
  ~idle_process() {
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
  }
  idle_process(const idle_process&) = delete;
  idle_process& operator=(const idle_process&) = delete;

  int pid;
};

} // namespace

TEST_CASE("a worker that connects is greeted and given to whoever waits for it", "[relay][relay_listener]") {
  listener_test t{GENERATE(false, true)};
  auto awaited = t.await(::getpid());
  auto worker = t.connect();
  CHECK(worker->hears_hello());
  worker->say_pid(::getpid());

  auto got = t.get(awaited);
  REQUIRE(got.has_value());
  CHECK(got->said.pid == ::getpid());
  CHECK((*got->channel)->kind() == (t.address.front() == '/' ? "unix" : "tcp"));
  CHECK(t.until("awaited", "0"));
  CHECK(t.figure("unclaimed") == "0");
}

TEST_CASE("a worker that connects before anybody asks is kept", "[relay][relay_listener]") {
  listener_test t{GENERATE(false, true)};
  auto worker = t.connect();
  CHECK(worker->hears_hello());
  CHECK(t.until("unclaimed", "1"));
  worker->say_pid(::getpid());
  CHECK(t.get(t.await(::getpid())).has_value());
}

TEST_CASE("a greeted connection runs execs on another reactor", "[relay][relay_listener]") {
  listener_test t{GENERATE(false, true)};
  auto awaited = t.await(::getpid());
  auto worker = t.connect();
  CHECK(worker->hears_hello());
  worker->say_pid(::getpid());
  auto got = t.get(awaited);
  REQUIRE(got.has_value());

  std::promise<std::string> answered;
  struct told_exec final : exec {
    std::promise<std::string>* answered;
    std::string describe() const override { return {}; }
    expected<request_payload> encode(const worker_info&) override {
      return request_payload{{}, "CTX", "BODY"};
    }
    stream_demand on_frame(const response_frame& f, bool) override {
      answered->set_value(std::string{f.body});
      return stream_demand::more;
    }
    void on_end() override {}
    void fail(const error& why) override { answered->set_value(render(why)); }
  };
  auto e = caf::make_counted<told_exec>();
  e->answered = &answered;
  std::promise<relay_actor> spawned;
  t.rt.at(1).post([&] { spawned.set_value(spawn_relay(t.rt.system(), {}, std::move(*got->channel), {})); });
  auto relay = spawned.get_future().get();
  auto keeper = t.rt.system().spawn([](relay_keeper_actor::pointer) -> relay_keeper_actor::behavior_type {
    return {[](idle_atom, std::uint64_t, const exec_outcome&) {},
            [](repeat_atom, std::uint64_t, exec_ptr&) {}, [](quit_asked_atom, std::uint64_t) {},
            [](broken_atom, std::uint64_t, const error&) {}};
  });
  caf::anon_send(relay, idle_atom::value, keeper, std::uint64_t{1}, worker_info{});
  caf::anon_send(relay, exec_atom::value, exec_ptr{e});

  auto request = answer_bytes("CTX", "BODY");
  CHECK(worker->hear(request.size()) == request);
  worker->say(answer_bytes("", "served"));
  CHECK(answered.get_future().get() == "served");
  caf::anon_send_exit(relay, caf::exit_reason::kill);
  caf::anon_send_exit(keeper, caf::exit_reason::kill);
  CHECK(worker->is_refused());
}

TEST_CASE("a worker behind a wrapper is its child's worker too", "[relay][relay_listener]") {
  listener_test t{GENERATE(false, true)};
  idle_process grandchild;
  auto awaited = t.await(::getpid());
  auto worker = t.connect();
  worker->say_pid(grandchild.pid);
  auto got = t.get(awaited);
  REQUIRE(got.has_value());
  CHECK(got->said.pid == grandchild.pid);
}

TEST_CASE("silent, garbling and vanishing clients disturb nobody, case 17", "[relay][relay_listener]") {
  listener_test t{GENERATE(false, true), {.greet_timeout = 300ms}};
  idle_process process;
  auto awaited = t.await(process.pid);
  auto silent = t.connect();
  auto garbling = t.connect();
  garbling->say("GET / HTTP/1.1\r\n");
  t.connect(); // and gone
  auto echoing = t.connect();
  echoing->say(echoing->hear(24).substr(0, 24));
  auto chatty = t.connect();
  chatty->say_pid(far_away);
  auto forward = t.connect();
  forward->say(encode_short_frame(frame_flags::control, stream_bits::none, R"({"pid":4})") +
               answer_bytes("not", "asked for"));

  auto worker = t.connect();
  worker->say_pid(process.pid);
  CHECK(t.get(awaited).has_value());

  CHECK(garbling->hears_hello());
  CHECK(garbling->is_refused());
  CHECK(forward->hears_hello());
  CHECK(forward->is_refused());
  CHECK(silent->hears_hello());
  CHECK(silent->is_refused());
  CHECK(chatty->hears_hello());
  CHECK(chatty->is_refused());
  CHECK(t.until("unclaimed", "0"));
}

TEST_CASE("a connection that ends or speaks before it is claimed is dropped", "[relay][relay_listener]") {
  listener_test t{GENERATE(false, true)};
  auto worker = t.connect();
  worker->say_pid(::getpid());
  CHECK(t.until("greeted", "1"));
  SECTION("ends") { worker.reset(); }
  SECTION("speaks") {
    CHECK(worker->hears_hello());
    worker->say(answer_bytes("not", "asked for"));
  }
  CHECK(t.until("unclaimed", "0"));
  auto awaited = t.await(::getpid());
  CHECK(t.until("awaited", "1"));
  CHECK(t.is_pending(awaited));
}

TEST_CASE("a claim of a pid of another family is not believed on a unix socket", "[relay][relay_listener]") {
  listener_test t;
  auto awaited = t.await(far_away);
  auto liar = t.connect();
  liar->say_pid(far_away);
  auto worker = t.connect();
  worker->say_pid(::getpid());
  CHECK(t.get(t.await(::getpid())).has_value()); // the liar's own family is believed by its process
  CHECK(t.until("awaited", "1"));
  CHECK(t.is_pending(awaited));
}

TEST_CASE("who has been forgotten is told so", "[relay][relay_listener]") {
  listener_test t;
  auto awaited = t.await(far_away);
  CHECK(t.until("awaited", "1"));
  caf::anon_send(t.listener, forget_atom::value, far_away);
  CHECK(t.get(awaited).error().kind == error_kind::cancelled);
  caf::anon_send(t.listener, forget_atom::value, far_away);

  auto first = t.await(far_away);
  CHECK(t.until("awaited", "1"));
  auto second = t.await(far_away);
  CHECK(t.get(first).error().kind == error_kind::cancelled);
  caf::anon_send(t.listener, stop_atom::value, time_point::max());
  CHECK(t.get(second).error().kind == error_kind::cancelled);
}

TEST_CASE("beyond the limit the oldest connection that has not greeted makes room",
          "[relay][relay_listener]") {
  listener_test t{false, {.connections_max = 2}};
  auto worker = t.connect();
  worker->say_pid(::getpid());
  CHECK(worker->hears_hello());
  CHECK(t.until("greeted", "1"));
  auto first = t.connect();
  CHECK(first->hears_hello());
  auto second = t.connect();
  CHECK(second->hears_hello());
  CHECK(first->is_refused());
  CHECK(t.get(t.await(::getpid())).has_value());
  CHECK(second->is_open());
}

TEST_CASE("many workers may connect at once", "[relay][relay_listener]") {
  listener_test t{GENERATE(false, true)};
  std::vector<std::unique_ptr<idle_process>> processes;
  std::vector<listener_test::answer_type> awaited;
  std::vector<std::unique_ptr<client>> workers;
  for (int i = 0; i < 50; ++i) {
    processes.push_back(std::make_unique<idle_process>());
    awaited.push_back(t.await(processes.back()->pid));
  }
  CHECK(t.until("awaited", "50"));
  for (int i = 0; i < 50; ++i)
    workers.push_back(t.connect());
  for (std::size_t i = 0; i < 50; ++i)
    workers[i]->say_pid(processes[49 - i]->pid);
  for (std::size_t i = 0; i < 50; ++i) {
    auto got = t.get(awaited[i]);
    REQUIRE(got.has_value());
    CHECK(got->said.pid == processes[i]->pid);
  }
}

TEST_CASE("a unix relay's file is private and goes with its listener", "[relay][relay_listener]") {
  std::string path;
  {
    listener_test t;
    path = t.address;
    struct stat s {};
    REQUIRE(::stat(path.c_str(), &s) == 0);
    CHECK((s.st_mode & 0777) == 0600);
  }
  CHECK(::access(path.c_str(), F_OK) != 0);
}

TEST_CASE("an address that cannot be bound fails the start", "[relay][relay_listener]") {
  runtime rt;
  caf::scoped_actor self{rt.system()};
  std::promise<start_report> told;
  auto parent = rt.system().spawn([&](parent_actor::pointer) -> parent_actor::behavior_type {
    return {[&](started_atom, const child_ref&, const start_report& r) { told.set_value(r); }};
  });
  std::promise<relay_listener_actor> spawned;
  rt.at(0).post([&] {
    spawned.set_value(
        spawn_relay_listener(rt.system(), {"rr/relay", {}, parent}, {.address = "tcp://192.0.2.1:7"}));
  });
  self->wait_for(spawned.get_future().get());
  auto report = told.get_future().get();
  CHECK(report.outcome == start_report::fail);
  CHECK(render(report.why) ==
        "server_plugin_init_factory: Network: listen tcp 192.0.2.1:7: bind: cannot assign "
        "requested address");
  caf::anon_send_exit(parent, caf::exit_reason::kill);
}
