#include "plugins/http/json_cursor.hpp"

#include "config/utf8.hpp"
#include "plugins/http/utf8_text.hpp"

#include <charconv>

namespace rr::http {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_high_surrogate(unsigned unit) { return unit >= 0xD800 && unit < 0xDC00; }
bool is_low_surrogate(unsigned unit) { return unit >= 0xDC00 && unit < 0xE000; }

/// What a short escape stands for; 0 when it is none.
char short_escape(char c) {
  switch (c) {
  case 'b':
    return '\b';
  case 'f':
    return '\f';
  case 'n':
    return '\n';
  case 'r':
    return '\r';
  case 't':
    return '\t';
  case '"':
  case '\\':
  case '/':
    return c;
  default:
    return '\0';
  }
}

} // namespace

char json_cursor::peek() {
  while (at_ < text_.size() &&
         (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t'))
    ++at_;
  return at_ < text_.size() ? text_[at_] : '\0';
}

bool json_cursor::take(char c) {
  if (peek() != c || at_ == text_.size())
    return false;
  ++at_;
  return true;
}

bool json_cursor::read_string(std::string_view& out) {
  if (!take('"'))
    return false;
  const auto start = at_;
  for (; at_ < text_.size(); ++at_) {
    const auto byte = static_cast<unsigned char>(text_[at_]);
    if (byte == '"') {
      out = text_.substr(start, at_++ - start);
      return is_utf8(out);
    }
    if (byte == '\\')
      return read_escaped(start, out);
    if (byte < 0x20)
      return false;
  }
  return false;
}

bool json_cursor::read_escaped(std::size_t start, std::string_view& out) {
  const auto arena_start = arena_.size();
  arena_.append(text_, start, at_ - start);
  while (at_ < text_.size()) {
    const auto byte = static_cast<unsigned char>(text_[at_++]);
    if (byte == '"') {
      out = std::string_view{arena_}.substr(arena_start);
      return is_utf8(out);
    }
    if (byte < 0x20 || (byte == '\\' && !read_escape()))
      return false;
    if (byte != '\\')
      arena_ += static_cast<char>(byte);
  }
  return false;
}

/// Behind the backslash: appends what the escape stands for.
bool json_cursor::read_escape() {
  if (at_ == text_.size())
    return false;
  const char c = text_[at_++];
  if (c != 'u') {
    const char meant = short_escape(c);
    arena_.append(meant != '\0' ? 1 : 0, meant);
    return meant != '\0';
  }
  unsigned unit = 0;
  if (!read_code_unit(unit) || is_low_surrogate(unit))
    return false;
  if (is_high_surrogate(unit)) {
    unsigned low = 0;
    if (text_.substr(at_, 2) != "\\u")
      return false;
    at_ += 2;
    if (!read_code_unit(low) || !is_low_surrogate(low))
      return false;
    unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
  }
  config::append_utf8(arena_, unit);
  return true;
}

bool json_cursor::read_code_unit(unsigned& unit) {
  if (text_.size() - at_ < 4)
    return false;
  const char* first = text_.data() + at_;
  const auto [end, ec] = std::from_chars(first, first + 4, unit, 16);
  at_ += 4;
  return ec == std::errc{} && end == first + 4;
}

/// Takes a run of digits; how many there were.
std::size_t json_cursor::digits() {
  const auto start = at_;
  while (at_ < text_.size() && is_digit(text_[at_]))
    ++at_;
  return at_ - start;
}

bool json_cursor::read_number(std::string_view& out) {
  peek();
  const auto start = at_;
  const auto is_next = [this](std::string_view set) {
    return at_ < text_.size() && set.find(text_[at_]) != set.npos;
  };
  if (is_next("-"))
    ++at_;
  const bool has_leading_zero = is_next("0");
  const auto whole = digits();
  if (whole == 0 || (has_leading_zero && whole > 1))
    return false;
  if (is_next(".")) {
    ++at_;
    if (digits() == 0)
      return false;
  }
  if (is_next("eE")) {
    ++at_;
    if (is_next("+-"))
      ++at_;
    if (digits() == 0)
      return false;
  }
  out = text_.substr(start, at_ - start);
  return true;
}

bool json_cursor::read_literal(std::string_view word) {
  peek();
  if (text_.substr(at_, word.size()) != word)
    return false;
  at_ += word.size();
  return true;
}

bool json_cursor::skip_value(unsigned depth) {
  if (depth > depth_max)
    return false;
  std::string_view ignored;
  switch (peek()) {
  case '"':
    return read_string(ignored);
  case '{':
    return read_object([&](std::string_view) { return skip_value(depth + 1); });
  case '[':
    return read_array([&] { return skip_value(depth + 1); });
  case 't':
    return read_literal("true");
  case 'f':
    return read_literal("false");
  case 'n':
    return read_null();
  default:
    return read_number(ignored);
  }
}

} // namespace rr::http
