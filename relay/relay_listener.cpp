#include "relay/relay_listener.hpp"

#include "actors/errno_text.hpp"
#include "actors/guarded.hpp"
#include "actors/listen_address.hpp"
#include "actors/supervised.hpp"
#include "relay/fd_channel.hpp"
#include "relay/frame_codec.hpp"
#include "relay/process_lineage.hpp"
#include "relay/relay_address.hpp"

#include <algorithm>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <caf/typed_response_promise.hpp>
#include <cerrno>
#include <map>
#include <sys/socket.h>
#include <unistd.h>

namespace rr {

namespace {

/// While descriptors are short, accepting again at once would only fail again.
constexpr std::chrono::milliseconds accept_pause{100};

constexpr int accepts_per_turn = 16;
constexpr std::size_t read_bytes_min = 256;

/// The process that connected, as the kernel says; 0 when it does not (TCP, another pid namespace).
int peer_pid(int fd) {
  ucred who{};
  socklen_t bytes = sizeof who;
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &bytes) != 0)
    return 0;
  return who.pid;
}

bool are_related(int one, int other) { return descends_from(one, other) || descends_from(other, one); }

/// A connection that nobody has asked for yet.
struct newcomer {
  std::unique_ptr<fd_channel> channel;
  frame_decoder decoder{hello_bytes_max};
  int peer = 0;
  time_point expires;
  std::optional<handshake> said;

  bool belongs_to(int pid) const {
    if (peer > 0 && descends_from(peer, pid))
      return true;
    return (peer == 0 || are_related(peer, said->pid)) && descends_from(said->pid, pid);
  }
};

using self_actor = relay_listener_actor::extend<caf::reacts_to<tick_atom>>;

class relay_listener_state final : public supervised_state {
public:
  static constexpr const char* name = "relay_listener";

  using actor_type = supervised<relay_listener_state, self_actor>;

  relay_listener_state(actor_type* self, birth b, relay_listener_options options)
      : supervised_state(self, std::move(b), name), self_(self), options_(std::move(options)),
        log_("server") {}

  ~relay_listener_state() override {
    if (listening_ && address_.family == listen_address::unix_socket)
      ::unlink(address_.path.c_str());
    for (auto& [pid, promise] : waiting_)
      promise.deliver(to_exit_reason(forgotten()));
  }

  self_actor::behavior_type make_behavior() {
    if (auto bound = bind(); bound) {
      enter("listening");
      report_started();
      wait_for_connection();
    } else {
      enter("failed");
      report_started({start_report::fail, bound.error()});
      self_->quit(to_exit_reason(bound.error()));
    }
    return {
        [this](stop_atom, time_point) { self_->quit(caf::exit_reason::user_shutdown); },
        [this](inspect_atom) { return describe(); },
        [this](await_atom, int pid) { return await(pid); },
        [this](forget_atom, int pid) { forget(pid); },
        [this](tick_atom) { tick(); },
    };
  }

protected:
  void figures(snapshot& s) const override {
    auto greeted = std::count_if(newcomers_.begin(), newcomers_.end(),
                                 [](auto& x) { return x.second.said.has_value(); });
    s.figures = {{"address", to_string(address_)},
                 {"greeted", std::to_string(greeted)},
                 {"unclaimed", std::to_string(newcomers_.size())},
                 {"awaited", std::to_string(waiting_.size())},
                 {"accepted", std::to_string(accepted_)},
                 {"refused", std::to_string(refused_)}};
  }

private:
  using promise_type = caf::typed_response_promise<greeted_connection>;

  static error forgotten() {
    return {error_kind::cancelled, "relay_listener", "nobody waits for this worker any more"};
  }

  // -- messages
  // ------------------------------------------------------------------------------------------------------

  promise_type await(int pid) {
    auto promise = self_->make_response_promise<greeted_connection>();
    forget(pid);
    for (auto& [id, n] : newcomers_) {
      if (n.said && n.belongs_to(pid)) {
        hand_over(id, promise);
        return promise;
      }
    }
    waiting_.emplace(pid, promise);
    return promise;
  }

  void forget(int pid) {
    if (auto found = waiting_.find(pid); found != waiting_.end()) {
      found->second.deliver(to_exit_reason(forgotten()));
      waiting_.erase(found);
    }
  }

  void tick() {
    auto now = self_->clock().now();
    if (armed_ <= now)
      armed_ = time_point::max();
    while (!newcomers_.empty() && newcomers_.begin()->second.expires <= now) {
      auto& [id, n] = *newcomers_.begin();
      refuse(id, n.said ? "nobody has asked for this worker" : "no PID reply in time");
    }
    if (paused_)
      wait_for_connection();
    arm();
  }

  // One timer: all connections have the same time, so the oldest expires first.
  void arm() {
    if (armed_ != time_point::max() || newcomers_.empty())
      return;
    armed_ = newcomers_.begin()->second.expires;
    auto wait = armed_ - self_->clock().now();
    self_->delayed_send(self_, std::max(wait, duration{0}), tick_atom::value);
  }

  // -- accepting
  // -----------------------------------------------------------------------------------------------------

