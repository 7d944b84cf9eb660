#include "relay/frame_codec.hpp"

namespace rr {

namespace {

/// Length of the well-formed UTF-8 sequence of at least two bytes that starts `s`; 0 when there is none.
///
/// @source RFC 3629 section 4
std::size_t utf8_bytes(std::string_view s) {
  auto at = [s](std::size_t i) { return static_cast<unsigned char>(s[i]); };
  auto in = [&](std::size_t i, unsigned low, unsigned high) {
    return i < s.size() && at(i) >= low && at(i) <= high;
  };
  auto first = at(0);
  if (first >= 0xC2 && first <= 0xDF)
    return in(1, 0x80, 0xBF) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF)
    return in(1, first == 0xE0 ? 0xA0 : 0x80, first == 0xED ? 0x9F : 0xBF) && in(2, 0x80, 0xBF) ? 3 : 0;
  if (first >= 0xF0 && first <= 0xF4)
    return in(1, first == 0xF0 ? 0x90 : 0x80, first == 0xF4 ? 0x8F : 0xBF) && in(2, 0x80, 0xBF) &&
                   in(3, 0x80, 0xBF)
               ? 4
               : 0;
  return 0;
}

// U+0080 to U+009F are control characters, also when they are well encoded.
bool is_control(std::string_view sequence) {
  return sequence.size() == 2 && static_cast<unsigned char>(sequence[0]) == 0xC2 &&
         static_cast<unsigned char>(sequence[1]) < 0xA0;
}

void append_hex(std::string& out, char c) {
  constexpr std::string_view digits = "0123456789abcdef";
  auto value = static_cast<unsigned char>(c);
  out += "\\x";
  out += digits[value >> 4];
  out += digits[value & 0x0F];
}

} // namespace

std::string printable(std::string_view bytes, std::size_t bytes_max) {
  auto shown = bytes.substr(0, bytes_max);
  std::string out;
  out.reserve(shown.size() + 32);
  for (std::size_t i = 0; i < shown.size();) {
    auto c = shown[i];
    auto n = utf8_bytes(shown.substr(i));
    if ((c >= 0x20 && c < 0x7F) || c == '\n' || c == '\t') {
      out += c;
      ++i;
    } else if (n != 0 && !is_control(shown.substr(i, n))) {
      out += shown.substr(i, n);
      i += n;
    } else {
      append_hex(out, c);
      ++i;
    }
  }
  if (shown.size() < bytes.size())
    out += "... (" + std::to_string(bytes.size() - shown.size()) + " bytes more)";
  return out;
}

} // namespace rr
