#pragma once

#include "relay/frame_codec.hpp"

#include <catch2/catch.hpp>
#include <cstring>
#include <string>
#include <string_view>

namespace rr::test {

/// Bytes from hexadecimal digits; everything else in the text is skipped.
inline std::string unhex(std::string_view text) {
  auto value = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  auto is_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  std::string digits, out;
  for (auto c : text)
    if (is_digit(c))
      digits += c;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
    out += static_cast<char>(16 * value(digits[i]) + value(digits[i + 1]));
  return out;
}

/// Hands bytes to a decoder as a channel would.
inline void append(frame_decoder& decoder, std::string_view bytes) {
  while (!bytes.empty()) {
    auto room = decoder.prepare(1);
    auto n = std::min(room.size(), bytes.size());
    std::memcpy(room.data(), bytes.data(), n);
    decoder.commit(n);
    bytes.remove_prefix(n);
  }
}

/// An answer frame of a worker: context and body with their one option.
inline std::string answer_bytes(std::string_view context, std::string_view body,
                                stream_bits bits = stream_bits::none, frame_flags flags = frame_flags::none) {
  auto option = static_cast<std::uint32_t>(context.size());
  return encode_frame(flags, bits, {&option, 1}, std::string{context} + std::string{body}).value();
}

} // namespace rr::test
