#include "relay/fd_channel.hpp"

#include "actors/errno_text.hpp"
#include "actors/handler_memory.hpp"
#include "actors/reactor.hpp"

#include <array>
#include <boost/asio/error.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <cassert>
#include <cerrno>
#include <fcntl.h>
#include <optional>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

namespace rr {

namespace {

// A worker that floods its channel gets this many reads before others have their turn.
constexpr int reads_per_turn = 4;

using descriptor = boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type>;

void make_non_blocking(int fd) {
  auto flags = ::fcntl(fd, F_GETFL);
  if (flags >= 0 && (flags & O_NONBLOCK) == 0)
    ::fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

} // namespace

/// The descriptors and what is under way on them. Waiting handlers keep it alive beyond its channel.
struct fd_channel::connection : std::enable_shared_from_this<connection> {
  /// Calls a member once its descriptor is ready.
  struct ready_handler {
    using allocator_type = handler_allocator<void>;

    std::shared_ptr<connection> self;
    handler_memory* memory;
    void (connection::*act)();

    allocator_type get_allocator() const noexcept { return allocator_type{*memory}; }
    void operator()(boost::system::error_code ec) {
      if (!ec && !self->closed)
        (*self.*act)();
    }
  };

  connection(boost::asio::io_context* context, int read, int write)
      : io(context), read_fd(read), write_fd(write) {
    make_non_blocking(read_fd);
    if (write_fd != read_fd)
      make_non_blocking(write_fd);
  }

  ~connection() { close(); }

  bool is_socket() const { return read_fd == write_fd; }

  void start(handler h) {
    if (io == nullptr)
      io = &reactor::here()->io();
    calls = std::move(h);
    reading.emplace(io->get_executor(), read_fd);
    wait_readable();
  }

  // -- reading
  // ---------------------------------------------------------------------------------------------------------

  void wait_readable() {
    if (waits_to_read || paused || ended)
      return;
    waits_to_read = true;
    reading->async_wait(descriptor::wait_read,
                        ready_handler{shared_from_this(), &read_memory, &connection::readable});
  }

  void readable() {
    waits_to_read = false;
    for (int i = 0; i < reads_per_turn; ++i)
      if (paused || !read_once() || closed)
        break;
    if (!closed)
      wait_readable();
  }

  /// @return true when there may be more to read at once
  bool read_once() {
    auto room = calls.prepare();
    if (room.empty()) {
      end("no room for what arrives");
      return false;
    }
    auto n = ::read(read_fd, room.data(), room.size());
    if (n > 0) {
      calls.received(static_cast<std::size_t>(n));
      return static_cast<std::size_t>(n) == room.size();
    }
    if (n < 0 && errno == EINTR)
      return true;
    if (n == 0 || (errno != EAGAIN && errno != EWOULDBLOCK))
      end(n == 0 ? std::string{} : errno_text(errno));
    return false;
  }

  void end(std::string why) {
    ended = true;
    calls.ended(std::move(why));
  }

  // -- writing
  // ---------------------------------------------------------------------------------------------------------

  bool write(std::string_view head, std::string_view body) {
    assert(rest_head.empty() && rest_body.empty());
    if (write_error != 0)
      return report_later();
    auto sent = write_some(head, body);
    if (sent == head.size() + body.size())
      return true;
    untouched = sent == 0;
    if (write_error != 0)
      return report_later();
    keep_rest(head, body, sent);
    wait_writable();
    return false;
  }

  /// One system call; its error, unless it only says "later", is kept in `write_error`.
  std::size_t write_some(std::string_view head, std::string_view body) {
    std::array<iovec, 2> parts{};
    int count = 0;
    for (auto part : {head, body})
      if (!part.empty())
        parts[static_cast<std::size_t>(count++)] = {const_cast<char*>(part.data()), part.size()};
    for (;;) {
      auto n = is_socket() ? send_parts(parts.data(), count) : ::writev(write_fd, parts.data(), count);
      if (n >= 0)
        return static_cast<std::size_t>(n);
      if (errno == EINTR)
        continue;
      if (errno != EAGAIN && errno != EWOULDBLOCK)
        write_error = errno;
      return 0;
    }
  }

