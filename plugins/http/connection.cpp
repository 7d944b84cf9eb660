// The reading half of a connection: bytes become requests, requests go to the pool.

#include "plugins/http/connection.hpp"
#include "plugins/http/request_target.hpp"
#include "plugins/http/worker_address.hpp"

#include <algorithm>
#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <caf/make_counted.hpp>
#include <caf/send.hpp>
#include <cstring>

namespace rr::http {

namespace {

namespace asio = boost::asio;

constexpr std::size_t idle_buffer_bytes = 2048;       // of a connection that waits: there may be very many
constexpr std::size_t body_buffer_bytes = 64 * 1024;  // while a body comes in
constexpr std::size_t pipeline_bytes_max = 64 * 1024; // read ahead while a request is with a worker
constexpr std::size_t kept_body_bytes = 64 * 1024;    // of the body buffer, between two requests
constexpr std::size_t discarded_bytes_max = 256 * 1024;
constexpr std::chrono::milliseconds linger_time{500};

} // namespace

connection::connection(stream_socket socket, std::string peer, std::string local,
                       std::shared_ptr<server_context> context)
    : socket_(std::move(socket)), context_(std::move(context)), peer_(std::move(peer)),
      local_(std::move(local)),
      parser_({context_->options.header_bytes_max, context_->options.body_bytes_max}) {
  auto address = worker_address(peer_);
  if (!address)
    context_->log.warn("remote address parsing failure", {{"address", peer_}});
  client_ = address.value_or(std::string{});
}

void connection::start() {
  buffer_.resize(idle_buffer_bytes);
  // The first request has the header time-out: a client that connects and says nothing is no idle keep-alive
  // client.
  set_deadline(context_->options.read_header_timeout);
  read();
}

void connection::drain() {
  close_after_ = true;
  if (!is_idle() || !has_served())
    return;
  // A request may stand in the socket already: it gets its answer.
  boost::system::error_code ec;
  auto waiting = socket_.available(ec);
  if (ec || waiting == 0)
    close();
}

void connection::close() {
  if (phase_ == phase::closed)
    return;
  phase_ = phase::closed;
  boost::system::error_code ignored;
  socket_.close(ignored);
  cancel_exec();
  if (context_->closed)
    context_->closed(*this);
}

void connection::check(time_point now) {
  if (phase_ == phase::closed || now < deadline_)
    return;
  if (phase_ == phase::waiting && unsent() == 0)
    return;
  close();
}

void connection::set_deadline(std::chrono::milliseconds limit) { deadline_ = context_->now() + limit; }

// -- bytes
// ------------------------------------------------------------------------------------------------------------

void connection::make_room(std::size_t bytes) {
  if (begin_ == end_)
    begin_ = end_ = 0;
  if (buffer_.size() - end_ >= bytes)
    return;
  if (begin_ != 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (buffer_.size() - end_ < bytes)
    buffer_.resize(std::max(buffer_.size() * 2, end_ + bytes));
}

// A read is always under way, also while a worker works: that is how a client that goes away is noticed.
void connection::read() {
  if (reading_ || input_ended_ || phase_ == phase::closed)
    return;
  if (phase_ == phase::waiting && end_ - begin_ >= pipeline_bytes_max)
    return;
  auto in_body = phase_ == phase::reading && in_head_ && body_.capacity() > idle_buffer_bytes;
  make_room(in_body ? body_buffer_bytes : idle_buffer_bytes / 2);
  reading_ = true;
  auto handler = [self = shared_from_this()](boost::system::error_code ec, std::size_t bytes) {
    self->on_read(ec, bytes);
  };
  socket_.async_read_some(asio::buffer(buffer_.data() + end_, buffer_.size() - end_),
                          asio::bind_allocator(handler_allocator<char>{read_memory_}, std::move(handler)));
}

void connection::on_read(boost::system::error_code ec, std::size_t bytes) {
  reading_ = false;
  if (phase_ == phase::closed)
    return;
  if (ec) {
    on_read_end(ec);
    return;
  }
  end_ += bytes;
  if (phase_ == phase::lingering) {
    served_ += bytes; // counts what is thrown away from here on
    begin_ = end_ = 0;
    if (served_ > discarded_bytes_max)
      close();
  } else {
    progress();
  }
  read();
}

// A client that only stops sending still gets its answer; but a stream is stopped, as nobody can tell such a
// client from one that has gone.
void connection::on_read_end(boost::system::error_code ec) {
  input_ended_ = true;
  if (phase_ == phase::waiting && ec == asio::error::eof) {
    close_after_ = true;
    if (framing_.has_begun())
      close();
    return;
  }
  close();
}

// -- requests
// ---------------------------------------------------------------------------------------------------------

void connection::progress() {
  if (progressing_)
    return;
  progressing_ = true;
  while (phase_ == phase::reading && unsent() < pipeline_bytes_max) {
    auto step = parser_.parse({buffer_.data() + begin_, end_ - begin_});
    begin_ += step.consumed;
    if (!take_step(step))
      break;
  }
  progressing_ = false;
}

// False when nothing more can be done with the bytes at hand.
bool connection::take_step(const parse_step& step) {
  switch (step.event) {
  case parse_event::need_more:
    if (!in_head_ && !parser_.is_idle()) {
      in_head_ = true;
      started_ = context_->now();
      set_deadline(context_->options.read_header_timeout);
    }
    return false;
  case parse_event::head_complete:
    on_head();
    return true;
  case parse_event::body:
    body_.append(step.body);
    return true;
  case parse_event::message_complete:
    dispatch();
    return true;
  case parse_event::error:
    refuse();
    return false;
  }
  return false;
}

void connection::on_head() {
  if (!in_head_)
    started_ = context_->now();
  in_head_ = true;
  started_wall_ = std::chrono::system_clock::now();
  auto& head = parser_.head();
  if (!head.has_body())
    return;
  deadline_ = started_ + context_->options.read_timeout;
  if (head.content_length.value_or(0) > context_->options.body_bytes_max)
    return; // refused in the next step, so nothing of it is asked for
  // As much as was announced, but not more than a liar should cost before the bytes are there.
  body_.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(head.content_length.value_or(0), 1u << 20)));
  if (head.expect == expectation::continue_100) {
    out_ = "HTTP/1.1 100 Continue\r\n\r\n";
    write({});
  }
}

