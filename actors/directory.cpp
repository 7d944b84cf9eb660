#include "actors/directory.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <unordered_map>
#include <utility>

namespace rr {

namespace {

thread_local actor_directory* reactors_own = nullptr;

using index_by_path = std::unordered_map<std::string, std::size_t>;

void fill_in_children(std::vector<snapshot>& all, const snapshot& parent, const index_by_path& by_path) {
  for (auto& known : parent.children) {
    auto at = by_path.find(parent.path + '/' + known.id);
    if (at == by_path.end())
      continue;
    all[at->second].restarts = known.restarts;
    all[at->second].last_error = known.last_error;
  }
}

} // namespace

directory_entry::directory_entry()
    : home_(&actor_directory::here()), next_(home_->first_), slot_(&home_->first_) {
  if (next_ != nullptr)
    next_->slot_ = &next_;
  home_->first_ = this;
  ++home_->size_;
}

directory_entry::~directory_entry() {
  if (slot_ == nullptr)
    return; // the directory ended first
  *slot_ = next_;
  if (next_ != nullptr)
    next_->slot_ = slot_;
  --home_->size_;
}

actor_directory::~actor_directory() {
  while (first_ != nullptr) {
    auto* entry = std::exchange(first_, first_->next_);
    entry->home_ = nullptr;
    entry->next_ = nullptr;
    entry->slot_ = nullptr;
  }
}

actor_directory& actor_directory::here() {
  thread_local actor_directory fallback;
  return reactors_own != nullptr ? *reactors_own : fallback;
}

void actor_directory::set_here(actor_directory* directory) { reactors_own = directory; }

std::vector<snapshot> actor_directory::collect() const {
  std::vector<snapshot> all;
  all.reserve(size_);
  for (auto* entry = first_; entry != nullptr; entry = entry->next_)
    all.push_back(entry->describe());
  std::sort(all.begin(), all.end(), [](auto& a, auto& b) { return a.path < b.path; });
  fill_in_from_parents(all);
  return all;
}

void fill_in_from_parents(std::vector<snapshot>& all) {
  index_by_path by_path;
  by_path.reserve(all.size());
  for (std::size_t i = 0; i < all.size(); ++i)
    by_path.emplace(all[i].path, i);
  for (auto& parent : all)
    fill_in_children(all, parent, by_path);
}

} // namespace rr
