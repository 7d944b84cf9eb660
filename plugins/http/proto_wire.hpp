#pragma once

#include <array>
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

/// The size of a length-delimited field with a one-byte tag.
constexpr std::size_t bytes_field_size(std::size_t size) { return 1 + varint_size(size) + size; }

/// Tags and lengths of up to two nested fields, to be appended at once: a string grows cheaply in few steps.
class wire_head {
public:
  wire_head& delimited(unsigned number, std::uint64_t size) {
    bytes_[used_++] = tag(number, wire_type::delimited);
    for (; size >= 0x80; size >>= 7)
      bytes_[used_++] = static_cast<char>(size | 0x80);
    bytes_[used_++] = static_cast<char>(size);
    return *this;
  }

  std::string_view bytes() const { return {bytes_.data(), used_}; }

private:
  std::array<char, 2 * 11> bytes_;
  std::size_t used_ = 0;
};

inline void append_bytes_field(std::string& out, unsigned number, std::string_view content) {
  out += wire_head{}.delimited(number, content.size()).bytes();
  out += content;
}

} // namespace rr::http::proto
