#pragma once

#include "actors/handler_memory.hpp"
#include "plugins/http/http_exec.hpp"
#include "plugins/http/request_parser.hpp"
#include "plugins/http/response_codec.hpp"
#include "plugins/http/response_writer.hpp"
#include "plugins/http/server_context.hpp"

#include <boost/asio/generic/stream_protocol.hpp>
#include <caf/intrusive_ptr.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace rr::http {

using stream_socket = boost::asio::generic::stream_protocol::socket;

/// One client's connection: reads requests, one after the other, gives each to the pool and writes the
/// answer.
///
/// Belongs to its listener; runs on one reactor. A request that is with a worker keeps the connection alive
/// until it has ended, also after the client has gone.
class connection final : public std::enable_shared_from_this<connection> {
public:
  connection(stream_socket socket, std::string peer, std::string local,
             std::shared_ptr<server_context> context);

  void start();

  /// Ends in good order: at once when nothing is under way, else after the answer.
  void drain();

  /// Ends now. A request that is with a worker is cancelled.
  void close();

  /// Closes when a deadline of its present phase has passed.
  void check(time_point now);

  bool is_idle() const { return phase_ == phase::reading && parser_.is_idle() && begin_ == end_; }
  bool has_request() const { return phase_ == phase::waiting; }
  bool has_served() const { return served_ != 0; }

  // What http_exec passes on.
  std::string describe() const;
  expected<request_payload> encode(const worker_info& worker);
  stream_demand on_frame(const response_frame& frame, bool more);
  void on_end();
  void on_failure(const error& why);

  /// Ends the connection because something of ours failed; logged.
  void break_off(const error& why);

private:
  enum class phase : std::uint8_t {
    reading,   ///< a request, or waiting for one
    waiting,   ///< for the answer of a worker
    lingering, ///< answered, closing: the rest of the client's bytes is thrown away
    closed,
  };

  // Reading: connection.cpp
  void read();
  void on_read(boost::system::error_code ec, std::size_t bytes);
  void on_read_end(boost::system::error_code ec);
  void make_room(std::size_t bytes);
  void progress();
  bool take_step(const parse_step& step);
  void on_head();
  void dispatch();
  void refuse();
  void linger();

  // Answering: connection_answer.cpp
  void begin_framing();
  void interim(const worker_response& response, std::string_view body);
  void final_head(const worker_response& response, std::string_view body, bool more);
  void answer_text(int status, std::string_view text);
  void answer_failure(const error& why);
  void finish();
  void next_request();
  void write(const framed& pieces);
  void flush();
  void on_written(boost::system::error_code ec, std::size_t bytes);
  void on_all_written();
  void go_on_streaming();
  stream_demand demand();
  void cancel_exec();
  void log_access(int status);
  void log_failure(std::string_view message, const error& why);
  std::size_t unsent() const { return sending_.size() - sending_begin_ + pending_.size(); }
  std::chrono::milliseconds elapsed() const;
  void set_deadline(std::chrono::milliseconds limit);
  void release();

  stream_socket socket_;
  std::shared_ptr<server_context> context_;
  std::string peer_;   ///< ip:port
  std::string local_;  ///< ip:port of our end
  std::string client_; ///< the address as workers see it

  phase phase_ = phase::reading;
  bool reading_ = false;     ///< an async read is under way
  bool writing_ = false;     ///< an async write is under way
  bool input_ended_ = false; ///< the client sends nothing more
  bool in_head_ = false;     ///< part of a request has been read
  bool close_after_ = false; ///< this answer is the last one
  bool ignore_rest_ = false; ///< frames that follow an answer of our own are dropped
  bool paused_ = false;      ///< the worker's stream waits for the client
  bool progressing_ = false; ///< `progress` is on the stack
  time_point deadline_ = time_point::max();
  time_point started_{}; ///< of this request
  std::chrono::system_clock::time_point started_wall_{};
  std::uint64_t served_ = 0;

  std::vector<char> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  request_parser parser_;
  std::string body_;
  std::string uri_;
  std::string query_;
  payload_codec codec_ = payload_codec::proto;
  caf::intrusive_ptr<http_exec> exec_;
  response_decoder decoder_;
  response_framing framing_;
  std::string out_;     ///< bytes of the answer's head or chunk being made
  std::string sending_; ///< what the async write under way reads from
  std::size_t sending_begin_ = 0;
  std::string pending_; ///< what comes after it
  handler_memory read_memory_;
  handler_memory write_memory_;
};

} // namespace rr::http