  expected<void> bind() {
    auto relay = parse_relay_address(options_.address);
    if (!relay)
      return tl::unexpected(relay.error());
    if (relay->is_pipes() || reactor::here() == nullptr)
      return fail(error_kind::init, "relay_listener", "nothing to listen on: " + options_.address);
    auto fd = open_listener(*relay->listen, {.mode = 0600});
    if (!fd)
      return tl::unexpected(wrap("server_plugin_init_factory", error_kind::network, fd.error()));
    address_ = bound_address(*fd, *relay->listen);
    listening_.emplace(reactor::here()->io(), *fd);
    return {};
  }

  void wait_for_connection() {
    paused_ = false;
    listening_->async_wait(boost::asio::posix::stream_descriptor::wait_read,
                           guarded(self_, [this](boost::system::error_code ec) {
                             if (!ec)
                               accept();
                           }));
  }

  void accept() {
    for (int i = 0; i < accepts_per_turn; ++i) {
      auto fd = ::accept4(listening_->native_handle(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
      if (fd >= 0) {
        take(fd);
      } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
        log_.warn("socket server listen", {{"error", errno_text(errno)}});
        paused_ = true;
        self_->delayed_send(self_, accept_pause, tick_atom::value);
        return;
      } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
        return wait_for_connection();
      } // else this connection has gone before it was accepted
    }
    wait_for_connection();
  }

  void take(int fd) {
    ++accepted_;
    if (newcomers_.size() >= options_.connections_max)
      make_room();
    auto id = next_id_++;
    auto& n = newcomers_[id];
    auto is_unix = address_.family == listen_address::unix_socket;
    n.peer = is_unix ? peer_pid(fd) : 0;
    n.expires = self_->clock().now() + options_.greet_timeout;
    n.channel = std::make_unique<fd_channel>(&reactor::here()->io(), fd, fd, kind());
    n.channel->start({
        .prepare = [&n] { return n.decoder.prepare(read_bytes_min); },
        .received = guarded(self_, [this, id](std::size_t bytes) { received(id, bytes); }),
        .ended =
            guarded(self_, [this, id](const std::string& text) { refuse(id, text.empty() ? "EOF" : text); }),
        .written = guarded(self_, [this, id](const std::string& text) { written(id, text); }),
    });
    static_cast<void>(n.channel->write(encode_hello(::getpid()), {}));
    arm();
  }

  void make_room() {
    auto silent = std::find_if(newcomers_.begin(), newcomers_.end(), [](auto& x) { return !x.second.said; });
    refuse(silent != newcomers_.end() ? silent->first : newcomers_.begin()->first, "too many connections");
  }

  std::string kind() const { return address_.family == listen_address::unix_socket ? "unix" : "tcp"; }

  // -- greeting
  // ------------------------------------------------------------------------------------------------------

  void written(std::uint64_t id, const std::string& system_text) {
    if (!system_text.empty())
      refuse(id, system_text);
  }

  void received(std::uint64_t id, std::size_t bytes) {
    auto& n = newcomers_.at(id);
    n.decoder.commit(bytes);
    if (n.said)
      return refuse(id, "more than a PID reply");
    auto f = n.decoder.next();
    if (!f)
      return refuse(id, render(to_error(f.error())));
    if (!*f)
      return;
    auto said = parse_hello_reply(**f, ::getpid());
    if (!said)
      return refuse(id, render(said.error()));
    if (!n.decoder.empty())
      return refuse(id, "more than a PID reply");
    n.said = std::move(*said);
    greeted(id, n);
  }

  void greeted(std::uint64_t id, const newcomer& n) {
    for (auto& [pid, promise] : waiting_) {
      if (n.belongs_to(pid)) {
        auto answer = promise;
        waiting_.erase(waiting_.find(pid));
        return hand_over(id, answer);
      }
    }
    if (n.peer > 0 && !are_related(n.peer, n.said->pid) && !descends_from(n.peer, ::getpid()))
      refuse(id, "process " + std::to_string(n.peer) + " is not the worker " + std::to_string(n.said->pid));
  }

  void hand_over(std::uint64_t id, promise_type& promise) {
    auto entry = newcomers_.extract(id);
    auto& n = entry.mapped();
    auto channel = make_unbound_socket_channel(n.channel->release(), kind());
    promise.deliver(
        greeted_connection{std::make_shared<byte_channel_ptr>(std::move(channel)), std::move(*n.said)});
  }

  void refuse(std::uint64_t id, const std::string& why) {
    ++refused_;
    log_.warn("socket server listen", {{"error", why}});
    newcomers_.erase(id);
  }

  actor_type* self_;
  relay_listener_options options_;
  logger log_;
  listen_address address_;
  std::optional<boost::asio::posix::stream_descriptor> listening_;
  std::map<std::uint64_t, newcomer> newcomers_; ///< oldest first
  std::map<int, promise_type> waiting_;         ///< by pid
  std::uint64_t next_id_ = 0;
  std::uint64_t accepted_ = 0;
  std::uint64_t refused_ = 0;
  time_point armed_ = time_point::max();
  bool paused_ = false;
};

} // namespace

relay_listener_actor spawn_relay_listener(caf::actor_system& system, birth b,
                                          relay_listener_options options) {
  return spawn_supervised<relay_listener_state, self_actor>(system, std::move(b), std::move(options));
}

} // namespace rr
