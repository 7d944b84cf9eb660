#include "supervisor/os_process.hpp"

#include "relay/fd_channel.hpp"

#include <array>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cerrno>
#include <csignal>
#include <fcntl.h>

namespace rr {

namespace {

using boost::asio::posix::stream_descriptor;
using boost::system::error_code;

constexpr std::size_t stderr_read_bytes = 65536;

/// What outlives the owner until the process has been reaped: kept alive by the wait for its death.
class process_watch : public std::enable_shared_from_this<process_watch> {
public:
  process_watch(boost::asio::io_context& io, started_process started)
      : io_(io), child_(std::move(started.handle)), death_(io, child_.pidfd()),
        errors_(io, started.errors.release()), input_(std::move(started.input)),
        output_(std::move(started.output)) {}

  ~process_watch() {
    if (death_.is_open())
      (void)death_.release(); // the descriptor is the child's
  }

  int pid() const { return child_.pid(); }
  void signal_group(int number) { child_.signal_group(number); }

  byte_channel_ptr take_channel() { return make_pipe_channel(io_, output_.release(), input_.release()); }

  void start(process::handler h) {
    handler_ = std::move(h);
    await_death();
    await_errors();
  }

  /// The owner is gone: nobody is told anything any more.
  void abandon() {
    handler_ = {};
    input_.reset();
    output_.reset();
    close_errors();
    if (child_.reaped())
      return;
    child_.signal_group(SIGKILL);
    await_death();
  }

private:
  void await_death() {
    if (std::exchange(awaited_, true))
      return;
    death_.async_wait(stream_descriptor::wait_read, [self = shared_from_this()](error_code ec) {
      self->awaited_ = false;
      if (!ec)
        self->on_death();
    });
  }

  void on_death() {
    if (!child_.dead()) {
      await_death();
      return;
    }
    child_.signal_group(SIGKILL);
    auto exit = child_.reap();
    drain_errors();
    close_errors();
    if (auto told = std::exchange(handler_, {}).exited)
      told(exit);
  }

  void await_errors() {
    if (!errors_.is_open())
      return;
    errors_.async_wait(stream_descriptor::wait_read, [self = shared_from_this()](error_code ec) {
      if (ec || !self->errors_.is_open())
        return;
      self->read_errors();
      self->await_errors();
    });
  }

  /// How much arrived; 0 when there is nothing (more) now.
  std::size_t read_errors() {
    std::array<char, stderr_read_bytes> room;
    auto n = ::read(errors_.native_handle(), room.data(), room.size());
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
      return 0;
    if (n <= 0) {
      close_errors();
      return 0;
    }
    if (auto told = handler_.stderr_bytes) // a copy: the owner may go in the call
      told({room.data(), static_cast<std::size_t>(n)});
    return static_cast<std::size_t>(n);
  }

  void drain_errors() {
    if (!errors_.is_open())
      return;
    int size = ::fcntl(errors_.native_handle(), F_GETPIPE_SZ);
    for (auto left = static_cast<std::ptrdiff_t>(size); left > 0 && errors_.is_open();) {
      auto n = read_errors();
      if (n == 0)
        return;
      left -= static_cast<std::ptrdiff_t>(n);
    }
  }

  void close_errors() {
    error_code ignored;
    if (errors_.is_open())
      errors_.close(ignored);
  }

  boost::asio::io_context& io_;
  child_process child_;
  stream_descriptor death_;
  stream_descriptor errors_;
  unique_fd input_;
  unique_fd output_;
  process::handler handler_;
  bool awaited_ = false;
};

class os_process final : public process {
public:
  os_process(boost::asio::io_context& io, started_process started)
      : watch_(std::make_shared<process_watch>(io, std::move(started))) {}
  ~os_process() override { watch_->abandon(); }

  int pid() const override { return watch_->pid(); }
  void start(handler h) override { watch_->start(std::move(h)); }
  byte_channel_ptr take_channel() override { return watch_->take_channel(); }
  void signal_group(int number) override { watch_->signal_group(number); }

private:
  std::shared_ptr<process_watch> watch_;
};

} // namespace

process_ptr make_os_process(boost::asio::io_context& io, started_process started) {
  return std::make_unique<os_process>(io, std::move(started));
}

} // namespace rr
