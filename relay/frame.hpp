#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace rr {

/// Flags of the second header byte. They combine.
enum class frame_flags : std::uint8_t {
  none = 0,
  control = 0x01,
  raw = 0x04,
  json = 0x08,
  msgpack = 0x10,
  gob = 0x20,
  error = 0x40,
  proto = 0x80,
};

/// Bits of byte 10, outside the checksum.
enum class stream_bits : std::uint8_t {
  none = 0,
  stream = 0x01, ///< more frames follow
  stop = 0x02,   ///< end the stream
  ping = 0x04,
  pong = 0x08,
};

constexpr frame_flags operator|(frame_flags a, frame_flags b) {
  return static_cast<frame_flags>(static_cast<std::uint8_t>(a) | static_cast<std::uint8_t>(b));
}
constexpr bool has(frame_flags value, frame_flags bit) {
  return (static_cast<std::uint8_t>(value) & static_cast<std::uint8_t>(bit)) != 0;
}
constexpr stream_bits operator|(stream_bits a, stream_bits b) {
  return static_cast<stream_bits>(static_cast<std::uint8_t>(a) | static_cast<std::uint8_t>(b));
}
constexpr bool has(stream_bits value, stream_bits bit) {
  return (static_cast<std::uint8_t>(value) & static_cast<std::uint8_t>(bit)) != 0;
}

constexpr std::size_t frame_options_max = 10;
constexpr std::size_t frame_header_bytes = 12;
constexpr std::size_t frame_header_bytes_max = frame_header_bytes + 4 * frame_options_max;

/// The header of a goridge frame, version 1; the payload stands beside it.
struct frame_header {
  frame_flags flags = frame_flags::none;
  stream_bits bits = stream_bits::none;
  std::uint32_t payload_bytes = 0;
  std::uint8_t option_count = 0;
  std::array<std::uint32_t, frame_options_max> options = {};
};

/// One received frame. `payload` points into the decoder's buffer: valid until the next call to the decoder.
struct frame_view {
  frame_header header;
  std::span<const std::byte> payload;

  std::string_view text() const { return {reinterpret_cast<const char*>(payload.data()), payload.size()}; }
};

} // namespace rr
