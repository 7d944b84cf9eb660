#pragma once

#include "plugins/http/header_field.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rr::http {

/// What of a request decides how its answer is framed.
struct framing_facts {
  unsigned version_minor = 1;
  bool is_head = false;   ///< the method is HEAD: no body is sent
  bool keep_alive = true; ///< false: the connection is closed after this answer, and says so
  std::string_view date =
      {}; ///< of the Date line, such as `Tue, 24 Nov 2026 16:00:00 GMT`; made once a second
};

/// A final head as the application gave it: status 200 to 599, canonical fields sorted by name.
struct response_head {
  int status = 200;
  header_fields headers;
  header_fields trailers;
};

/// What to send after the bytes that were appended to `out`: a view into the given body, then `tail`, which
/// lives in the framing until its next call.
struct framed {
  std::string_view body = {};
  std::string_view tail = {};
};

/// Frames one answer at a time: a length when the whole body is known, chunks for a stream, the end of the
/// connection for HTTP/1.0, nothing for HEAD, 204 and 304.
///
/// Driven as reset, begin, any number of chunks, the last with `more` false; or abort anywhere. Keeps its
/// memory. A worker that announces a Content-Length is held to it: a frame beyond it is not sent, too few
/// bytes close the connection. The worker's Transfer-Encoding is never sent; it asks for chunks.
/// @source RFC 9112, sections 6 and 7; header order and Content-Type sniffing as Go's net/http
class response_framing {
public:
  void reset(const framing_facts& facts);

  /// The final head and the first piece of the body; `more`: others follow. Views in `head` are not kept.
  framed begin(std::string& out, const response_head& head, std::string_view body, bool more);

  /// The next piece, which may be empty. Late trailers replace those of the same name.
  framed chunk(std::string& out, std::string_view body, bool more, header_fields trailers = {});

  /// Ends the body. The same as an empty last chunk.
  framed end(std::string& out) { return chunk(out, {}, false); }

  /// The answer broke off: the connection must be closed without a proper end, so that the client can tell.
  /// Harmless after a complete answer.
  void abort();

  bool has_begun() const { return phase_ != phase::idle; }
  bool is_complete() const { return phase_ == phase::complete; }

  /// True when the connection cannot serve another request after this answer.
  bool must_close() const { return close_; }

  int status() const { return status_; }             ///< of the head that was written; 0 before
  std::uint64_t body_bytes() const { return sent_; } ///< of the application's body, handed out to be sent

  /// What the application did wrong, for the log; empty when nothing. A constant.
  std::string_view complaint() const { return complaint_; }

private:
  enum class phase : std::uint8_t { idle, body, complete, aborted };
  enum class mode : std::uint8_t { none, length, chunked, until_close };

  /// What the application's headers say about framing.
  struct head_facts {
    std::optional<std::uint64_t> length; ///< a valid Content-Length
    bool has_type = false;
    bool has_encoding = false;
    bool has_transfer_encoding = false;
    bool has_date = false;
    bool says_close = false;
  };
  struct trailer {
    std::string name;
    std::string value;
  };

  static head_facts look_at(header_fields headers);
  void choose_mode(const head_facts& told, std::size_t body_bytes, bool more);
  void write_head(std::string& out, const response_head& head, const head_facts& told, std::string_view body);
  void write_headers(std::string& out, header_fields headers, const head_facts& told) const;
  framed frame(std::string& out, std::string_view body, bool more);
  bool is_beyond_length(std::string_view body);
  void add_trailers(header_fields trailers);

  framing_facts facts_;
  phase phase_ = phase::idle;
  mode mode_ = mode::none;
  bool close_ = false;
  int status_ = 0;
  std::optional<std::uint64_t> length_; ///< of the Content-Length line
  std::uint64_t sent_ = 0;
  std::string_view complaint_;
  std::string tail_;
  std::vector<trailer> trailers_;
};

} // namespace rr::http
