#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace rr::http {

/// Reads JSON of a known shape from front to back without building a tree. Strict: RFC 8259, well-formed
/// UTF-8, whole surrogate pairs. A function that returns false has met an error, or what is not the thing
/// asked for; the reader gives up.
class json_cursor {
public:
  static constexpr unsigned depth_max = 64; ///< nesting of skipped values

  /// @param arena takes texts with escapes; must have room for `text.size()` bytes more, so that it does not
  /// move
  json_cursor(std::string_view text, std::string& arena) : text_(text), arena_(arena) {}

  /// The next character that is no white space, without taking it; 0 at the end.
  char peek();

  /// Takes the next character if it is this one.
  bool take(char c);

  /// True when only white space is left.
  bool at_end() { return peek() == '\0' && at_ == text_.size(); }

  /// A view into the text, or into the arena.
  bool read_string(std::string_view& out);

  /// The literal as written.
  bool read_number(std::string_view& out);

  bool read_null() { return read_literal("null"); }
  bool skip_value(unsigned depth = 0);

  /// Calls `member(key)` for each member of an object; stops and returns false when it returns false.
  template <class Member>
  bool read_object(Member member) {
    if (!take('{'))
      return false;
    if (take('}'))
      return true;
    do {
      std::string_view key;
      if (!read_string(key) || !take(':') || !member(key))
        return false;
    } while (take(','));
    return take('}');
  }

  /// Calls `element()` for each element of an array; stops and returns false when it returns false.
  template <class Element>
  bool read_array(Element element) {
    if (!take('['))
      return false;
    if (take(']'))
      return true;
    do {
      if (!element())
        return false;
    } while (take(','));
    return take(']');
  }

private:
  bool read_literal(std::string_view word);
  bool read_escaped(std::size_t start, std::string_view& out);
  bool read_escape();
  bool read_code_unit(unsigned& unit);
  std::size_t digits();

  std::string_view text_;
  std::string& arena_;
  std::size_t at_ = 0;
};

} // namespace rr::http
