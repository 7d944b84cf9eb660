#pragma once

#include "plugins/http/header_field.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rr::http {

/// The reason phrase of a status: `Not Found`; empty when it has none.
/// @source IANA HTTP status code registry, in the spelling of Go's StatusText
std::string_view reason_phrase(int status);

/// False for 1xx, 204 and 304.
constexpr bool allows_body(int status) { return status >= 200 && status != 204 && status != 304; }

/// Appends a head of the status line, `fields` in their order and the empty line. Names that are no tokens
/// are left out; CR, LF and NUL in values become spaces: nothing in a field can end a line.
void append_head(std::string& out, unsigned version_minor, int status, header_fields fields);

/// Appends an interim answer (1xx) with its own fields. Nothing for HTTP/1.0, which knows none, and for 101.
void append_interim(std::string& out, unsigned version_minor, int status, header_fields fields);

/// Appends an answer of our own: plain text, `X-Content-Type-Options: nosniff`, a length.
void append_text_answer(std::string& out, unsigned version_minor, int status, std::string_view text,
                        bool is_head, bool close, std::string_view date);

/// What of a request decides how its answer is framed.
struct framing_facts {
  unsigned version_minor = 1;
  bool is_head = false;   ///< the method is HEAD: no body is sent
  bool keep_alive = true; ///< false: the connection is closed after this answer, and says so
  std::string_view date;  ///< of the Date line, such as `Tue, 24 Nov 2026 16:00:00 GMT`; made once a second
};

/// A final head as the application gave it: status 200 to 599, fields sorted by name.
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
/// bytes close the connection.
class response_framing {
public:
  void reset(const framing_facts& facts);

  /// The final head and the first piece of the body, `more`: others follow.
  framed begin(std::string& out, const response_head& head, std::string_view body, bool more);

  /// The next piece, which may be empty. Trailers that come late replace those of the same name.
  framed chunk(std::string& out, std::string_view body, bool more, header_fields trailers = {});

  /// Ends the body. The same as an empty last chunk.
  framed end(std::string& out) { return chunk(out, {}, false); }

  /// The answer broke off: the connection must be closed without a proper end, so that the client can tell.
  void abort();

  bool has_begun() const { return phase_ != phase::idle; }
  bool is_complete() const { return phase_ == phase::complete; }

  /// True when the connection cannot serve another request after this answer.
  bool must_close() const { return close_; }

  int status() const { return status_; }
  std::uint64_t body_bytes() const { return body_bytes_; } ///< of the application's body, sent

  /// What the application did wrong, for the log; empty when nothing. A constant.
  std::string_view complaint() const { return complaint_; }

private:
  enum class phase : std::uint8_t { idle, body, complete, aborted };
  enum class mode : std::uint8_t { none, length, chunked, until_close };

  void look_at(const response_head& head);
  void choose_mode(const response_head& head, std::string_view body, bool more);
  void write_head(std::string& out, const response_head& head, std::string_view body, bool more);
  framed frame_body(std::string& out, std::string_view body, bool more);
  void finish();
  void keep_trailers(header_fields trailers);
  void append_last_chunk();

  framing_facts facts_;
  phase phase_ = phase::idle;
  mode mode_ = mode::none;
  bool close_ = false;
  int status_ = 0;
  std::uint64_t body_bytes_ = 0;
  std::string_view complaint_;
  std::string tail_;

  // Facts of the worker's head.
  std::optional<std::uint64_t> length_; ///< its valid Content-Length
  bool has_type_ = false;
  bool has_encoding_ = false;
  bool has_transfer_encoding_ = false;
  bool has_date_ = false;
  bool says_keep_alive_ = false;

  struct trailer {
    std::string name;
    std::string value;
  };
  std::vector<trailer> trailers_;
};

} // namespace rr::http
