#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rr::test {

using namespace std::chrono_literals;

/// An answer as it came over the wire.
struct http_answer {
  int status = 0;
  std::string reason;
  std::vector<std::pair<std::string, std::string>> headers; ///< as written, in order
  std::vector<std::pair<std::string, std::string>> trailers;
  std::string body;
  bool complete = false; ///< its framing said that it ended
  std::string raw_head;

  /// The first header of this name (any case); empty when there is none.
  std::string header(std::string_view name) const;
  std::size_t count(std::string_view name) const;
};

/// A plain client over one connection: sends bytes as they are, reads answers with a deadline.
class http_client {
public:
  /// Connects to 127.0.0.1; throws when that fails.
  explicit http_client(int port);
  http_client(http_client&& other) noexcept;
  http_client& operator=(http_client&&) = delete;
  ~http_client();

  /// Sends all bytes; false when the other side does not take them.
  bool send(std::string_view bytes);

  /// Reads one whole answer; interim answers (1xx) are answers too. `head_request`: no body follows.
  http_answer read(std::chrono::milliseconds limit = 20s, bool head_request = false);

  /// Reads until at least `count` bytes of the answer's raw stream are there, or the limit.
  std::string read_some(std::size_t count, std::chrono::milliseconds limit = 20s);

  /// Sends a request with the usual headers and reads the answer.
  http_answer request(std::string_view method, std::string_view target, std::string_view body = {},
                      std::vector<std::string> headers = {});

  /// True when the other side closes within the limit without another byte.
  bool closed(std::chrono::milliseconds limit = 5s);

  void shutdown_write();
  void reset(); ///< closes with RST
  void close();
  int fd() const { return fd_; }
  void receive_buffer(int bytes);

private:
  bool fill(std::chrono::steady_clock::time_point until);
  bool read_line(std::string& line, std::chrono::steady_clock::time_point until);
  bool read_count(std::string& out, std::size_t count, std::chrono::steady_clock::time_point until);
  void read_body(http_answer& answer, bool head_request, std::chrono::steady_clock::time_point until);
  void read_chunks(http_answer& answer, std::chrono::steady_clock::time_point until);

  int fd_ = -1;
  std::string buffer_;
};

/// One request on a connection of its own.
http_answer get(int port, std::string_view target, std::vector<std::string> headers = {});
http_answer post(int port, std::string_view target, std::string_view body, std::vector<std::string> headers = {});

/// A port that nobody listens on right now.
int free_port();

} // namespace rr::test
