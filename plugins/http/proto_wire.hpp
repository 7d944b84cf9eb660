#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace rr::http::proto {

enum class wire_type : std::uint8_t {
  varint = 0,
  fixed64 = 1,
  delimited = 2,
  group_start = 3,
  group_end = 4,
  fixed32 = 5
};

/// The first byte of a field with a number below 16.
constexpr char tag(unsigned number, wire_type type) {
  return static_cast<char>(number << 3 | static_cast<unsigned>(type));
}

constexpr std::size_t varint_size(std::uint64_t value) {
  std::size_t size = 1;
  for (; value >= 0x80; value >>= 7)
    ++size;
  return size;
}

inline void append_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7)
    out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

/// The size of a length-delimited field with a one-byte tag.
constexpr std::size_t bytes_field_size(std::size_t size) { return 1 + varint_size(size) + size; }

/// Appends tag and length; the bytes follow.
inline void append_bytes_head(std::string& out, unsigned number, std::size_t size) {
  out += tag(number, wire_type::delimited);
  append_varint(out, size);
}

inline void append_bytes_field(std::string& out, unsigned number, std::string_view bytes) {
  append_bytes_head(out, number, bytes.size());
  out += bytes;
}

} // namespace rr::http::proto
