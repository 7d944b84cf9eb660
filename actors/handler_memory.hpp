#pragma once

#include <cstddef>
#include <new>
#include <type_traits>

namespace rr {

/// One block of memory for the Asio operation of an object that has at most one of its kind under way: a steady state
/// without allocations. Must outlive the operation, which the handler's own reference to the object sees to.
class handler_memory {
public:
  handler_memory() = default;
  handler_memory(const handler_memory&) = delete;
  handler_memory& operator=(const handler_memory&) = delete;

  void* take(std::size_t bytes) {
    if (taken_ || bytes > sizeof block_)
      return ::operator new(bytes);
    taken_ = true;
    return block_;
  }

  void give_back(void* memory) noexcept {
    if (memory == block_)
      taken_ = false;
    else
      ::operator delete(memory);
  }

private:
  alignas(std::max_align_t) std::byte block_[256];
  bool taken_ = false;
};

/// The allocator for `boost::asio::bind_allocator`.
template <class T>
class handler_allocator {
public:
  using value_type = T;

  explicit handler_allocator(handler_memory& memory) noexcept : memory_(&memory) {}
  template <class U>
  handler_allocator(const handler_allocator<U>& other) noexcept : memory_(other.memory_) {}

  T* allocate(std::size_t count) { return static_cast<T*>(memory_->take(count * sizeof(T))); }
  void deallocate(T* memory, std::size_t) noexcept { memory_->give_back(memory); }

  template <class U>
  bool operator==(const handler_allocator<U>& other) const noexcept {
    return memory_ == other.memory_;
  }
  template <class U>
  bool operator!=(const handler_allocator<U>& other) const noexcept {
    return memory_ != other.memory_;
  }

private:
  template <class>
  friend class handler_allocator;

  handler_memory* memory_;
};

} // namespace rr
