#include "config/tree_builder.hpp"

#include "config/text.hpp"

namespace rr::config {

void tree_builder::fail(unsigned line, unsigned column, std::string text) {
  if (!failure_)
    failure_ = read_failure{line, column, std::move(text)};
}

void tree_builder::charge(std::size_t nodes, std::size_t bytes, const location& where) {
  nodes_ += nodes;
  bytes_ += bytes;
  if (nodes_ > node_count_max || bytes_ > text_bytes_max)
    fail(where.line, where.column, "document contains excessive aliasing or is too large");
}

void tree_builder::charge(const node& tree, unsigned depth, const location& where) {
  if (failure_)
    return;
  if (depth > depth_max)
    return fail(where.line, where.column, "exceeded max depth of " + std::to_string(depth_max));
  charge(1, tree.text.size(), where);
  for (const auto& item : tree.items)
    charge(item, depth + 1, where);
  for (const auto& entry : tree.entries) {
    charge(0, entry.key.size(), where);
    charge(entry.value, depth + 1, where);
  }
}

void tree_builder::count(const node& kept) { charge(kept, 0, kept.where); }

void tree_builder::begin(node_kind kind, unsigned line, unsigned column) {
  if (failure_)
    return;
  if (open_.size() >= depth_max)
    return fail(line, column, "exceeded max depth of " + std::to_string(depth_max));
  if (!open_.empty() && open_.back().value.is_map() && !open_.back().key)
    return fail(line, column, "a key must be a scalar");
  charge(1, 0, at(line, column));
  frame next;
  next.value.kind = kind;
  next.value.where = at(line, column);
  open_.push_back(std::move(next));
}

const node* tree_builder::end() {
  if (failure_ || open_.empty())
    return nullptr;
  auto done = std::move(open_.back());
  open_.pop_back();
  if (done.key)
    fail(done.key->where.line, done.key->where.column, "a key without a value");
  apply_merges(done);
  return failure_ ? nullptr : add(std::move(done.value));
}

const node* tree_builder::scalar(std::string text, std::optional<scalar_tag> tag, unsigned line,
                                 unsigned column, bool merge_key) {
  if (failure_)
    return nullptr;
  charge(1, text.size(), at(line, column));
  if (tag)
    return add(make_scalar(std::move(text), *tag, at(line, column)), merge_key);
  node null;
  null.where = at(line, column);
  return add(std::move(null));
}

void tree_builder::alias(const node& target, unsigned line, unsigned column) {
  charge(target, static_cast<unsigned>(open_.size()), at(line, column));
  if (!failure_)
    add(target);
}

const node* tree_builder::add(node value, bool merge_key) {
  if (open_.empty()) {
    root_ = std::move(value);
    return &root_;
  }
  auto& top = open_.back();
  if (top.value.is_list()) {
    top.value.items.push_back(std::move(value));
    return &top.value.items.back();
  }
  if (top.key)
    return take_value(top, std::move(value));
  take_key(top, std::move(value), merge_key);
  return top.key ? &top.key->value : nullptr;
}

void tree_builder::take_key(frame& map, node key, bool merge_key) {
  if (!key.is_scalar())
    return fail(key.where.line, key.where.column, "a key must be a scalar");
  const auto found = merge_key ? map.seen.end() : map.seen.find(to_lower(key.text));
  if (found != map.seen.end()) {
    const auto& earlier = map.value.entries[found->second];
    if (earlier.key == key.text)
      return fail(key.where.line, key.where.column,
                  "mapping key \"" + shown(key.text) + "\" already defined at line " +
                      std::to_string(earlier.where.line));
    warnings_.push_back(problem_at(key.where, shown(key.text),
                                   "the key is given twice, the first time as '" + shown(earlier.key) +
                                       "' at line " + std::to_string(earlier.where.line) +
                                       "; this one counts",
                                   "keys are compared without case: keep one of them"));
    warnings_.back().level = severity::warning;
  }
  map.key_is_merge = merge_key;
  // The key's own node stays in `value` until its value arrives, so that an anchor on a key can be kept.
  map.key = node_entry{key.text, key.where, std::move(key)};
}

const node* tree_builder::take_value(frame& map, node value) {
  auto entry = std::move(*map.key);
  map.key.reset();
  if (map.key_is_merge) {
    take_merge(map, std::move(value));
    return map.merges.empty() ? nullptr : &map.merges.back();
  }
  entry.value = std::move(value);
  const auto [slot, is_new] = map.seen.try_emplace(to_lower(entry.key), map.value.entries.size());
  if (is_new)
    map.value.entries.push_back(std::move(entry));
  else
    map.value.entries[slot->second] = std::move(entry);
  return &map.value.entries[slot->second].value;
}

void tree_builder::take_merge(frame& map, node value) {
  const auto wrong = [&] {
    fail(value.where.line, value.where.column, "map merge requires map or sequence of maps as the value");
  };
  if (value.is_map()) {
    map.merges.push_back(std::move(value));
    return;
  }
  if (!value.is_list())
    return wrong();
  for (auto& item : value.items) {
    if (!item.is_map())
      return wrong();
    map.merges.push_back(std::move(item));
  }
}

void tree_builder::apply_merges(frame& map) {
  for (auto& source : map.merges) {
    for (auto& entry : source.entries) {
      if (!map.seen.try_emplace(to_lower(entry.key), map.value.entries.size()).second)
        continue;
      map.value.entries.push_back(std::move(entry));
    }
  }
}

} // namespace rr::config
