// The answering half of a connection: frames of a worker become bytes for the client.

#include "plugins/http/access_log.hpp"
#include "plugins/http/connection.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <caf/send.hpp>
#include <ctime>

namespace rr::http {

namespace {

namespace asio = boost::asio;

// With so much unsent a stream waits for its client.
constexpr std::size_t unsent_bytes_max = 256 * 1024;
constexpr std::size_t kept_pending_bytes = 64 * 1024;

} // namespace

void connection::begin_framing() {
  auto& head = parser_.head();
  framing_facts facts;
  facts.version_minor = head.version_minor;
  facts.is_head = head.method == "HEAD";
  facts.keep_alive = head.keep_alive && !close_after_ && !context_->draining;
  facts.date = context_->date();
  framing_.reset(facts);
  out_.clear();
}

stream_demand connection::on_frame(const response_frame& frame, bool more) {
  if (phase_ != phase::waiting || ignore_rest_)
    return stream_demand::more;
  auto response = decoder_.decode(frame.flags, codec_, frame.context);
  if (!response) {
    log_failure("write response (chunk) error", response.error());
    answer_failure(response.error());
    ignore_rest_ = true;
    return stream_demand::reject;
  }
  if (framing_.has_begun()) {
    write(framing_.chunk(out_, frame.body, more, response->trailers));
  } else if (response->has_head && response->is_informational()) {
    interim(*response, frame.body);
    if (!more)
      write(framing_.begin(out_, {200, {}, {}}, {}, false));
  } else {
    final_head(*response, frame.body, more);
  }
  return demand();
}

void connection::interim(const worker_response& response, std::string_view body) {
  if (!body.empty())
    context_->log.warn("informational response body was dropped", {{"status", response.status}});
  if (response.status == 101) {
    context_->log.error("101 Switching Protocols is not supported, the frame was ignored");
    return;
  }
  append_interim(out_, parser_.head().version_minor, static_cast<int>(response.status), response.headers);
  write({});
}

void connection::final_head(const worker_response& response, std::string_view body, bool more) {
  if (!is_status(response.status)) {
    auto text = unknown_status_text(response.status);
    log_failure("write response (chunk) error", {error_kind::undefined, {}, text.substr(0, text.size() - 1)});
    answer_text(500, text);
    ignore_rest_ = true;
    return;
  }
  if (context_->draining)
    close_after_ = true;
  write(framing_.begin(out_, {static_cast<int>(response.status), response.headers, response.trailers}, body,
                       more));
}

// An answer of our own. The framing has not begun.
void connection::answer_text(int status, std::string_view text) {
  auto& head = parser_.head();
  bool close = close_after_ || !head.keep_alive || context_->draining;
  append_text_answer(out_, head.version_minor, status, text, head.method == "HEAD", close, context_->date());
  close_after_ = close;
  write({});
  // The framing only keeps the figures of such an answer.
  std::string unused;
  framing_.begin(unused, {status, {}, {}}, {}, false);
}

void connection::on_end() {
  if (phase_ != phase::waiting)
    return;
  if (!framing_.has_begun() && !ignore_rest_)
    write(framing_.begin(out_, {200, {}, {}}, {}, false));
  else if (!framing_.is_complete() && !ignore_rest_)
    write(framing_.end(out_));
  if (!framing_.complaint().empty())
    context_->log.error(
        "write response (chunk) error",
        {{"start", started_wall_}, {"elapsed", elapsed().count()}, {"error", framing_.complaint()}});
  finish();
}

void connection::on_failure(const error& why) {
  if (phase_ != phase::waiting)
    return;
  log_failure(framing_.has_begun() ? "read stream" : "execute", why);
  answer_failure(why);
  if (phase_ == phase::waiting)
    finish();
}

// Before the answer has begun the client gets the configured status; a broken stream is cut, so that the
// client can tell.
void connection::answer_failure(const error& why) {
  if (framing_.has_begun()) {
    framing_.abort();
    log_access(context_->options.internal_error_code);
    close();
    return;
  }
  auto text = context_->show_errors ? render(why) + "\n" : std::string{};
  // Only this error tells that trying again later may help.
  static constexpr header_field no_workers[] = {{"No-Workers", "true"}};
  header_fields headers;
  if (why.kind == error_kind::no_free_workers)
    headers = no_workers;
  write(framing_.begin(out_, {context_->options.internal_error_code, headers, {}}, text, false));
}

void connection::break_off(const error& why) {
  context_->log.error("internal server error", {{"message", render(why)}, {"remote_address", peer_}});
  close();
}

void connection::cancel_exec() {
  if (exec_ == nullptr || exec_->abandoned || exec_->get_reference_count() == 1)
    return;
  exec_->abandoned = true;
  caf::anon_send(context_->pool, cancel_atom::value, exec_->id);
}

// -- the end of an exchange
// -------------------------------------------------------------------------------------------

void connection::finish() {
  log_access(framing_.status());
  if (framing_.must_close() || context_->draining || input_ended_)
    close_after_ = true;
  if (close_after_) {
    release();
    if (unsent() == 0 && input_ended_)
      close();
    else
      linger();
    return;
  }
  next_request();
}

void connection::next_request() {
  release();
  phase_ = phase::reading;
  set_deadline(context_->options.idle_timeout);
  if (begin_ != end_)
    progress();
  read();
}

std::chrono::milliseconds connection::elapsed() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(context_->now() - started_);
}

