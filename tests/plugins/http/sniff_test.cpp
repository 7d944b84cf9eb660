#include "plugins/http/sniff.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <utility>

using namespace rr::http;
using namespace std::string_literals;

TEST_CASE("bodies are told by their first bytes", "[http][sniff]") {
  const std::pair<std::string, std::string> cases[] = {
      {"", "text/plain; charset=utf-8"},
      {"WORLD", "text/plain; charset=utf-8"},
      {"{\"a\":1}", "text/plain; charset=utf-8"},
      {"\x01\x02\x03", "application/octet-stream"},
      {"\x1b[31mred", "text/plain; charset=utf-8"},
      {"caf\xC3\xA9", "text/plain; charset=utf-8"},
      {"\xEF\xBB\xBF\x01", "text/plain; charset=utf-8"},
      {"\xFE\xFF"
       "ab",
       "text/plain; charset=utf-16be"},
      {"\xFF\xFE"
       "ab",
       "text/plain; charset=utf-16le"},
      {"\xFE\xFF"
       "a",
       "text/plain; charset=utf-8"},
      {"%PDF-1.4", "application/pdf"},
      {"%!PS-Adobe-3", "application/postscript"},
      {"\0\0\1\0"s, "image/x-icon"},
      {"\0\0\2\0"s, "image/x-icon"},
      {"BM...", "image/bmp"},
      {"GIF87a", "image/gif"},
      {"GIF89a", "image/gif"},
      {"RIFFabcdWEBPVP8", "image/webp"},
      {"RIFFabcdAVI ", "video/avi"},
      {"RIFFabcdWAVE", "audio/wave"},
      {"RIFFabcdXXXX", "text/plain; charset=utf-8"},
      {"\x89PNG\r\n\x1a\n", "image/png"},
      {"\xFF\xD8\xFF\xE0", "image/jpeg"},
      {".snd\1", "audio/basic"},
      {"FORMabcdAIFF", "audio/aiff"},
      {"ID3\3", "audio/mpeg"},
      {"OggS\0"s, "application/ogg"},
      {"MThd\0\0\0\6"s, "audio/midi"},
      {"\x1A\x45\xDF\xA3", "video/webm"},
      {std::string(34, 'x') + "LP", "application/vnd.ms-fontobject"},
      {"\0\1\0\0"s, "font/ttf"},
      {"OTTO", "font/otf"},
      {"ttcf", "font/collection"},
      {"wOFF", "font/woff"},
      {"wOF2", "font/woff2"},
      {"\x1F\x8B\x08", "application/x-gzip"},
      {"PK\3\4", "application/zip"},
      {"Rar!\x1A\x07\0"s, "application/x-rar-compressed"},
      {"Rar!\x1A\x07\1\0"s, "application/x-rar-compressed"},
      {"\0asm"s, "application/wasm"},
      {"\0\0\0\x18"
       "ftypmp42\0\0\0\0isommp42"s,
       "video/mp4"},
      {"\0\0\0\x18"
       "ftypisom\0\0\0\0isommp41"s,
       "video/mp4"},
      {"\0\0\0\x14"
       "ftypqt  \0\0\0\0qt  "s,
       "application/octet-stream"},
      {"\0\0\0\x10"
       "ftypqt  mp42"s,
       "application/octet-stream"}, // there stands a version
      {"\0\0\xff\xfc"
       "ftypmp42"s,
       "application/octet-stream"}, // longer than what is there
      {"\0\0\0\x19"
       "ftypmp42\0\0\0\0isommp42x"s,
       "application/octet-stream"},
  };
  for (const auto& [body, type] : cases) {
    INFO(body);
    CHECK(sniff_content_type(body) == type);
  }
}

TEST_CASE("HTML is told by a tag that ends, in any case, behind white space", "[http][sniff]") {
  const std::string html = "text/html; charset=utf-8";
  for (const auto* body :
       {"<!DOCTYPE html>", "<html>", "<HtMl lang=en>", " \t\r\n\f<p>", "<!-- x", "<a >", "<br>", "<h1 ",
        "<script >", "<title>", "<body>", "<table>", "<iframe >", "<div>", "<font >", "<style>", "<head>"}) {
    INFO(body);
    CHECK(sniff_content_type(body) == html);
  }
  for (const auto* body : {"<htmlx>", "<html", "<p", "<pre>", "x<html>", "<!--", "<html\n>", "<ab>"}) {
    INFO(body);
    CHECK(sniff_content_type(body) != html);
  }
  CHECK(sniff_content_type("  <?xml version") == "text/xml; charset=utf-8");
  CHECK(sniff_content_type("<?XML") == "text/plain; charset=utf-8");
}

TEST_CASE("only 512 bytes are looked at", "[http][sniff]") {
  CHECK(sniff_content_type(std::string(512, 'x') + "\1") == "text/plain; charset=utf-8");
  CHECK(sniff_content_type(std::string(511, 'x') + "\1") == "application/octet-stream");
  CHECK(sniff_content_type(std::string(600, ' ') + "<html>") == "text/plain; charset=utf-8");
}

TEST_CASE("every control byte that no text has makes a body binary", "[http][sniff]") {
  for (int c = 0; c < 0x20; ++c) {
    INFO(c);
    const bool is_text = c == '\t' || c == '\n' || c == '\f' || c == '\r' || c == 0x1b;
    CHECK((sniff_content_type("x"s + static_cast<char>(c)) == "text/plain; charset=utf-8") == is_text);
  }
}
