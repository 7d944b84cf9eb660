#pragma once

#include "config/document.hpp"

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace rr::config {

/// What stopped a reader; lines and columns are 1-based.
struct read_failure {
  unsigned line = 0;
  unsigned column = 0;
  std::string text;
};

/// Builds one tree out of the events of a reader, inside the limits of document.hpp.
///
/// Events after a failure are ignored; the reader asks failure() and stops. Keys arrive as scalars, like
/// values.
class tree_builder {
public:
  explicit tree_builder(std::shared_ptr<const std::string> file) : file_{std::move(file)} {}

  void begin_map(unsigned line, unsigned column) { begin(node_kind::map, line, column); }
  void begin_list(unsigned line, unsigned column) { begin(node_kind::list, line, column); }
  /// Ends the innermost map or list and returns it in its place, nullptr after a failure.
  const node* end();

  /// A scalar, or a null when `tag` is nothing. `merge_key` marks an unquoted `<<`.
  const node* scalar(std::string text, std::optional<scalar_tag> tag, unsigned line, unsigned column,
                     bool merge_key = false);
  /// A copy of a finished node; counts in full against the limits.
  void alias(const node& target, unsigned line, unsigned column);

  /// Counts a node that the reader keeps for later, as it counts those of the tree.
  void count(const node& kept);

  /// Whether the innermost container is a map that has a key without its value.
  bool awaits_value() const { return !open_.empty() && open_.back().key.has_value(); }

  void fail(unsigned line, unsigned column, std::string text);
  const std::optional<read_failure>& failure() const { return failure_; }

  node take_root() { return std::move(root_); }
  problems take_warnings() { return std::move(warnings_); }

private:
  struct frame {
    node value;
    std::optional<node_entry> key; ///< waits for its value
    bool key_is_merge = false;
    std::vector<node> merges;
    std::unordered_map<std::string, std::size_t> seen; ///< lower-case key -> index of its entry
  };

  location at(unsigned line, unsigned column) const { return {file_, line, column, node_origin::file}; }
  void begin(node_kind kind, unsigned line, unsigned column);
  const node* add(node value, bool merge_key = false);
  void take_key(frame& map, node key, bool merge_key);
  const node* take_value(frame& map, node value);
  void take_merge(frame& map, node value);
  void apply_merges(frame& map);
  void charge(std::size_t nodes, std::size_t bytes, const location& where);
  void charge(const node& tree, unsigned depth, const location& where);

  std::shared_ptr<const std::string> file_;
  std::vector<frame> open_;
  node root_;
  problems warnings_;
  std::optional<read_failure> failure_;
  std::size_t nodes_ = 0;
  std::size_t bytes_ = 0;
};

} // namespace rr::config