  ssize_t send_parts(iovec* parts, int count) {
    msghdr message{};
    message.msg_iov = parts;
    message.msg_iovlen = static_cast<std::size_t>(count);
    return ::sendmsg(write_fd, &message, MSG_NOSIGNAL);
  }

  void keep_rest(std::string_view head, std::string_view body, std::size_t sent) {
    auto of_head = std::min(sent, head.size());
    rest_head.assign(head.substr(of_head));
    rest_body = body.substr(sent - of_head);
  }

  void wait_writable() {
    if (!is_socket() && !writing)
      writing.emplace(io->get_executor(), write_fd);
    auto& on = is_socket() ? *reading : *writing;
    on.async_wait(descriptor::wait_write,
                  ready_handler{shared_from_this(), &write_memory, &connection::writable});
  }

  void writable() {
    auto sent = write_some(rest_head, rest_body);
    untouched = untouched && sent == 0;
    auto of_head = std::min(sent, rest_head.size());
    rest_head.erase(0, of_head);
    rest_body.remove_prefix(sent - of_head);
    if (write_error == 0 && !(rest_head.empty() && rest_body.empty()))
      return wait_writable();
    report_written();
  }

  // A failure is reported from the reactor, never from inside `write`.
  bool report_later() {
    boost::asio::post(*io, [self = shared_from_this()] {
      if (!self->closed)
        self->report_written();
    });
    return false;
  }

  void report_written() {
    rest_head = {};
    rest_body = {};
    calls.written(write_error == 0 ? std::string{} : errno_text(write_error));
  }

  // -- the end
  // ---------------------------------------------------------------------------------------------------------

  void close() {
    if (closed)
      return;
    closed = true;
    close_one(writing, is_socket() ? -1 : write_fd);
    close_one(reading, read_fd);
  }

  static void close_one(std::optional<descriptor>& d, int fd) {
    boost::system::error_code ignored;
    if (d)
      d->close(ignored);
    else if (fd >= 0)
      ::close(fd);
  }

  int release() {
    assert(is_socket() && rest_head.empty() && rest_body.empty());
    closed = true;
    return reading ? reading->release() : read_fd;
  }

  boost::asio::io_context* io;
  int read_fd;
  int write_fd;
  handler calls;
  std::optional<descriptor> reading;
  std::optional<descriptor> writing; ///< only once something had to wait
  handler_memory read_memory;
  handler_memory write_memory;
  std::string rest_head;
  std::string_view rest_body;
  int write_error = 0;
  bool untouched = false;
  bool waits_to_read = false;
  bool paused = false;
  bool ended = false;
  bool closed = false;
};

fd_channel::fd_channel(boost::asio::io_context* io, int read_fd, int write_fd, std::string kind)
    : connection_(std::make_shared<connection>(io, read_fd, write_fd)), kind_(std::move(kind)) {}

fd_channel::~fd_channel() { close(); }

void fd_channel::start(handler h) { connection_->start(std::move(h)); }

bool fd_channel::write(std::string_view head, std::string_view body) {
  return connection_->closed ? true : connection_->write(head, body);
}

bool fd_channel::failed_untouched() const { return connection_->write_error != 0 && connection_->untouched; }

void fd_channel::pause_reading() { connection_->paused = true; }

void fd_channel::resume_reading() {
  connection_->paused = false;
  if (!connection_->closed && connection_->reading)
    connection_->wait_readable();
}

void fd_channel::close() { connection_->close(); }

int fd_channel::release() { return connection_->release(); }

byte_channel_ptr make_pipe_channel(boost::asio::io_context& io, int read_fd, int write_fd) {
  return std::make_unique<fd_channel>(&io, read_fd, write_fd, "pipes");
}

byte_channel_ptr make_socket_channel(boost::asio::io_context& io, int fd, std::string kind) {
  return std::make_unique<fd_channel>(&io, fd, fd, std::move(kind));
}

byte_channel_ptr make_unbound_socket_channel(int fd, std::string kind) {
  return std::make_unique<fd_channel>(nullptr, fd, fd, std::move(kind));
}

} // namespace rr