void connection::dispatch() {
  auto& head = parser_.head();
  phase_ = phase::waiting;
  deadline_ = time_point::max();
  ++served_;
  ++context_->requests;
  ignore_rest_ = false;
  begin_framing();
  if (head.expect == expectation::unknown) {
    close_after_ = true;
    answer_text(417, "Expectation Failed");
    finish();
    return;
  }
  if (head.method == "OPTIONS" && head.parts.form == target_form::asterisk) {
    write(framing_.begin(out_, {200, {}, {}}, {}, false));
    finish();
    return;
  }
  uri_.clear();
  append_uri(uri_, head.parts, {false, head.host, local_});
  query_.clear();
  append_query(query_, head.parts.query);
  if (exec_ == nullptr || exec_->get_reference_count() != 1)
    exec_ = caf::make_counted<http_exec>();
  exec_->renew(shared_from_this());
  caf::anon_send(context_->pool, exec_atom::value, exec_ptr{exec_});
}

// A request that cannot be read: answered by us, and the connection ends.
void connection::refuse() {
  auto& why = parser_.error();
  if (why.status == 413)
    context_->log.error("request forming error", {{"start", started_wall_},
                                                  {"elapsed", elapsed().count()},
                                                  {"error", "serve_http: http: request body too large"}});
  else
    context_->log.debug("request refused",
                        {{"status", why.status}, {"remote_address", peer_}, {"error", why.text}});
  out_.clear();
  if (why.status == 413)
    append_text_answer(out_, parser_.head().version_minor, 413, body_too_large_text, false, true, context_->date());
  else
    out_ = render_answer(why);
  write({});
  linger();
}

// Half-closes and reads on for a moment: a client that is still sending would lose our answer to a reset.
void connection::linger() {
  if (phase_ == phase::closed)
    return;
  phase_ = phase::lingering;
  served_ = 0;
  set_deadline(linger_time);
  if (!writing_) {
    boost::system::error_code ignored;
    socket_.shutdown(stream_socket::shutdown_send, ignored);
    if (input_ended_)
      close();
  }
  read();
}

std::string connection::describe() const {
  auto& head = parser_.head();
  std::string text{head.method};
  text += ' ';
  // The path only: queries carry secrets.
  text += head.parts.path.empty() ? head.target.substr(0, 200) : head.parts.path.substr(0, 200);
  return text;
}

expected<request_payload> connection::encode(const worker_info& worker) {
  auto& head = parser_.head();
  codec_ = context_->codec->resolve(worker.codec);
  request_view view;
  view.remote_addr = client_;
  view.protocol = head.protocol;
  view.method = head.method;
  view.uri = uri_;
  view.raw_query = query_;
  view.headers = head.fields;
  request_payload payload;
  payload.body = body_;
  payload.context.reserve(512);
  if (codec_ == payload_codec::json) {
    payload.flags = frame_flags::json;
    context_->encoder.encode_json(view, payload.context);
  } else {
    payload.flags = frame_flags::proto;
    context_->encoder.encode_proto(view, payload.context);
  }
  return payload;
}

// Everything of the last request that need not be kept.
void connection::release() {
  parser_.reset();
  in_head_ = false;
  if (body_.capacity() > kept_body_bytes)
    std::string{}.swap(body_);
  else
    body_.clear();
  if (!reading_ && buffer_.size() > body_buffer_bytes && begin_ == end_) {
    std::vector<char>(idle_buffer_bytes).swap(buffer_);
    begin_ = end_ = 0;
  }
}

} // namespace rr::http
