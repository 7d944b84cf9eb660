// Counts the heap allocations of the program it is preloaded into, for the benchmarks.
//
//   LD_PRELOAD=count_allocations.so RR_ALLOCATIONS=FILE program
//
// FILE gets two 64-bit numbers in the machine's byte order, current at any time: calls that gave memory
// (malloc, calloc, realloc, aligned; operator new ends there too) and the bytes they asked for. Only this one
// process counts: children it forks do not, and programs it starts are not preloaded. Needs glibc, whose own
// functions have names behind the names.

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

extern "C" {
void* __libc_malloc(std::size_t bytes);
void* __libc_calloc(std::size_t count, std::size_t bytes);
void* __libc_realloc(void* memory, std::size_t bytes);
void* __libc_memalign(std::size_t alignment, std::size_t bytes);
}

namespace {

/// What the file holds.
struct counts {
  std::atomic<std::uint64_t> calls;
  std::atomic<std::uint64_t> bytes;
};

counts nowhere;
std::atomic<counts*> current{&nowhere};

void count(std::size_t bytes) {
  auto* c = current.load(std::memory_order_relaxed);
  c->calls.fetch_add(1, std::memory_order_relaxed);
  c->bytes.fetch_add(bytes, std::memory_order_relaxed);
}

void stop_counting() { current = &nowhere; }

__attribute__((constructor)) void start_counting() {
  const char* path = std::getenv("RR_ALLOCATIONS");
  const int fd = path != nullptr ? ::open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
  ::unsetenv("LD_PRELOAD");
  ::unsetenv("RR_ALLOCATIONS");
  if (fd < 0 || ::ftruncate(fd, sizeof(counts)) != 0)
    return;
  void* memory = ::mmap(nullptr, sizeof(counts), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  ::close(fd);
  if (memory == MAP_FAILED)
    return;
  current = static_cast<counts*>(memory);
  ::pthread_atfork(nullptr, nullptr, stop_counting);
}

} // namespace

extern "C" {

__attribute__((visibility("default"))) void* malloc(std::size_t bytes) {
  count(bytes);
  return __libc_malloc(bytes);
}

__attribute__((visibility("default"))) void* calloc(std::size_t n, std::size_t bytes) {
  count(n * bytes);
  return __libc_calloc(n, bytes);
}

__attribute__((visibility("default"))) void* realloc(void* memory, std::size_t bytes) {
  count(bytes);
  return __libc_realloc(memory, bytes);
}

__attribute__((visibility("default"))) void* memalign(std::size_t alignment, std::size_t bytes) {
  count(bytes);
  return __libc_memalign(alignment, bytes);
}

__attribute__((visibility("default"))) void* aligned_alloc(std::size_t alignment, std::size_t bytes) {
  count(bytes);
  return __libc_memalign(alignment, bytes);
}

__attribute__((visibility("default"))) int posix_memalign(void** out, std::size_t alignment,
                                                          std::size_t bytes) {
  count(bytes);
  void* memory = __libc_memalign(alignment, bytes);
  if (memory == nullptr)
    return ENOMEM;
  *out = memory;
  return 0;
}
}
