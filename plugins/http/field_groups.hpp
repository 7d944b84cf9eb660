#pragma once

#include "plugins/http/header_field.hpp"

#include <cstdint>
#include <vector>

namespace rr::http {

/// Fields that belong together by name: names in order of first appearance, values of a name in order of
/// arrival. Keeps its memory. Takes n log n steps for many fields, however they are named.
class field_groups {
public:
  static constexpr std::uint32_t none = 0xffffffff;

  struct group {
    std::uint32_t first = 0; ///< index of a field
    std::uint32_t last = 0;
  };

  /// Groups the fields for which `is_wanted(name)`.
  template <class IsWanted>
  void collect(header_fields fields, IsWanted is_wanted) {
    groups_.clear();
    next_.assign(fields.size(), none);
    wanted_.clear();
    for (std::uint32_t i = 0; i < fields.size(); ++i)
      if (is_wanted(fields[i].name))
        wanted_.push_back(i);
    link(fields);
  }

  const std::vector<group>& groups() const { return groups_; }

  /// Calls `visit(value)` for each value of the group.
  template <class Visit>
  void for_each(header_fields fields, const group& g, Visit visit) const {
    for (auto i = g.first; i != none; i = next_[i])
      visit(fields[i].value);
  }

private:
  void link(header_fields fields);
  void link_sorted(header_fields fields);

  std::vector<group> groups_;
  std::vector<std::uint32_t> next_; ///< per field, the next one of its name
  std::vector<std::uint32_t> wanted_;
};

} // namespace rr::http
