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
constexpr char to_lower(char c) { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; }

/// Per byte its lower case, then per byte its upper case.
constexpr std::array<char, 512> make_case_table() {
  std::array<char, 512> table{};
  for (unsigned c = 0; c < 256; ++c) {
    const auto byte = static_cast<char>(c);
    table[c] = to_lower(byte);
    table[256 + c] = is_lower(byte) ? static_cast<char>(byte - 'a' + 'A') : byte;
  }
  return table;
}

constexpr auto case_table = make_case_table();

} // namespace

bool is_token_char(char c) { return token_table[static_cast<unsigned char>(c)]; }

bool is_token(std::string_view text) {
  bool is_fine = !text.empty();
  for (char c : text)
    is_fine &= is_token_char(c);
  return is_fine;
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
  unsigned upper = 256;
  for (std::size_t i = 0; i < size; ++i) {
    const char c = name[i];
    name[i] = case_table[upper + static_cast<unsigned char>(c)];
    upper = c == '-' ? 256 : 0;
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
