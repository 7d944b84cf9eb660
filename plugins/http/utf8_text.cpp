#include "plugins/http/utf8_text.hpp"

#include "config/utf8.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace rr::http {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

/// Per byte what stands behind the backslash; 0: the byte itself, 'u': four digits.
constexpr std::array<char, 256> make_escape_table() {
  std::array<char, 256> table{};
  for (unsigned c = 0; c < 0x20; ++c)
    table[c] = 'u';
  table['"'] = '"';
  table['\\'] = '\\';
  table['\b'] = 'b';
  table['\f'] = 'f';
  table['\n'] = 'n';
  table['\r'] = 'r';
  table['\t'] = 't';
  return table;
}

constexpr auto escapes = make_escape_table();

/// Appends well-formed UTF-8 as the inside of a JSON string.
void append_escaped_text(std::string& out, std::string_view text) {
  std::size_t start = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const char escape = escapes[byte];
    if (escape == 0)
      continue;
    out.append(text, start, i - start);
    start = i + 1;
    out += '\\';
    out += escape;
    if (escape == 'u') {
      constexpr std::string_view digits = "0123456789abcdef";
      out.append({'0', '0', digits[byte >> 4], digits[byte & 15]});
    }
  }
  out.append(text, start);
}

/// Calls `append` with each well-formed piece and puts U+FFFD between them, one for each bad byte.
template <class Append>
void append_pieces(std::string& out, std::string_view text, Append append) {
  if (is_ascii(text))
    return append(text);
  while (true) {
    const auto bad = config::find_bad_utf8(text);
    append(text.substr(0, bad));
    if (bad == text.npos)
      return;
    out += replacement;
    text.remove_prefix(bad + 1);
  }
}

} // namespace

bool is_ascii(std::string_view text) {
  std::uint64_t seen = 0;
  std::size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + i, 8);
    seen |= word;
  }
  for (; i < text.size(); ++i)
    seen |= static_cast<unsigned char>(text[i]);
  return (seen & 0x8080808080808080u) == 0;
}

bool is_utf8(std::string_view text) { return is_ascii(text) || config::find_bad_utf8(text) == text.npos; }

void append_utf8_text(std::string& out, std::string_view text) {
  append_pieces(out, text, [&](std::string_view piece) { out += piece; });
}

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  append_pieces(out, text, [&](std::string_view piece) { append_escaped_text(out, piece); });
  out += '"';
}

} // namespace rr::http
