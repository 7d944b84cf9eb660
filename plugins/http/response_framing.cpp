#include "plugins/http/response_framing.hpp"

#include "plugins/http/response_writer.hpp"
#include "plugins/http/sniff.hpp"

#include <array>
#include <charconv>
#include <utility>

namespace rr::http {
namespace {

constexpr std::string_view too_long = "http: wrote more than the declared Content-Length";
constexpr std::string_view no_body = "http: request method or response status code does not allow body";

std::optional<std::uint64_t> parse_length(std::string_view text) {
  std::uint64_t value = 0;
  const char* last = text.data() + text.size();
  const auto [end, ec] = std::from_chars(text.data(), last, value);
  if (ec != std::errc{} || end != last || value > INT64_MAX)
    return std::nullopt;
  return value;
}

void append_number(std::string& out, std::uint64_t value, int base) {
  std::array<char, 20> digits{};
  const auto [end, ec] = std::to_chars(digits.data(), digits.data() + digits.size(), value, base);
  (void)ec; // 20 digits hold every number
  out.append(digits.data(), end);
}

} // namespace

void response_framing::reset(const framing_facts& facts) {
  facts_ = facts;
  phase_ = phase::idle;
  mode_ = mode::none;
  close_ = !facts.keep_alive;
  status_ = 0;
  length_.reset();
  sent_ = 0;
  complaint_ = {};
  trailers_.clear();
}

framed response_framing::begin(std::string& out, const response_head& head, std::string_view body,
                               bool more) {
  status_ = head.status;
  phase_ = phase::body;
  const auto told = look_at(head.headers);
  if (facts_.version_minor != 0)
    add_trailers(head.trailers);
  close_ = close_ || told.says_close;
  choose_mode(told, body.size(), more);
  write_head(out, head, told, body);
  return frame(out, body, more);
}

framed response_framing::chunk(std::string& out, std::string_view body, bool more, header_fields trailers) {
  if (phase_ != phase::body)
    return {};
  if (facts_.version_minor != 0)
    add_trailers(trailers);
  return frame(out, body, more);
}

void response_framing::abort() {
  if (phase_ == phase::complete)
    return;
  phase_ = phase::aborted;
  close_ = true;
}

response_framing::head_facts response_framing::look_at(header_fields headers) {
  head_facts told;
  bool is_first_length = true;
  for (const auto& [name, value] : headers) {
    if (name == "Content-Length") {
      const auto length = parse_length(trim_blanks(value));
      if (is_first_length)
        told.length = length;
      else if (told.length != length) // two that differ: neither can be trusted
        told.length.reset();
      is_first_length = false;
    } else if (name == "Content-Type") {
      told.has_type = true;
    } else if (name == "Content-Encoding") {
      told.has_encoding = told.has_encoding || !value.empty();
    } else if (name == "Transfer-Encoding") {
      told.has_transfer_encoding = true;
    } else if (name == "Date") {
      told.has_date = true;
    } else if (name == "Connection") {
      told.says_close = told.says_close || list_has(value, "close");
    }
  }
  return told;
}

void response_framing::choose_mode(const head_facts& told, std::size_t body_bytes, bool more) {
  const bool can_chunk = facts_.version_minor != 0;
  const bool wants_chunks = told.has_transfer_encoding || more || !trailers_.empty();
  const bool is_known = !more && !(wants_chunks && can_chunk);
  if (told.length && !(told.has_transfer_encoding && can_chunk) && status_ != 204)
    length_ = told.length;
  if (!allows_body(status_) || facts_.is_head) {
    mode_ = mode::none;
    if (facts_.is_head && allows_body(status_) && !length_ && is_known && body_bytes != 0)
      length_ = body_bytes; // the length that a GET would have
  } else if (length_) {
    mode_ = mode::length;
    close_ = close_ || body_bytes > *length_ || (!more && body_bytes < *length_);
  } else if (is_known) {
    mode_ = mode::length;
    length_ = body_bytes;
  } else if (can_chunk) {
    mode_ = mode::chunked;
  } else {
    mode_ = mode::until_close;
    close_ = true;
  }
}

void response_framing::write_head(std::string& out, const response_head& head, const head_facts& told,
                                  std::string_view body) {
  append_status_line(out, facts_.version_minor, status_);
  write_headers(out, head.headers, told);
  if (!told.has_date)
    append_field(out, "Date", facts_.date);
  if (length_ && !told.length) {
    out += "Content-Length: ";
    append_number(out, *length_, 10);
    out += "\r\n";
  }
  const bool is_sniffed = !told.has_type && !told.has_encoding && !told.has_transfer_encoding;
  if (is_sniffed && !body.empty() && allows_body(status_))
    append_field(out, "Content-Type", sniff_content_type(body));
  if (close_ && !told.says_close && facts_.version_minor != 0)
    out += "Connection: close\r\n";
  else if (!close_ && facts_.version_minor == 0)
    out += "Connection: keep-alive\r\n";
  if (mode_ == mode::chunked)
    out += "Transfer-Encoding: chunked\r\n";
  out += "\r\n";
}

/// The application's headers, without those that frame the message otherwise than we do.
void response_framing::write_headers(std::string& out, header_fields headers, const head_facts& told) const {
  bool is_length_due = length_.has_value();
  for (const auto& [name, value] : headers) {
    if (name == "Transfer-Encoding")
      continue;
    if (name == "Content-Length" && !std::exchange(is_length_due, false))
      continue;
    if (name == "Content-Length" && !told.length)
      continue;
    if (name == "Connection" && (facts_.version_minor == 0 || (close_ && !list_has(value, "close"))))
      continue;
    append_field(out, name, value);
  }
}

/// Says no to a piece that the announced length has no room for: none of it is sent.
bool response_framing::is_beyond_length(std::string_view body) {
  if (mode_ != mode::length || body.size() <= *length_ - sent_)
    return false;
  complaint_ = too_long;
  close_ = true;
  return true;
}

framed response_framing::frame(std::string& out, std::string_view body, bool more) {
  tail_.clear();
  if (mode_ == mode::none) {
    if (!body.empty() && !facts_.is_head)
      complaint_ = no_body;
    body = {};
  } else if (is_beyond_length(body)) {
    body = {};
  }
  sent_ += body.size();
  if (mode_ == mode::chunked && !body.empty()) {
    append_number(out, body.size(), 16);
    out += "\r\n";
    tail_ += "\r\n";
  }
  if (more)
    return {body, tail_};

  phase_ = phase::complete;
  if (mode_ == mode::length && sent_ != *length_)
    close_ = true;
  if (mode_ == mode::chunked) {
    tail_ += "0\r\n";
    for (const auto& t : trailers_)
      append_field(tail_, t.name, t.value);
    tail_ += "\r\n";
  }
  return {body, tail_};
}

/// Takes trailers over; those of a name that is there already replace it.
void response_framing::add_trailers(header_fields trailers) {
  if (trailers.empty())
    return;
  std::erase_if(trailers_, [&](const trailer& t) { return find_value(trailers, t.name) != nullptr; });
  for (const auto& [name, value] : trailers)
    trailers_.push_back({std::string{name}, std::string{value}});
}

} // namespace rr::http
