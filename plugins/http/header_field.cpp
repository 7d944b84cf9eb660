#include "plugins/http/header_field.hpp"

#include <algorithm>
#include <array>

namespace rr::http {
namespace {

constexpr std::array<bool, 256> make_token_table() {
  std::array<bool, 256> table{};
  for (unsigned char c = '0'; c <= '9'; ++c)
    table[c] = true;
  for (unsigned char c = 'a'; c <= 'z'; ++c)
    table[c] = table[c - 'a' + 'A'] = true;
  for (unsigned char c : std::string_view{"!#$%&'*+-.^_`|~"})
    table[c] = true;
  return table;
}

constexpr auto token_table = make_token_table();

constexpr bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
constexpr bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
constexpr char to_upper(char c) { return is_lower(c) ? static_cast<char>(c - 'a' + 'A') : c; }
constexpr char to_lower(char c) { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; }

} // namespace

bool is_token_char(char c) { return token_table[static_cast<unsigned char>(c)]; }

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

bool is_canonical(std::string_view name) {
  bool starts = true;
  for (char c : name) {
    if (starts ? is_lower(c) : is_upper(c))
      return false;
    starts = c == '-';
  }
  return true;
}

void canonicalise(char* name, std::size_t size) {
  bool starts = true;
  for (std::size_t i = 0; i < size; ++i) {
    name[i] = starts ? to_upper(name[i]) : to_lower(name[i]);
    starts = name[i] == '-';
  }
}

bool same_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return to_lower(x) == to_lower(y); });
}

std::string_view trim_blanks(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
    text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
    text.remove_suffix(1);
  return text;
}

const std::string_view* find_value(header_fields fields, std::string_view name) {
  for (const auto& field : fields)
    if (same_name(field.name, name))
      return &field.value;
  return nullptr;
}

bool list_has(std::string_view list, std::string_view token) {
  while (!list.empty()) {
    const auto comma = std::min(list.find(','), list.size());
    if (same_name(trim_blanks(list.substr(0, comma)), token))
      return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

} // namespace rr::http
