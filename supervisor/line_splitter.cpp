#include "supervisor/line_splitter.hpp"

#include <algorithm>
#include <utility>

namespace rr {

void line_splitter::append(std::string_view bytes, const receiver& line) {
  while (!bytes.empty()) {
    auto end = bytes.find('\n');
    auto room = line_bytes_max_ - rest_.size();
    auto taken = std::min({end, bytes.size(), room});
    rest_ += bytes.substr(0, taken);
    bytes.remove_prefix(taken);
    if (taken == end) {
      bytes.remove_prefix(1);
      flush(line);
    } else if (taken == room && !bytes.empty()) {
      flush(line); // only now: a line of exactly the limit is one
    }
  }
}

void line_splitter::flush(const receiver& line) {
  if (!rest_.empty())
    line(std::exchange(rest_, {}));
}

void byte_tail::append(std::string_view bytes) {
  if (bytes.size() > bytes_max_)
    bytes = bytes.substr(bytes.size() - bytes_max_);
  if (bytes_.size() + bytes.size() > bytes_max_)
    bytes_.erase(0, bytes_.size() + bytes.size() - bytes_max_);
  bytes_ += bytes;
}

} // namespace rr
