#include "plugins/http/field_groups.hpp"

#include <algorithm>

namespace rr::http {
namespace {

constexpr std::size_t few = 32; ///< up to here comparing each with each is cheaper than sorting

} // namespace

void field_groups::link(header_fields fields) {
  if (wanted_.size() > few)
    return link_sorted(fields);
  for (const auto i : wanted_) {
    const auto of_same_name = std::find_if(groups_.begin(), groups_.end(), [&](const group& g) {
      return fields[g.first].name == fields[i].name;
    });
    if (of_same_name == groups_.end()) {
      groups_.push_back({i, i});
    } else {
      next_[of_same_name->last] = i;
      of_same_name->last = i;
    }
  }
}

void field_groups::link_sorted(header_fields fields) {
  std::sort(wanted_.begin(), wanted_.end(), [&](auto a, auto b) {
    const auto order = fields[a].name.compare(fields[b].name);
    return order != 0 ? order < 0 : a < b;
  });
  for (const auto i : wanted_) {
    if (groups_.empty() || fields[groups_.back().first].name != fields[i].name) {
      groups_.push_back({i, i});
    } else {
      next_[groups_.back().last] = i;
      groups_.back().last = i;
    }
  }
  std::sort(groups_.begin(), groups_.end(), [](const group& a, const group& b) { return a.first < b.first; });
}

} // namespace rr::http
