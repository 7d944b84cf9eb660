#pragma once

#include "config/problem.hpp"
#include "config/scalar.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rr::config {

// Limits that keep hostile files small. An honest configuration is far below all of them.
inline constexpr std::size_t file_bytes_max = 4u << 20;  ///< one file
inline constexpr std::size_t text_bytes_max = 16u << 20; ///< all texts of one file, aliases expanded
inline constexpr std::size_t node_count_max = 200'000;   ///< nodes of one file, aliases expanded
inline constexpr unsigned depth_max = 64;                ///< nesting of lists and maps
inline constexpr std::size_t include_count_max = 64;     ///< files of one configuration
inline constexpr unsigned include_depth_max = 16;        ///< an include inside an include inside ...

/// Where a value was written.
enum class node_origin {
  file,
  override_flag, ///< `-o key=value`
  environment,   ///< in a file, with a variable expanded in it
};

struct location {
  std::shared_ptr<const std::string> file; ///< null when unknown
  unsigned line = 0;                       ///< 1-based; 0 when unknown
  unsigned column = 0;                     ///< 1-based; 0 when unknown
  node_origin origin = node_origin::file;
};

enum class node_kind { null, scalar, list, map };

struct node_entry;

/// One value of the parsed configuration. A null counts as not set.
struct node {
  node_kind kind = node_kind::null;
  scalar_tag tag = scalar_tag::string; ///< of a scalar
  std::string text;                    ///< of a scalar, as written; without quotes
  std::vector<node> items;             ///< of a list
  std::vector<node_entry> entries;     ///< of a map, in written order
  location where;

  bool is_null() const { return kind == node_kind::null; }
  bool is_scalar() const { return kind == node_kind::scalar; }
  bool is_list() const { return kind == node_kind::list; }
  bool is_map() const { return kind == node_kind::map; }

  /// The value of one key of this map; nullptr when this is no map, has no such key, or the value is null.
  const node* child(std::string_view key) const;

  /// The value at a dotted path. A key that itself contains dots is found too.
  const node* find(std::string_view path) const;

  /// The type in the words of the messages: string, int, float64, bool, slice, map, nil.
  std::string_view type_name() const;
};

/// A key of a map: keeps its written case, is matched without case.
struct node_entry {
  std::string key;
  location where;
  node value;
};

node make_scalar(std::string text, scalar_tag tag = scalar_tag::string, location where = {});
node make_map(location where = {});
node make_list(location where = {});

/// Sets `key` of the map `parent`, replacing a key that is equal without case; keeps the written case of the
/// new key.
void set_child(node& parent, std::string_view key, node value, location where = {});

/// A problem at a place.
problem problem_at(const location& where, std::string key, std::string text, std::string remedy = {});

/// A configuration read from its files, expanded, with includes and overrides applied.
struct document {
  node root = make_map();
  std::string version;
  std::vector<std::string> files; ///< read files in order, the root file first
  std::vector<std::pair<std::string, std::string>>
      environment; ///< of `envfile`: to be set, not in the environment yet
  problems warnings;

  /// The value at a dotted path, nullptr when it is not set.
  const node* find(std::string_view path) const { return root.find(path); }
  bool has(std::string_view path) const { return find(path) != nullptr; }

  /// The text of a scalar, or `fallback` when the path is not set or no scalar.
  std::string text_or(std::string_view path, std::string_view fallback) const;
};

} // namespace rr::config
