#include "config/document.hpp"

#include "config/text.hpp"

#include <algorithm>

namespace rr::config {

const node* node::child(std::string_view key) const {
  for (const auto& entry : entries)
    if (same_key(entry.key, key))
      return entry.value.is_null() ? nullptr : &entry.value;
  return nullptr;
}

const node* node::find(std::string_view path) const {
  if (path.empty())
    return this;
  // The whole path first, then ever shorter first keys: a key that contains dots hides a nested one.
  for (auto end = path.size(); end != std::string_view::npos && end != 0; end = path.rfind('.', end - 1)) {
    const auto* found = child(path.substr(0, end));
    if (found == nullptr)
      continue;
    if (end == path.size())
      return found;
    return end + 1 == path.size() ? nullptr : found->find(path.substr(end + 1));
  }
  return nullptr;
}

std::string_view node::type_name() const {
  switch (kind) {
  case node_kind::null:
    return "nil";
  case node_kind::list:
    return "slice";
  case node_kind::map:
    return "map";
  case node_kind::scalar:
    break;
  }
  switch (tag) {
  case scalar_tag::integer:
    return "int";
  case scalar_tag::floating:
    return "float64";
  case scalar_tag::boolean:
    return "bool";
  case scalar_tag::string:
    break;
  }
  return "string";
}

node make_scalar(std::string text, scalar_tag tag, location where) {
  node out;
  out.kind = node_kind::scalar;
  out.tag = tag;
  out.text = std::move(text);
  out.where = std::move(where);
  return out;
}

node make_map(location where) {
  node out;
  out.kind = node_kind::map;
  out.where = std::move(where);
  return out;
}

node make_list(location where) {
  node out;
  out.kind = node_kind::list;
  out.where = std::move(where);
  return out;
}

void set_child(node& parent, std::string_view key, node value, location where) {
  const auto at = std::find_if(parent.entries.begin(), parent.entries.end(),
                               [&](const node_entry& entry) { return same_key(entry.key, key); });
  if (at != parent.entries.end())
    *at = node_entry{std::string{key}, std::move(where), std::move(value)};
  else
    parent.entries.push_back(node_entry{std::string{key}, std::move(where), std::move(value)});
}

problem problem_at(const location& where, std::string key, std::string text, std::string remedy) {
  problem out;
  if (where.file)
    out.file = *where.file;
  out.line = where.line;
  out.column = where.column;
  out.key = std::move(key);
  out.text = std::move(text);
  out.remedy = std::move(remedy);
  return out;
}

std::string document::text_or(std::string_view path, std::string_view fallback) const {
  const auto* found = find(path);
  return std::string{found != nullptr && found->is_scalar() ? std::string_view{found->text} : fallback};
}

} // namespace rr::config
