#pragma once

#include "plugins/http/header_field.hpp"
#include "plugins/http/parse_error.hpp"
#include "plugins/http/request_target.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace rr::http {

/// What the parser takes at most.
struct parser_limits {
  std::size_t header_bytes_max = 1u << 20; ///< request line and header lines; 4 KiB more pass
  std::uint64_t body_bytes_max = 1000ull << 20;
};

/// What an `Expect` line asks for.
enum class expectation : std::uint8_t {
  none,
  continue_100, ///< an interim 100 is due before the body is read (only set when a body comes)
  unknown,      ///< answer 417 and close
};

/// The head of a request. All views point into the parser and are valid until its `reset`.
struct request_head {
  std::string_view method;
  std::string_view target;    ///< as sent
  request_target parts;       ///< the target in pieces
  unsigned version_minor = 1; ///< of HTTP/1.x; may be above 1
  std::string_view protocol;  ///< `HTTP/1.1`
  header_fields
      fields; ///< canonical names, in order of arrival; without a Content-Length that chunking overrules
  std::string_view host; ///< of an absolute or authority target, else the Host line; may be empty
  std::optional<std::uint64_t> content_length; ///< nothing when chunked or without a body
  bool chunked = false;
  bool keep_alive = true; ///< what the client and its framing allow
  expectation expect = expectation::none;
  bool upgrade =
      false; ///< the client asks for another protocol (`Connection: upgrade` and an `Upgrade` line)

  bool has_body() const { return chunked || content_length.value_or(0) != 0; }
};

enum class parse_event : std::uint8_t {
  need_more,        ///< nothing more in these bytes: read on, and present what was not consumed again
  head_complete,    ///< `head()` is filled
  body,             ///< `step.body` holds bytes of the body
  message_complete, ///< the request is read to its end; `reset` before the next one
  error,            ///< `error()` says why; the connection answers and closes
};

/// One step: how many bytes were used, what they meant. `body` points into the bytes given.
struct parse_step {
  std::size_t consumed = 0;
  parse_event event = parse_event::need_more;
  std::string_view body = {};
};

/// Reads HTTP/1.x requests out of a byte stream, cut anywhere, one after the other. Does no I/O.
///
/// The bytes stand in the caller's buffer: `parse` is given all that is there and not consumed, and is called
/// again until it says need_more. Heads are copied into one arena that is kept between requests: a connection
/// in its steady state allocates nothing. A body is never copied: its events are views into the caller's
/// buffer. After an error the stream is lost.
///
/// Stricter than its library where smuggling is possible. A head block longer than the
/// limit is 431, a body longer than its limit 413 (before any of it is read when its length is announced).
/// @source RFC 9112
class request_parser {
public:
  explicit request_parser(parser_limits limits = {});
  ~request_parser();
  request_parser(request_parser&&) noexcept;
  request_parser& operator=(request_parser&&) noexcept;

  parse_step parse(std::string_view bytes);

  /// Valid from head_complete to reset.
  const request_head& head() const;

  /// Valid after the event error.
  const parse_error& error() const;

  /// True when not a byte of a request has been seen: an end of the stream here is a polite one.
  bool is_idle() const;

  /// Replaces the limit of this request's body, for a body that is only read to be thrown away. Before its
  /// first byte.
  void limit_body(std::uint64_t bytes_max);

  /// Gets ready for the next request of the connection. Keeps its storage, except after an unusually large
  /// head.
  void reset();

private:
  struct state;
  std::unique_ptr<state> state_;
};

} // namespace rr::http
