#include "plugins/http/sniff.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace rr::http {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t sniffed_bytes_max = 512;
constexpr auto html_type = "text/html; charset=utf-8"sv;
constexpr auto text_type = "text/plain; charset=utf-8"sv;

/// Tags that make a document HTML, when a space or `>` follows.
constexpr std::array html_tags = {
    "<!DOCTYPE HTML"sv, "<HTML"sv, "<HEAD"sv,  "<SCRIPT"sv, "<IFRAME"sv, "<H1"sv,   "<DIV"sv, "<FONT"sv,
    "<TABLE"sv,         "<A"sv,    "<STYLE"sv, "<TITLE"sv,  "<B"sv,      "<BODY"sv, "<BR"sv,  "<P"sv,
    "<!--"sv,
};

/// Bytes that a body starts with: `first`, then `gap` bytes of any value, then `second`.
struct signature {
  std::string_view first;
  std::string_view type;
  std::size_t gap = 0;
  std::string_view second = {};
};

constexpr std::array before_mp4 = {
    signature{"%PDF-"sv, "application/pdf"sv},
    signature{"%!PS-Adobe-"sv, "application/postscript"sv},
    signature{"\xFE\xFF"sv, "text/plain; charset=utf-16be"sv, 2},
    signature{"\xFF\xFE"sv, "text/plain; charset=utf-16le"sv, 2},
    signature{"\xEF\xBB\xBF"sv, text_type, 1},
    signature{"\x00\x00\x01\x00"sv, "image/x-icon"sv},
    signature{"\x00\x00\x02\x00"sv, "image/x-icon"sv},
    signature{"BM"sv, "image/bmp"sv},
    signature{"GIF87a"sv, "image/gif"sv},
    signature{"GIF89a"sv, "image/gif"sv},
    signature{"RIFF"sv, "image/webp"sv, 4, "WEBPVP"sv},
    signature{"\x89PNG\r\n\x1A\n"sv, "image/png"sv},
    signature{"\xFF\xD8\xFF"sv, "image/jpeg"sv},
    signature{".snd"sv, "audio/basic"sv},
    signature{"FORM"sv, "audio/aiff"sv, 4, "AIFF"sv},
    signature{"ID3"sv, "audio/mpeg"sv},
    signature{"OggS\x00"sv, "application/ogg"sv},
    signature{"MThd\x00\x00\x00\x06"sv, "audio/midi"sv},
    signature{"RIFF"sv, "video/avi"sv, 4, "AVI "sv},
    signature{"RIFF"sv, "audio/wave"sv, 4, "WAVE"sv},
};

constexpr std::array after_mp4 = {
    signature{"\x1A\x45\xDF\xA3"sv, "video/webm"sv},
    signature{""sv, "application/vnd.ms-fontobject"sv, 34, "LP"sv},
    signature{"\x00\x01\x00\x00"sv, "font/ttf"sv},
    signature{"OTTO"sv, "font/otf"sv},
    signature{"ttcf"sv, "font/collection"sv},
    signature{"wOFF"sv, "font/woff"sv},
    signature{"wOF2"sv, "font/woff2"sv},
    signature{"\x1F\x8B\x08"sv, "application/x-gzip"sv},
    signature{"PK\x03\x04"sv, "application/zip"sv},
    signature{"Rar!\x1A\x07\x00"sv, "application/x-rar-compressed"sv},
    signature{"Rar!\x1A\x07\x01\x00"sv, "application/x-rar-compressed"sv},
    signature{"\x00\x61\x73\x6D"sv, "application/wasm"sv},
};

template <class Table>
std::string_view match_any(const Table& table, std::string_view body) {
  for (const auto& s : table) {
    const auto second_at = s.first.size() + s.gap;
    if (body.size() >= second_at + s.second.size() && body.substr(0, s.first.size()) == s.first &&
        body.substr(second_at, s.second.size()) == s.second)
      return s.type;
  }
  return {};
}

bool starts_with_tag(std::string_view text, std::string_view tag) {
  if (text.size() <= tag.size() || (text[tag.size()] != ' ' && text[tag.size()] != '>'))
    return false;
  return std::equal(tag.begin(), tag.end(), text.begin(), [](char wanted, char c) {
    return wanted == (wanted >= 'A' && wanted <= 'Z' ? static_cast<char>(c & 0xDF) : c);
  });
}

bool is_html(std::string_view text) {
  return std::any_of(html_tags.begin(), html_tags.end(),
                     [&](auto tag) { return starts_with_tag(text, tag); });
}

/// An ISO base media file whose brands name some mp4.
bool is_mp4(std::string_view body) {
  if (body.size() < 12 || body.substr(4, 4) != "ftyp")
    return false;
  std::uint32_t box = 0;
  for (unsigned char byte : body.substr(0, 4))
    box = box << 8 | byte;
  if (body.size() < box || box % 4 != 0)
    return false;
  for (std::size_t at = 8; at < box; at += 4)
    if (at != 12 && body.substr(at, 3) == "mp4") // the version of the major brand stands at 12
      return true;
  return false;
}

bool is_binary_byte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte <= 0x08 || byte == 0x0B || (byte >= 0x0E && byte <= 0x1A) || (byte >= 0x1C && byte <= 0x1F);
}

} // namespace

std::string_view sniff_content_type(std::string_view body) {
  body = body.substr(0, sniffed_bytes_max);
  const auto text = body.substr(std::min(body.find_first_not_of("\t\n\x0c\r "), body.size()));
  if (is_html(text))
    return html_type;
  if (text.substr(0, 5) == "<?xml")
    return "text/xml; charset=utf-8";
  if (const auto type = match_any(before_mp4, body); !type.empty())
    return type;
  if (is_mp4(body))
    return "video/mp4";
  if (const auto type = match_any(after_mp4, body); !type.empty())
    return type;
  return std::none_of(text.begin(), text.end(), is_binary_byte) ? text_type : "application/octet-stream"sv;
}

} // namespace rr::http
