#include "config/reader.hpp"

#include "config/tree_builder.hpp"
#include "config/utf8.hpp"

#include <optional>

namespace rr::config {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// A recursive reader with positions; its depth is bounded by the builder, which fails first.
class json_text {
public:
  json_text(std::string_view text, tree_builder& builder) : text_{text}, builder_{builder} {}

  void read_document() {
    skip_blanks();
    read_value();
    skip_blanks();
    if (!builder_.failure() && at_ != text_.size())
      fail("text after the end of the document");
  }

private:
  unsigned column() const { return static_cast<unsigned>(at_ - line_start_ + 1); }
  bool failed() const { return builder_.failure().has_value(); }
  void fail(std::string what) { builder_.fail(line_, column(), std::move(what)); }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  bool take(char c) {
    if (peek() != c || at_ >= text_.size())
      return false;
    ++at_;
    return true;
  }

  void skip_blanks() {
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c != ' ' && c != '\t' && c != '\r' && c != '\n')
        return;
      if (c == '\n') {
        ++line_;
        line_start_ = at_ + 1;
      }
    }
  }

  void read_value() {
    switch (peek()) {
    case '{':
      return read_object();
    case '[':
      return read_array();
    case '"':
      return read_string();
    default:
      return read_word();
    }
  }

  void read_object() {
    builder_.begin_map(line_, column());
    ++at_;
    skip_blanks();
    if (failed() || close('}'))
      return;
    while (!failed()) {
      if (peek() != '"')
        return fail("expected a key in double quotes");
      read_string();
      skip_blanks();
      if (!take(':'))
        return fail("expected ':' after a key");
      skip_blanks();
      read_value();
      if (failed() || close('}'))
        return;
      if (!take_comma("expected ',' or '}'"))
        return;
    }
  }

  void read_array() {
    builder_.begin_list(line_, column());
    ++at_;
    skip_blanks();
    if (failed() || close(']'))
      return;
    while (!failed()) {
      read_value();
      if (failed() || close(']'))
        return;
      if (!take_comma("expected ',' or ']'"))
        return;
    }
  }

  bool close(char c) {
    skip_blanks();
    if (!take(c))
      return false;
    builder_.end();
    return true;
  }

  bool take_comma(const char* otherwise) {
    if (!take(',')) {
      fail(otherwise);
      return false;
    }
    skip_blanks();
    return true;
  }

  void read_string() {
    const auto start_column = column();
    std::string out;
    ++at_;
    while (true) {
      if (at_ >= text_.size())
        return fail("a string does not end");
      const char c = text_[at_++];
      if (c == '"')
        break;
      if (static_cast<unsigned char>(c) < 0x20)
        return fail("a control character inside a string");
      if (c != '\\')
        out.push_back(c);
      else if (!read_escape(out))
        return fail("a bad escape inside a string");
    }
    builder_.scalar(std::move(out), scalar_tag::string, line_, start_column);
  }

  bool read_escape(std::string& out) {
    constexpr std::string_view names = "\"\\/bfnrt";
    constexpr std::string_view values = "\"\\/\b\f\n\r\t";
    const char c = peek();
    ++at_;
    if (c == 'u')
      return read_unicode(out);
    const auto found = names.find(c);
    if (c == '\0' || found == std::string_view::npos)
      return false;
    out.push_back(values[found]);
    return true;
  }

  bool read_unicode(std::string& out) {
    const auto first = read_hex();
    if (!first)
      return false;
    auto code_point = *first;
    const bool high = code_point >= 0xD800 && code_point <= 0xDBFF;
    if (high && take('\\') && take('u')) {
      const auto second = read_hex();
      if (!second || *second < 0xDC00 || *second > 0xDFFF)
        return false;
      code_point = 0x10000 + ((code_point - 0xD800) << 10) + (*second - 0xDC00);
    }
    if (code_point >= 0xD800 && code_point <= 0xDFFF)
      return false;
    append_utf8(out, code_point);
    return true;
  }

  std::optional<std::uint32_t> read_hex() {
    std::uint32_t out = 0;
    for (int i = 0; i < 4; ++i) {
      const char c = peek();
      const int digit = is_digit(c)              ? c - '0'
                        : (c >= 'a' && c <= 'f') ? c - 'a' + 10
                        : (c >= 'A' && c <= 'F') ? c - 'A' + 10
                                                 : -1;
      if (digit < 0)
        return std::nullopt;
      out = out * 16 + static_cast<std::uint32_t>(digit);
      ++at_;
    }
    return out;
  }

  void read_word() {
    const auto start = at_;
    const auto start_column = column();
    while (is_digit(peek()) || (peek() >= 'a' && peek() <= 'z') || peek() == '-' || peek() == '+' ||
           peek() == '.' || peek() == 'E')
      ++at_;
    const auto word = text_.substr(start, at_ - start);
    const auto tag = tag_of(word);
    if (tag || word == "null") {
      builder_.scalar(word == "null" ? std::string{} : std::string{word}, tag, line_, start_column);
      return;
    }
    builder_.fail(line_, start_column,
                  at_ >= text_.size() && word.empty() ? "unexpected end" : "expected a value");
  }

  static std::optional<scalar_tag> tag_of(std::string_view word) {
    if (word == "true" || word == "false")
      return scalar_tag::boolean;
    auto digits = word;
    if (digits.starts_with('-'))
      digits.remove_prefix(1);
    if (digits.empty() || !is_digit(digits[0]) ||
        (digits.size() > 1 && digits[0] == '0' && is_digit(digits[1])))
      return std::nullopt;
    if (digits.ends_with('.') || digits.find(".e") != std::string_view::npos ||
        digits.find(".E") != std::string_view::npos)
      return std::nullopt;
    if (digits.find_first_not_of("0123456789") == std::string_view::npos && parse_integer(word))
      return scalar_tag::integer;
    if (digits.find_first_not_of("0123456789.eE+-") != std::string_view::npos || !parse_float(word))
      return std::nullopt;
    return scalar_tag::floating;
  }

  std::string_view text_;
  tree_builder& builder_;
  std::size_t at_ = 0;
  std::size_t line_start_ = 0;
  unsigned line_ = 1;
};

} // namespace

expected<parsed_file> read_json(std::string_view text, const std::string& file) {
  if (text.starts_with("\xEF\xBB\xBF"))
    text.remove_prefix(3);
  tree_builder builder{std::make_shared<const std::string>(file)};
  if (find_bad_utf8(text) != std::string_view::npos)
    builder.fail(1, 1, "invalid UTF-8");
  else
    json_text{text, builder}.read_document();
  auto root = builder.take_root();
  if (!builder.failure() && !root.is_map())
    builder.fail(root.where.line, root.where.column,
                 "expected a map of sections, got \"" + std::string{root.type_name()} + "\"");
  if (const auto& failure = builder.failure()) {
    problem out;
    out.file = file;
    out.line = failure->line;
    out.column = failure->column;
    out.text = "While parsing config: json: line " + std::to_string(failure->line) + ": " + failure->text;
    return tl::make_unexpected(std::move(out));
  }
  parsed_file out;
  out.root = std::move(root);
  out.warnings = builder.take_warnings();
  return out;
}

} // namespace rr::config
