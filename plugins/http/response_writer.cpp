#include "plugins/http/response_writer.hpp"

#include "plugins/http/reason_phrase.hpp"

#include <algorithm>

namespace rr::http {
namespace {

/// Interim answers have no body, and nothing may frame one.
bool is_framing(std::string_view name) {
  return same_name(name, "Content-Length") || same_name(name, "Transfer-Encoding");
}

/// CR, LF and NUL, without a branch per byte.
bool has_line_end(std::string_view text) {
  bool has = false;
  for (char c : text)
    has |= c == '\r' || c == '\n' || c == '\0';
  return has;
}

/// Puts spaces in the place of line ends in what stands from `start` on, and trims it.
void clean_line(std::string& out, std::size_t start) {
  std::string line = out.substr(start);
  std::replace_if(
      line.begin(), line.end(), [](char c) { return c == '\r' || c == '\n' || c == '\0'; }, ' ');
  out.replace(start, out.npos, trim_blanks(line));
}

} // namespace

void append_status_line(std::string& out, unsigned version_minor, int status) {
  out += version_minor == 0 ? "HTTP/1.0 " : "HTTP/1.1 ";
  const char digits[] = {static_cast<char>('0' + status / 100 % 10),
                         static_cast<char>('0' + status / 10 % 10), static_cast<char>('0' + status % 10),
                         ' '};
  out.append(digits, sizeof digits);
  const auto phrase = reason_phrase(status);
  if (phrase.empty())
    out.append("status code ").append(digits, 3);
  else
    out += phrase;
  out += "\r\n";
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  if (!is_token(name))
    return;
  value = trim_blanks(value);
  out += name;
  out += ": ";
  const auto start = out.size();
  out += value;
  if (has_line_end(value))
    clean_line(out, start);
  out += "\r\n";
}

void append_interim(std::string& out, unsigned version_minor, int status, header_fields fields) {
  if (version_minor == 0 || status == 101)
    return;
  append_status_line(out, version_minor, status);
  for (const auto& field : fields)
    if (!is_framing(field.name))
      append_field(out, field.name, field.value);
  out += "\r\n";
}

void append_text_answer(std::string& out, unsigned version_minor, int status, std::string_view text,
                        bool is_head, bool close, std::string_view date) {
  append_status_line(out, version_minor, status);
  append_field(out, "Content-Type", "text/plain; charset=utf-8");
  append_field(out, "X-Content-Type-Options", "nosniff");
  append_field(out, "Date", date);
  append_field(out, "Content-Length", std::to_string(text.size()));
  if (close && version_minor != 0)
    append_field(out, "Connection", "close");
  else if (!close && version_minor == 0)
    append_field(out, "Connection", "keep-alive");
  out += "\r\n";
  if (!is_head)
    out += text;
}

} // namespace rr::http
