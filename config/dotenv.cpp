#include "config/dotenv.hpp"

#include "config/reader.hpp"
#include "config/text.hpp"

#include <algorithm>
#include <map>

namespace rr::config {
namespace {

constexpr std::string_view blanks = " \t\v\f\r";
constexpr std::string_view blanks_and_newline = " \t\v\f\r\n";
constexpr std::size_t near_bytes_max = 24; // little of the rest of the file: it may hold secrets
constexpr std::size_t values_bytes_max = 16u << 20;

bool is_upper_name_char(char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

bool is_key_char(char c) {
  return is_upper_name_char(c) || (c >= 'a' && c <= 'z') || c == '.' || static_cast<unsigned char>(c) >= 0x80;
}

class dotenv_text {
public:
  explicit dotenv_text(std::string_view text) : text_{text}, rest_{text} {}

  expected<variable_list> read() {
    while (next_statement()) {
      auto key = take_key();
      if (!key)
        return tl::make_unexpected(std::move(key.error()));
      auto value = take_value();
      if (!value)
        return tl::make_unexpected(std::move(value.error()));
      bytes_ += value->size();
      if (bytes_ > values_bytes_max)
        return failure("the values are too long");
      define(std::move(*key), std::move(*value));
    }
    return std::move(out_);
  }

private:
  tl::unexpected<problem> failure(std::string what) const {
    problem out;
    const auto read = text_.substr(0, text_.size() - rest_.size());
    out.line = static_cast<unsigned>(std::count(read.begin(), read.end(), '\n') + 1);
    out.text = std::move(what);
    return tl::make_unexpected(std::move(out));
  }

  void skip(std::string_view drop) {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(drop), rest_.size()));
  }

  /// Goes to the next character that is neither blank nor comment; false at the end.
  bool next_statement() {
    skip(blanks_and_newline);
    while (rest_.starts_with('#')) {
      rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size()));
      skip(blanks_and_newline);
    }
    return !rest_.empty();
  }

  void skip_export() {
    constexpr std::string_view word = "export";
    if (rest_.starts_with(word) && rest_.size() > word.size() &&
        blanks.find(rest_[word.size()]) != std::string_view::npos) {
      rest_.remove_prefix(word.size());
      skip(blanks);
    }
  }

  expected<std::string> take_key() {
    skip_export();
    for (std::size_t at = 0; at < rest_.size(); ++at) {
      const char c = rest_[at];
      if (c == '=' || c == ':') {
        auto key = std::string{trim(rest_.substr(0, at), blanks)};
        if (key.empty())
          return failure("a variable without a name");
        rest_.remove_prefix(at + 1);
        skip(blanks);
        return key;
      }
      if (!is_key_char(c) && blanks.find(c) == std::string_view::npos)
        return failure("unexpected character \"" + (c == '\n' ? std::string{"\\n"} : shown({&c, 1})) +
                       "\" in variable name near \"" + shown(rest_.substr(0, near_bytes_max)) + "\"");
    }
    return failure("a variable without a value near \"" + shown(rest_.substr(0, near_bytes_max)) + "\"");
  }

  expected<std::string> take_value() {
    if (rest_.starts_with('"') || rest_.starts_with('\''))
      return take_quoted(rest_.front());
    const auto line = rest_.substr(0, rest_.find_first_of("\r\n"));
    auto end = line.size();
    for (std::size_t at = 1; at < end; ++at)
      if (line[at] == '#' && blanks.find(line[at - 1]) != std::string_view::npos)
        end = at;
    rest_.remove_prefix(line.size());
    return replace_variables(trim(line.substr(0, end), blanks));
  }

  expected<std::string> take_quoted(char quote) {
    for (std::size_t at = 1; at < rest_.size(); ++at) {
      if (rest_[at] != quote || rest_[at - 1] == '\\')
        continue;
      const auto inside = rest_.substr(1, at - 1);
      rest_.remove_prefix(at + 1);
      return quote == '\'' ? std::string{inside} : replace_variables(unescape(inside));
    }
    return failure("unterminated quoted value");
  }

  /// Resolves every escape but `\$`, which replace_variables needs to see.
  static std::string unescape(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
      if (text[at] != '\\' || at + 1 == text.size() || text[at + 1] == '$') {
        out += text[at];
        continue;
      }
      ++at;
      out += text[at] == 'n' ? '\n' : text[at] == 'r' ? '\r' : text[at];
    }
    return out;
  }

  std::string replace_variables(std::string_view text) const {
    std::string out;
    for (std::size_t at = 0; at < text.size() && out.size() <= values_bytes_max;) {
      const bool escaped = text.substr(at).starts_with("\\$");
      if (escaped) {
        out += '$';
        at += 2;
      } else if (text[at] == '$') {
        at += 1 + append_variable(out, text.substr(at + 1));
      } else {
        out += text[at++];
      }
    }
    return out;
  }

  /// `text` starts after the `$`; returns how much of it was the name.
  std::size_t append_variable(std::string& out, std::string_view text) const {
    const std::size_t from = text.starts_with('{') ? 1 : 0;
    auto end = from;
    while (end < text.size() && is_upper_name_char(text[end]))
      ++end;
    if (end == from) {
      out += '$';
      return 0;
    }
    const auto found = index_.find(text.substr(from, end - from));
    if (found != index_.end())
      out += out_[found->second].second;
    return end + (end < text.size() && text[end] == '}' ? 1 : 0);
  }

  void define(std::string key, std::string value) {
    const auto [slot, is_new] = index_.try_emplace(key, out_.size());
    if (is_new)
      out_.emplace_back(std::move(key), std::move(value));
    else
      out_[slot->second].second = std::move(value);
  }

  std::string_view text_;
  std::string_view rest_;
  std::size_t bytes_ = 0;
  variable_list out_;
  std::map<std::string, std::size_t, std::less<>> index_;
};

} // namespace

expected<variable_list> parse_dotenv(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF"))
    text.remove_prefix(3);
  return dotenv_text{text}.read();
}

expected<variable_list> load_dotenv(const std::string& path, const environment_lookup& environment) {
  const auto text = read_bytes(path);
  if (!text)
    return tl::make_unexpected(text.error());
  auto all = parse_dotenv(*text);
  if (!all) {
    all.error().file = path;
    return all;
  }
  all->erase(std::remove_if(all->begin(), all->end(),
                            [&](const auto& variable) { return environment(variable.first).has_value(); }),
             all->end());
  return all;
}

} // namespace rr::config
