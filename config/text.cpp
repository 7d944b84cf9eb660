#include "config/text.hpp"

#include <algorithm>

namespace rr::config {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

} // namespace

std::string to_lower(std::string_view text) {
  std::string out{text};
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

bool same_key(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trim(std::string_view text, std::string_view drop) {
  const auto first = text.find_first_not_of(drop);
  if (first == std::string_view::npos)
    return {};
  return text.substr(first, text.find_last_not_of(drop) - first + 1);
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> out;
  if (text.empty())
    return out;
  for (std::size_t from = 0; from <= text.size();) {
    const auto to = std::min(text.find(separator, from), text.size());
    out.emplace_back(text.substr(from, to - from));
    from = to + 1;
  }
  return out;
}

std::vector<std::string> split_words(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n\v\f";
  std::vector<std::string> out;
  for (auto from = text.find_first_not_of(blanks); from != std::string_view::npos;) {
    const auto to = std::min(text.find_first_of(blanks, from), text.size());
    out.emplace_back(text.substr(from, to - from));
    from = text.find_first_not_of(blanks, to);
  }
  return out;
}

std::string join(const std::vector<std::string>& parts, std::string_view between) {
  std::string out;
  for (const auto& part : parts) {
    if (!out.empty())
      out += between;
    out += part;
  }
  return out;
}

} // namespace rr::config
