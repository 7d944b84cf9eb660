#include "config/overrides.hpp"

#include "config/text.hpp"

#include <algorithm>

namespace rr::config {
namespace {

constexpr std::string_view blanks = " \t\n";

tl::unexpected<problem> failure(std::string text, std::string remedy = {}) {
  problem out;
  out.text = std::move(text);
  out.remedy = std::move(remedy);
  return tl::make_unexpected(std::move(out));
}

std::string without_quotes(std::string_view value) {
  const char quote = value.front();
  if (quote != '"' && quote != '\'' && quote != '`')
    return std::string{value};
  std::string out;
  const auto inside = trim(value, {&quote, 1});
  for (std::size_t at = 0; at < inside.size(); ++at) {
    if (inside[at] == '\\' && at + 1 < inside.size() && inside[at + 1] == quote)
      ++at;
    out += inside[at];
  }
  return out;
}

bool is_path(std::string_view key) {
  const auto parts = split(key, '.');
  return !parts.empty() && parts.size() <= depth_max &&
         std::none_of(parts.begin(), parts.end(), [](const std::string& part) { return part.empty(); });
}

node_entry* find_entry(node& map, std::string_view key) {
  const auto at = std::find_if(map.entries.begin(), map.entries.end(),
                               [&](const node_entry& entry) { return same_key(entry.key, key); });
  return at == map.entries.end() ? nullptr : &*at;
}

/// The longest key of `map` that starts `path` at a dot, as node::find prefers it; the first part when there
/// is none.
std::size_t first_key_size(node& map, std::string_view path) {
  for (auto end = path.size(); end != std::string_view::npos && end != 0; end = path.rfind('.', end - 1))
    if (find_entry(map, path.substr(0, end)) != nullptr)
      return end;
  return std::min(path.find('.'), path.size());
}

void set_path(node& root, std::string_view path, node value) {
  const auto where = value.where;
  auto* map = &root;
  while (true) {
    const auto size = first_key_size(*map, path);
    const auto key = path.substr(0, size);
    auto* entry = find_entry(*map, key);
    if (entry == nullptr) {
      map->entries.push_back(node_entry{std::string{key}, where, {}});
      entry = &map->entries.back();
    }
    if (size == path.size()) {
      entry->value = std::move(value);
      return;
    }
    if (!entry->value.is_map())
      entry->value = make_map(where);
    map = &entry->value;
    path.remove_prefix(size + 1);
  }
}

} // namespace

expected<key_override> parse_override(const std::string& flag, const environment_lookup& lookup) {
  const auto invalid = "config_plugin_init:\n\tparse_flag: invalid flag `" + flag + "`";
  if (flag.find('=') == std::string::npos)
    return failure(invalid, "write -o key=value");
  std::string_view rest = flag;
  rest.remove_prefix(std::min(rest.find_first_not_of(" \"'`"), rest.size()));
  const auto equals = rest.find('=');
  const auto key = trim(rest.substr(0, equals), blanks);
  const auto value = trim(rest.substr(equals + 1), blanks);
  if (key.empty())
    return failure("config_plugin_init: key should not be empty");
  if (!is_path(key))
    return failure(invalid, "write the key as names with dots between them, such as http.address");
  if (value.empty())
    return failure("config_plugin_init: value should not be empty");
  auto expanded = expand(without_quotes(value), lookup);
  if (!expanded)
    return failure("config_plugin_init: " + expanded.error().text);
  return key_override{std::string{key}, std::move(*expanded)};
}

expected<void> apply_overrides(node& root, const std::vector<std::string>& flags,
                               const environment_lookup& lookup) {
  const auto file = std::make_shared<const std::string>("-o");
  for (const auto& flag : flags) {
    auto parsed = parse_override(flag, lookup);
    if (!parsed)
      return tl::make_unexpected(std::move(parsed.error()));
    const location where{file, 0, 0, node_origin::override_flag};
    set_path(root, parsed->key, make_scalar(std::move(parsed->value), scalar_tag::string, where));
  }
  return {};
}

} // namespace rr::config
