#pragma once

#include "actors/snapshot.hpp"

#include <cstddef>
#include <vector>

namespace rr {

class actor_directory;

/// Something in the tree that can describe itself. Entered into its thread's directory for its life.
class directory_entry {
public:
  directory_entry();
  directory_entry(const directory_entry&) = delete;
  directory_entry& operator=(const directory_entry&) = delete;
  virtual ~directory_entry();

  virtual snapshot describe() const = 0;

private:
  friend class actor_directory;

  actor_directory* home_;
  directory_entry* next_ = nullptr;
  directory_entry** slot_ = nullptr;
};

/// The supervised actors of one reactor. Touched by that reactor's thread only; a snapshot of all of them is
/// one walk, which needs no answer from a stuck actor.
class actor_directory {
public:
  actor_directory() = default;
  actor_directory(const actor_directory&) = delete;
  actor_directory& operator=(const actor_directory&) = delete;
  ~actor_directory();

  /// The directory of the calling thread; a default one where no reactor set another.
  static actor_directory& here();
  static void set_here(actor_directory* directory);

  std::size_t size() const noexcept { return size_; }

  /// All entries, sorted by path; what a parent knows of its children (restarts, last error) is filled in.
  std::vector<snapshot> collect() const;

private:
  friend class directory_entry;

  directory_entry* first_ = nullptr;
  std::size_t size_ = 0;
};

/// Gives each snapshot the restarts and the last error that its parent, where it is among `all`, knows of it.
/// For lists that were put together from several reactors; `collect` does it for one.
void fill_in_from_parents(std::vector<snapshot>& all);

} // namespace rr
