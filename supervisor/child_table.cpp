#include "supervisor/child_table.hpp"

#include <cassert>

namespace rr {

child& child_table::add(child_spec spec) {
  children_.emplace_back().spec = std::move(spec);
  auto [place, is_new] = by_id_.emplace(children_.back().spec.id, std::prev(children_.end()));
  assert(is_new);
  (void)is_new;
  return *place->second;
}

child* child_table::find(const std::string& id) {
  auto i = by_id_.find(id);
  return i == by_id_.end() ? nullptr : &*i->second;
}

child* child_table::find(const child_ref& ref) {
  auto* c = find(ref.id);
  return c && ref.incarnation != 0 && c->incarnation == ref.incarnation ? c : nullptr;
}

void child_table::remove(const child& c) {
  auto i = by_id_.find(c.spec.id);
  assert(i != by_id_.end());
  auto place = i->second;
  by_id_.erase(i);
  children_.erase(place);
}

std::vector<child*> child_table::from(const child* first) {
  auto i = first ? by_id_.at(first->spec.id) : children_.begin();
  std::vector<child*> found;
  for (; i != children_.end(); ++i)
    found.push_back(&*i);
  return found;
}

} // namespace rr
