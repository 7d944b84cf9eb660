#pragma once

#include "relay/byte_channel.hpp"

#include <boost/asio/io_context.hpp>
#include <string>

namespace rr {

/// A byte channel over descriptors, which it owns and makes non-blocking. A full pipe or socket never blocks:
/// what is left is written when the other side reads on.
///
/// Writing to a pipe without a reader raises SIGPIPE, which the process must ignore (the main loop does);
/// sockets are written with MSG_NOSIGNAL.
///
/// One read(2) per answer: after a read that did not fill the room nothing more is read in that turn, and a
/// worker that floods its channel gets four reads per turn of the reactor.
class fd_channel final : public byte_channel {
public:
  /// The reactor may be null: then the channel belongs to the reactor on whose thread `start` is called.
  fd_channel(boost::asio::io_context* io, int read_fd, int write_fd, std::string kind);
  ~fd_channel() override;

  void start(handler h) override;
  bool write(std::string_view head, std::string_view body) override;
  bool failed_untouched() const override;
  void pause_reading() override;
  void resume_reading() override;
  void close() override;
  std::string_view kind() const override { return kind_; }

  /// Ends this channel without closing its (single) descriptor and gives that away.
  ///
  /// @pre no write is left over
  int release();

private:
  struct connection;

  std::shared_ptr<connection> connection_;
  std::string kind_;
};

/// The pipes of a worker: `read_fd` is its stdout, `write_fd` its stdin. Its kind is `pipes`.
byte_channel_ptr make_pipe_channel(boost::asio::io_context& io, int read_fd, int write_fd);

/// A connected stream socket; `kind` is `tcp` or `unix`.
byte_channel_ptr make_socket_channel(boost::asio::io_context& io, int fd, std::string kind);

/// The same for whichever reactor starts it: a connection that is handed from one actor to another.
byte_channel_ptr make_unbound_socket_channel(int fd, std::string kind);

} // namespace rr
