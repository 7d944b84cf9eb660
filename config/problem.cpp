#include "config/problem.hpp"

#include "config/text.hpp"

#include <algorithm>

namespace rr::config {
namespace {

constexpr std::size_t shown_bytes_max = 64;
constexpr std::size_t word_bytes_max = 64;

/// Optimal string alignment distance: insert, delete, replace, or swap two neighbours, each for 1.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), above(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j)
    above[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(above);
    above.swap(row);
  }
  return above[b.size()];
}

} // namespace

std::string render(const problem& p) {
  std::string out = p.file;
  if (!out.empty() && p.line != 0) {
    out += ":" + std::to_string(p.line);
    if (p.column != 0)
      out += ":" + std::to_string(p.column);
  }
  if (!out.empty())
    out += ": ";
  if (!p.key.empty())
    out += p.key + ": ";
  out += p.text;
  if (!p.remedy.empty())
    out += "; " + p.remedy;
  return out;
}

std::string render(const problems& all) {
  std::string out = "config_plugin_unmarshal_key: decoding failed due to the following error(s):\n";
  for (const auto& p : all)
    out += "\n" + render(p);
  return out;
}

std::string nearest_name(std::string_view word, const std::vector<std::string>& names) {
  if (word.empty() || word.size() > word_bytes_max)
    return {};
  const auto wanted = to_lower(word);
  std::string best;
  // A third of the letters may differ: enough for a slip, too little to offer an unrelated key.
  auto best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const auto& name : names) {
    if (name.size() > word_bytes_max)
      continue;
    const auto d = distance(wanted, to_lower(name));
    if (d < best_distance) {
      best_distance = d;
      best = name;
    }
  }
  return best;
}

std::string shown(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, shown_bytes_max))
    out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
  if (text.size() <= shown_bytes_max)
    return out;
  while (!out.empty() && (static_cast<unsigned char>(out.back()) & 0xC0) == 0x80)
    out.pop_back(); // do not cut inside a UTF-8 character
  if (!out.empty() && static_cast<unsigned char>(out.back()) >= 0xC0)
    out.pop_back();
  return out + "...";
}

} // namespace rr::config
