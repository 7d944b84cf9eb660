#include "relay/process_lineage.hpp"

#include <array>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <unistd.h>

namespace rr {

namespace {

// A process that wraps a worker wraps it a few times; this only bounds the walk.
constexpr int generations_max = 64;

} // namespace

int parent_of(int pid) {
  std::array<char, 512> text{};
  auto fd = ::open(("/proc/" + std::to_string(pid) + "/stat").c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return 0;
  auto n = ::read(fd, text.data(), text.size() - 1);
  ::close(fd);
  if (n <= 0)
    return 0;
  // The name of the process stands in parentheses and may contain any character, these included.
  auto* name_end = std::strrchr(text.data(), ')');
  char state = 0;
  int parent = 0;
  if (name_end == nullptr || std::sscanf(name_end + 1, " %c %d", &state, &parent) != 2)
    return 0;
  return parent;
}

bool descends_from(int pid, int ancestor) {
  if (ancestor <= 0)
    return false;
  for (int i = 0; pid > 0 && i < generations_max; ++i) {
    if (pid == ancestor)
      return true;
    pid = parent_of(pid);
  }
  return false;
}

} // namespace rr
