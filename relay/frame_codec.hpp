#pragma once

#include "actors/error.hpp"
#include "relay/frame.hpp"

#include <cstdlib>
#include <memory>
#include <optional>
#include <string>

namespace rr {

/// What can be wrong with received bytes. The stream is lost after any of them; the worker behind it is
/// replaced.
enum class frame_errc : std::uint8_t {
  bad_checksum = 1,  ///< header CRC-32 mismatch: something else wrote to the stream
  bad_version,       ///< not version 1
  bad_header_length, ///< fewer than 3 or more than 13 words
  payload_too_large, ///< the announced payload exceeds the limit
  file_not_found,    ///< the text that PHP prints for a missing script
  truncated_header,  ///< end of stream inside the first 12 bytes of a frame
  truncated,         ///< end of stream later inside a frame
};

/// A decoding error: what, and the offending bytes made printable and capped (see `printable`). For
/// `payload_too_large` it is the announced length and the limit in words.
struct frame_error {
  frame_errc code;
  std::string bytes;
};

/// The header of a frame as it goes on the wire: 12 bytes and 4 per option, checksum included.
///
/// @return the number of bytes written to `out`
/// @pre at most 10 options (asserted: encoders are ours)
/// @source goridge v3 frame layout, docs/protocol.md
std::size_t encode_header(const frame_header& header, std::span<std::byte, frame_header_bytes_max> out);

/// Header and payload as one contiguous buffer: a PHP worker reads the header with one read(2) and dies on
/// less, so a frame is never written in pieces.
///
/// @errors kind encode, `too many options` or `payload too large` (over 2^32 - 1 bytes)
expected<std::string> encode_frame(frame_flags flags, stream_bits bits,
                                   std::span<const std::uint32_t> options, std::string_view payload);

/// A frame without options as the core itself sends it: short, so nothing can be wrong with it.
std::string encode_short_frame(frame_flags flags, stream_bits bits, std::string_view payload = {});

/// Foreign bytes for a message: printable ASCII, line breaks, tabs and valid UTF-8 stay, others become
/// `\xNN`, at most `bytes_max` bytes of input are shown, then `... (N bytes more)`.
std::string printable(std::string_view bytes, std::size_t bytes_max = 4096);

/// Turns a byte stream, cut anywhere, into frames. Does no I/O.
///
/// Reading goes straight into the decoder's buffer: `prepare(n)` gives room, `commit(n)` says how much
/// arrived. A frame is handed out as a view; its bytes stay in place until the next `prepare` or `next`.
///
/// What cannot become a frame is refused as soon as that is certain: by its first byte (version and header
/// length), by its first ten (checksum, announced length). The one exception is the text that PHP prints for
/// a missing script, which is awaited up to its line break so that the error can name the file.
class frame_decoder {
public:
  explicit frame_decoder(std::size_t payload_bytes_max) : payload_bytes_max_(payload_bytes_max) {}

  /// Another limit from the next frame on.
  void limit(std::size_t payload_bytes_max) { payload_bytes_max_ = payload_bytes_max; }

  /// Room for at least `bytes` more; when a frame's length is known, room for the rest of it (in steps, so
  /// that a lying header does not allocate gigabytes before the bytes arrive: never more than twice of what
  /// did arrive).
  std::span<std::byte> prepare(std::size_t bytes);
  void commit(std::size_t bytes);

  /// The next whole frame, or nothing while bytes are missing. The stream is lost after an error.
  tl::expected<std::optional<frame_view>, frame_error> next();

  /// Says what an end of stream means now: nothing between frames, `truncated` (or
  /// `bad_checksum`/`file_not_found` for text that was never a frame) inside one.
  std::optional<frame_error> end_of_stream() const;

  /// Bytes that were received and not handed out yet.
  std::string_view pending() const;
  bool empty() const noexcept { return begin_ == end_; }

  /// Memory held, at most 64 KiB while nothing is pending.
  std::size_t capacity() const noexcept { return capacity_; }

private:
  struct free_memory {
    void operator()(std::byte* p) const noexcept { std::free(p); }
  };

  void make_room(std::size_t bytes);
  void forget_handed_out();
  std::size_t missing() const;

  std::size_t payload_bytes_max_;
  std::unique_ptr<std::byte[], free_memory> buffer_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

/// The error text for a decoding error as users know it, for example
/// `goridge_frame_receive: validation failed on the message sent to STDOUT, see:
/// https://docs.roadrunner.dev/error-codes/stdout-crc, invalid message: ...`.
error to_error(const frame_error& e);

} // namespace rr