void connection::log_failure(std::string_view message, const error& why) {
  context_->log.error(message,
                      {{"start", started_wall_}, {"elapsed", elapsed().count()}, {"error", render(why)}});
}

void connection::log_access(int status) {
  if (!context_->log.enabled(log_level::info))
    return;
  auto& head = parser_.head();
  std::string url;
  append_url(url, head.parts);
  access_record record;
  record.status = status;
  record.method = head.method;
  record.uri = head.target;
  record.url = url;
  record.remote_address = peer_;
  record.read_bytes = body_.size();
  record.write_bytes = framing_.body_bytes();
  record.start = started_wall_;
  record.end = std::chrono::system_clock::now();
  record.elapsed = elapsed();
  if (!context_->options.access_logs) {
    context_->log.write(log_level::info, std::string{access_message}, access_fields(record));
    return;
  }
  auto value = [&](std::string_view name) {
    auto* found = find_value(head.fields, name);
    return found == nullptr ? std::string_view{} : *found;
  };
  record.query = query_;
  record.host = head.host;
  record.user_agent = value("User-Agent");
  record.referer = value("Referer");
  if (!head.chunked)
    record.content_length = static_cast<std::int64_t>(head.content_length.value_or(0));
  std::time_t at = std::chrono::system_clock::to_time_t(record.end);
  std::tm local{};
  ::localtime_r(&at, &local);
  context_->log.write(log_level::info, std::string{access_message_long},
                      access_fields_long(record, std::chrono::seconds{local.tm_gmtoff}));
}

// -- writing
// ----------------------------------------------------------------------------------------------------------

// Tries to write at once; what the socket does not take is kept.
void connection::write(const framed& pieces) {
  if (phase_ == phase::closed)
    return;
  std::size_t sent = 0;
  if (unsent() == 0) {
    std::array<asio::const_buffer, 3> all{asio::buffer(out_),
                                          asio::buffer(pieces.body.data(), pieces.body.size()),
                                          asio::buffer(pieces.tail.data(), pieces.tail.size())};
    boost::system::error_code ec;
    if (asio::buffer_size(all) != 0)
      sent = socket_.write_some(all, ec);
    if (ec && ec != asio::error::would_block && ec != asio::error::try_again) {
      out_.clear();
      close();
      return;
    }
  }
  for (std::string_view piece : {std::string_view{out_}, pieces.body, pieces.tail}) {
    auto skip = std::min(sent, piece.size());
    sent -= skip;
    pending_.append(piece.substr(skip));
  }
  out_.clear();
  flush();
}

// The bytes of a write under way must stay where they are: what comes meanwhile waits beside them.
void connection::flush() {
  if (writing_ || phase_ == phase::closed)
    return;
  if (sending_begin_ == sending_.size()) {
    if (pending_.empty())
      return;
    sending_.clear();
    sending_begin_ = 0;
    sending_.swap(pending_);
  }
  writing_ = true;
  set_deadline(context_->options.write_timeout);
  auto handler = [self = shared_from_this()](boost::system::error_code ec, std::size_t bytes) {
    self->on_written(ec, bytes);
  };
  socket_.async_write_some(asio::buffer(sending_.data() + sending_begin_, sending_.size() - sending_begin_),
                           asio::bind_allocator(handler_allocator<char>{write_memory_}, std::move(handler)));
}

void connection::on_written(boost::system::error_code ec, std::size_t bytes) {
  writing_ = false;
  if (phase_ == phase::closed)
    return;
  if (ec) {
    close();
    return;
  }
  sending_begin_ += bytes;
  flush();
  if (!writing_)
    on_all_written();
  else if (paused_ && unsent() < unsent_bytes_max / 2)
    go_on_streaming();
}

void connection::on_all_written() {
  sending_begin_ = 0;
  if (sending_.capacity() > kept_pending_bytes)
    std::string{}.swap(sending_);
  else
    sending_.clear();
  if (phase_ == phase::lingering) {
    linger();
  } else if (phase_ == phase::waiting) {
    deadline_ = time_point::max();
    go_on_streaming();
  } else {
    set_deadline(in_head_ ? context_->options.read_timeout : context_->options.idle_timeout);
    progress();
    read();
  }
}

void connection::go_on_streaming() {
  if (std::exchange(paused_, false) && exec_ != nullptr)
    caf::anon_send(context_->pool, credit_atom::value, exec_->id);
}

stream_demand connection::demand() {
  if (phase_ == phase::closed || unsent() < unsent_bytes_max)
    return stream_demand::more;
  paused_ = true;
  return stream_demand::pause;
}

} // namespace rr::http
