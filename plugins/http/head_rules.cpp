#include "plugins/http/head_rules.hpp"

#include "plugins/http/header_field.hpp"
#include "plugins/http/request_target.hpp"

#include <algorithm>
#include <cstring>

namespace rr::http {
namespace {

constexpr parse_error malformed{400, {}};

/// Takes the next line off the front, without its line end.
std::string_view take_line(std::string_view& rest) {
  const auto end = std::min(rest.find('\n'), rest.size());
  auto line = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  if (!line.empty() && line.back() == '\r')
    line.remove_suffix(1);
  return line;
}

/// Printable ASCII, tabs, and bytes above ASCII. Without a branch per byte: values are long and nearly always
/// fine.
bool is_value(std::string_view text) {
  bool is_bad = false;
  for (char c : text)
    is_bad |= (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == '\x7f';
  return !is_bad;
}

/// Walks over the lines of one head. The first error ends the walk, except those that later rules may
/// outrank.
class head_writer {
public:
  head_writer(std::string& out, head_findings& findings) : out_(out), findings_(findings) {}

  std::optional<parse_error> run(std::string_view raw) {
    if (auto error = request_line(take_line(raw)))
      return error;
    bool is_first = true;
    for (auto line = take_line(raw); !line.empty(); line = take_line(raw)) {
      const bool is_fold = line[0] == ' ' || line[0] == '\t';
      if (is_fold && is_first)
        return malformed;
      if (auto error = is_fold ? folded_line(line) : field_line(line))
        return error;
      is_first = false;
    }
    if (auto error = end_field())
      return error;
    out_ += "\r\n";
    return final_checks();
  }

private:
  std::optional<parse_error> request_line(std::string_view line) {
    const auto first = line.find(' ');
    const auto second = first == line.npos ? line.npos : line.find(' ', first + 1);
    if (second == line.npos)
      return malformed;
    const auto method = line.substr(0, first);
    if (!is_token(method) || !version(line.substr(second + 1)))
      return malformed;
    is_connect_ = method == "CONNECT";
    out_.append(line.substr(0, second)); // the target is taken apart, and checked, by the parser
    out_ += findings_.version_minor == 0 ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n";
    return std::nullopt;
  }

  bool version(std::string_view text) {
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    if (text.size() != 8 || text.substr(0, 5) != "HTTP/" || !is_digit(text[5]) || text[6] != '.' ||
        !is_digit(text[7]))
      return false;
    is_version_1_ = text[5] == '1';
    // Other major versions are refused in the end; until then the rules of 1.1 hold.
    findings_.version_minor = is_version_1_ ? static_cast<unsigned>(text[7] - '0') : 1;
    return true;
  }

  std::optional<parse_error> field_line(std::string_view line) {
    if (auto error = end_field())
      return error;
    const auto colon = line.find(':');
    if (colon == line.npos)
      return malformed;
    if (!is_token(line.substr(0, colon)))
      return parse_error{400, "invalid header name"};
    const auto value = trim_blanks(line.substr(colon + 1));
    if (!is_value(value))
      return parse_error{400, "invalid header value"};
    field_at_ = out_.size();
    name_size_ = colon;
    out_.append(line.substr(0, colon + 1));
    canonicalise(out_.data() + field_at_, colon);
    out_.append(value);
    return std::nullopt;
  }

  /// A line that continues the one before: joined with one space.
  std::optional<parse_error> folded_line(std::string_view line) {
    const auto value = trim_blanks(line);
    if (!is_value(value))
      return parse_error{400, "invalid header value"};
    if (!value.empty()) {
      if (out_.back() != ':')
        out_ += ' ';
      out_.append(value);
    }
    return std::nullopt;
  }

  std::string_view name() const { return {out_.data() + field_at_, name_size_}; }
  std::string_view value() const { return std::string_view{out_}.substr(field_at_ + name_size_ + 1); }

  /// Ends the field that was begun, if any, and notes what framing and the rules need.
  std::optional<parse_error> end_field() {
    if (name_size_ == 0)
      return std::nullopt;
    bool is_kept = true;
    switch (name_size_) {
    case 4:
      if (name() == "Host")
        if (auto error = host_field())
          return error;
      break;
    case 14:
      if (name() == "Content-Length")
        is_kept = length_field();
      break;
    case 17:
      if (name() == "Transfer-Encoding")
        is_kept = encoding_field();
      break;
    default:
      break;
    }
    if (is_kept)
      out_ += "\r\n";
    else
      out_.resize(field_at_);
    name_size_ = 0;
    return std::nullopt;
  }

  std::optional<parse_error> host_field() {
    if (has_host_)
      return parse_error{400, "too many Host headers"};
    has_host_ = true;
    is_host_valid_ = is_host_line(value());
    return std::nullopt;
  }

  /// Whether the line is kept: only the first of several.
  bool length_field() {
    if (length_size_ == 0) {
      length_at_ = field_at_;
      length_size_ = out_.size() + 2 - field_at_;
      const auto text = value();
      is_length_valid_ = !text.empty() && text.find_first_not_of("0123456789") == text.npos;
      return true;
    }
    const auto first = std::string_view{out_}.substr(length_at_, length_size_ - 2).substr(name_size_ + 1);
    is_length_valid_ = is_length_valid_ && first == value();
    are_lengths_equal_ = are_lengths_equal_ && first == value();
    return false;
  }

  bool encoding_field() {
    ++encodings_;
    is_encoding_known_ = same_name(value(), "chunked");
    return findings_.version_minor != 0;
  }

  std::optional<parse_error> final_checks() {
    if (encodings_ != 0 && findings_.version_minor != 0 && (encodings_ > 1 || !is_encoding_known_))
      return parse_error{501, "Unsupported transfer encoding"};
    if (!are_lengths_equal_)
      return malformed;
    findings_.is_ambiguous = encodings_ != 0 && (length_size_ != 0 || findings_.version_minor == 0);
    if (encodings_ != 0 && findings_.version_minor != 0 && length_size_ != 0)
      out_.erase(length_at_, length_size_);
    else if (length_size_ != 0 && !is_length_valid_)
      return malformed;
    if (!is_version_1_)
      return parse_error{505, "unsupported protocol version"};
    if (!has_host_ && findings_.version_minor != 0 && !is_connect_)
      return parse_error{400, "missing required Host header"};
    if (!is_host_valid_)
      return parse_error{400, "malformed Host header"};
    return std::nullopt;
  }

  std::string& out_;
  head_findings& findings_;

  std::size_t field_at_ = 0;  ///< in out_, of the field being written
  std::size_t name_size_ = 0; ///< of that field; 0: there is none
  std::size_t length_at_ = 0; ///< in out_, of the kept Content-Length line
  std::size_t length_size_ = 0;
  unsigned encodings_ = 0;
  bool is_version_1_ = true;
  bool is_connect_ = false;
  bool has_host_ = false;
  bool is_host_valid_ = true;
  bool is_length_valid_ = true;
  bool are_lengths_equal_ = true;
  bool is_encoding_known_ = false;
};

} // namespace

std::optional<parse_error> apply_head_rules(std::string_view raw, std::string& out, head_findings& findings) {
  return head_writer{out, findings}.run(raw);
}

} // namespace rr::http
