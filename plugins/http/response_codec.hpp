#pragma once

#include "actors/error.hpp"
#include "plugins/http/header_field.hpp"
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
  /// One header of the context with its values, before sorting.
  struct entry {
    std::string_view key;    ///< as the worker spelled it
    std::string_view name;   ///< canonical
    std::uint32_t first = 0; ///< into values_
    std::uint32_t count = 0;
    std::uint32_t position = 0; ///< in the context: of equal keys the last one counts
    bool is_trailer = false;
    bool is_header = true;
  };
  friend class proto_response_reader;
  friend class json_response_reader;

  worker_response finish(std::int64_t status);
  void drop_repeated_keys();
  void name_entries();
  void mark_trailers();
  void mark_trailer(std::string_view name, bool exact);
  void fill(std::vector<header_field>& out, bool trailers) const;

  std::vector<entry> entries_;
  std::vector<std::string_view> values_;
  std::vector<header_field> headers_;
  std::vector<header_field> trailers_;
  std::string arena_; ///< unescaped texts and canonical names; never grows while views into it live
};

} // namespace rr::http
