#include "plugins/http/listener_actor.hpp"

#include "actors/guarded.hpp"
#include "actors/listen_address.hpp"
#include "actors/registry.hpp"
#include "actors/supervised.hpp"
#include "plugins/http/connection.hpp"

#include <algorithm>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <sys/socket.h>
#include <unordered_map>

namespace rr::http {

namespace {

namespace asio = boost::asio;
using acceptor_type = asio::basic_socket_acceptor<asio::generic::stream_protocol>;

// How long a connection that is accepted while we stop may take to send its first request.
constexpr std::chrono::milliseconds first_request_grace{200};
// After an accept that failed for want of descriptors.
constexpr std::chrono::milliseconds accept_pause{100};
constexpr std::chrono::milliseconds look_most{1000};
constexpr std::chrono::milliseconds look_least{20};
constexpr std::chrono::milliseconds close_margin{100};

std::string address_text(const asio::generic::stream_protocol::endpoint& endpoint) {
  if (endpoint.protocol().family() == AF_UNIX)
    return "@";
  asio::ip::tcp::endpoint tcp;
  tcp.resize(std::min(endpoint.size(), tcp.capacity()));
  std::copy_n(reinterpret_cast<const char*>(endpoint.data()), tcp.size(),
              reinterpret_cast<char*>(tcp.data()));
  auto ip = tcp.address();
  if (ip.is_v6() && ip.to_v6().is_v4_mapped())
    ip = asio::ip::make_address_v4(asio::ip::v4_mapped, ip.to_v6());
  auto host = ip.to_string();
  return (ip.is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(tcp.port());
}

int family_of(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  return address.ss_family;
}

/// Deadlines are met within a quarter of the shortest time-out.
std::chrono::milliseconds look_every(const http_options& o) {
  auto shortest = std::min({o.read_header_timeout, o.read_timeout, o.write_timeout, o.idle_timeout});
  return std::clamp(shortest / 4, look_least, look_most);
}

class listener_state final : public supervised_state {
public:
  static constexpr const char* name = "listener";
  using actor_type = supervised<listener_state, listener_actor>;

  listener_state(actor_type* self, birth b, listener_options options)
      : supervised_state(self, std::move(b), name), self_(self), options_(std::move(options)),
        acceptor_(reactor::here()->io()), context_(std::make_shared<server_context>()) {}

  ~listener_state() override {
    context_->closed = nullptr;
    for (auto& [key, c] : std::exchange(connections_, {}))
      c->close();
  }

  listener_actor::behavior_type make_behavior() {
    fill_context();
    if (auto bound = bind(); !bound) {
      report_started({start_report::fail, bound.error()});
      self_->quit(to_exit_reason(bound.error()));
    } else {
      enter("listening");
      report_started();
      self_->delayed_send(self_, look_every(options_.http), tick_atom::value);
      options_.codec->when_decided(guarded(self_, [this] { accept(); }));
    }
    return {
        [this](stop_atom, time_point deadline) { stop(deadline); },
        [this](inspect_atom) { return describe(); },
        [this](tick_atom) { look(); },
    };
  }

protected:
  void figures(snapshot& s) const override {
    s.figures = {{"address", options_.http.address},
                 {"connections", std::to_string(connections_.size())},
                 {"requests", std::to_string(context_->requests)}};
  }

private:
  void fill_context() {
    context_->options = options_.http;
    context_->show_errors = options_.show_errors;
    context_->codec = options_.codec;
    context_->pool = caf::actor_cast<pool_actor>(registry::instance().find(options_.pool_path));
    context_->now = [clock = &self_->clock()] { return clock->now(); };
    context_->closed = [this](connection& c) { closed(c); };
  }

  expected<void> bind() {
    auto address = parse_listen_address(options_.http.address);
    if (!address)
      return tl::unexpected<error>(address.error());
    rr::listener_options how;
    if (options_.http.unix_socket_mode)
      how.mode = static_cast<mode_t>(*options_.http.unix_socket_mode);
    auto fd = open_listener(*address, how);
    if (!fd)
      return tl::unexpected<error>(fd.error());
    boost::system::error_code ec;
    acceptor_.assign({family_of(*fd), 0}, *fd, ec);
    acceptor_.non_blocking(true, ec);
    context_->log.debug("http server was started", {{"address", options_.http.address}});
    return {};
  }

  void accept() {
    if (!acceptor_.is_open())
      return;
    acceptor_.async_accept(guarded(self_, [this](boost::system::error_code ec, stream_socket socket) {
      if (ec == asio::error::operation_aborted)
        return;
      if (ec == asio::error::no_descriptors || ec == asio::error::no_memory ||
          ec == boost::system::errc::too_many_files_open_in_system) {
        pause_accepting(ec);
        return;
      }
      if (!ec)
        take(std::move(socket));
      accept();
    }));
  }

  void pause_accepting(boost::system::error_code ec) {
    context_->log.error("cannot accept a connection",
                        {{"error", ec.message()}, {"connections", connections_.size()}});
    accept_again_ = self_->clock().now() + accept_pause;
    self_->delayed_send(self_, accept_pause, tick_atom::value);
  }

  void take(stream_socket socket) {
    boost::system::error_code ec;
    auto peer = socket.remote_endpoint(ec);
    if (ec)
      return; // gone before we looked
    auto local = socket.local_endpoint(ec);
    socket.non_blocking(true, ec);
    auto c =
        std::make_shared<connection>(std::move(socket), address_text(peer), address_text(local), context_);
    connections_.emplace(c.get(), c);
    c->start();
  }

  void closed(connection& c) {
    connections_.erase(&c);
    if (stopping_ && connections_.empty())
      caf::anon_send(listener_actor{self_}, tick_atom::value);
  }

  void stop(time_point deadline) {
    deadline_ = std::min(deadline_, deadline == time_point::max() ? deadline : deadline - close_margin);
    if (std::exchange(stopping_, true))
      return;
    enter("draining");
    take_backlog();
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    context_->draining = true;
    grace_ends_ = self_->clock().now() + first_request_grace;
    for (auto& c : all())
      c->drain();
    end_if_done();
    if (!connections_.empty())
      self_->send(self_, tick_atom::value);
  }

  // Connections in the backlog count as accepted for the clients that made them.
  void take_backlog() {
    for (boost::system::error_code ec; !ec;) {
      stream_socket socket{acceptor_.get_executor()};
      acceptor_.accept(socket, ec);
      if (!ec)
        take(std::move(socket));
    }
  }

  std::vector<std::shared_ptr<connection>> all() const {
    std::vector<std::shared_ptr<connection>> copy;
    for (auto& [key, c] : connections_)
      copy.push_back(c);
    return copy;
  }

  void look() {
    auto now = self_->clock().now();
    if (accept_again_ && *accept_again_ <= now) {
      accept_again_.reset();
      accept();
    }
    for (auto& c : all()) {
      if (stopping_ && (now >= deadline_ || (now >= grace_ends_ && c->is_idle())))
        c->close();
      else
        c->check(now);
    }
    end_if_done();
    if (now < next_look_)
      return; // an extra look; the regular one is on its way
    auto wait = stopping_ ? look_least : look_every(options_.http);
    next_look_ = now + wait;
    self_->delayed_send(self_, wait, tick_atom::value);
  }

  void end_if_done() {
    if (stopping_ && connections_.empty())
      self_->quit(caf::exit_reason::user_shutdown);
  }

  actor_type* self_;
  listener_options options_;
  acceptor_type acceptor_;
  std::shared_ptr<server_context> context_;
  std::unordered_map<connection*, std::shared_ptr<connection>> connections_;
  bool stopping_ = false;
  std::optional<time_point> accept_again_;
  time_point deadline_ = time_point::max();
  time_point grace_ends_ = time_point::max();
  time_point next_look_{};
};

} // namespace

listener_actor spawn_listener(caf::actor_system& system, birth b, listener_options options) {
  return spawn_supervised<listener_state, listener_actor>(system, std::move(b), std::move(options));
}

} // namespace rr::http
