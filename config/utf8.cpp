#include "config/utf8.hpp"

namespace rr::config {
namespace {

/// The length of the character that starts with `first`, 0 when none does; its valid second bytes.
struct lead {
  std::size_t size = 0;
  unsigned char second_min = 0x80;
  unsigned char second_max = 0xBF;
};

lead lead_of(unsigned char first) {
  if (first < 0x80)
    return {.size = 1};
  if (first >= 0xC2 && first <= 0xDF)
    return {.size = 2};
  if (first >= 0xE0 && first <= 0xEF)
    return {.size = 3,
            .second_min = static_cast<unsigned char>(first == 0xE0 ? 0xA0 : 0x80),
            .second_max = static_cast<unsigned char>(first == 0xED ? 0x9F : 0xBF)};
  if (first >= 0xF0 && first <= 0xF4)
    return {.size = 4,
            .second_min = static_cast<unsigned char>(first == 0xF0 ? 0x90 : 0x80),
            .second_max = static_cast<unsigned char>(first == 0xF4 ? 0x8F : 0xBF)};
  return {};
}

} // namespace

std::size_t find_bad_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto lead = lead_of(static_cast<unsigned char>(text[at]));
    if (lead.size == 0 || at + lead.size > text.size())
      return at;
    for (std::size_t i = 1; i < lead.size; ++i) {
      const auto byte = static_cast<unsigned char>(text[at + i]);
      if (byte < (i == 1 ? lead.second_min : 0x80) || byte > (i == 1 ? lead.second_max : 0xBF))
        return at;
    }
    at += lead.size;
  }
  return std::string_view::npos;
}

void append_utf8(std::string& out, std::uint32_t code_point) {
  const auto put = [&](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  const auto tail = [&](int shift) { put(0x80 | ((code_point >> shift) & 0x3F)); };
  if (code_point < 0x80) {
    put(code_point);
  } else if (code_point < 0x800) {
    put(0xC0 | (code_point >> 6));
    tail(0);
  } else if (code_point < 0x10000) {
    put(0xE0 | (code_point >> 12));
    tail(6);
    tail(0);
  } else {
    put(0xF0 | (code_point >> 18));
    tail(12);
    tail(6);
    tail(0);
  }
}

} // namespace rr::config
