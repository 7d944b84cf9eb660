#pragma once

#include "actors/error.hpp"
#include "plugins/http/header_field.hpp"
#include "plugins/http/response_entries.hpp"
#include "relay/exec.hpp"
#include "relay/frame.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rr::http {

/// The head of an answer as a worker gave it. Views into the frame's context or into the decoder.
struct worker_response {
  bool has_head = false;     ///< the context was not empty
  std::int64_t status = 200; ///< may be any number, see is_status
  header_fields headers;     ///< canonical valid names, sorted by name, the values of a name in order
  header_fields trailers;    ///< to be sent after the body; the same

  /// An interim answer, not the final one.
  bool is_informational() const { return status >= 100 && status < 200; }
};

/// True for 100 to 599: what may go to the client.
constexpr bool is_status(std::int64_t status) { return status >= 100 && status < 600; }

/// The body of the 500 that answers a status out of range: `unknown status code from worker: 610` and a
/// newline.
std::string unknown_status_text(std::int64_t status);

/// Reads the contexts of a worker's answers. Keeps its memory: one per connection allocates nothing in the
/// steady state.
///
/// A header `Trailer`, spelled so, names headers that become trailers, and is not sent itself. In another
/// spelling it is an ordinary header; what it names is sent twice, as header and as trailer. Names that are
/// no tokens are left out.
class response_decoder {
public:
  /// The head in `context` of a frame that came with `flags` from a worker which is spoken to in `sent`.
  ///
  /// An empty context is no head. It needs no codec in the flags: that is how a worker ends a stream that was
  /// stopped. Valid until the next decode, as long as the context lives.
  ///
  /// @errors kind decode: `JSON codec is not supported` (a JSON answer to a protobuf request), `unknown
  /// payload type: N`,
  ///   or what is wrong with the context
  expected<worker_response> decode(frame_flags flags, payload_codec sent, std::string_view context);

private:
  /// A key of the context under its canonical name.
  struct named_entry {
    response_entries::entry raw;
    std::string_view name;
    std::uint32_t position = 0; ///< in the context: of equal keys the last one counts
    bool is_header = true;
    bool is_trailer = false;
  };

  void name_entries();
  void sort_entries();
  void mark_trailers();
  void mark_trailers_named_in(const named_entry& list);
  void fill(std::vector<header_field>& out, bool named_entry::*is_wanted) const;

  response_entries raw_;
  std::vector<named_entry> entries_;
  std::vector<header_field> headers_;
  std::vector<header_field> trailers_;
};

} // namespace rr::http
