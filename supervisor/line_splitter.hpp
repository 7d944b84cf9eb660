#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace rr {

/// Turns bytes, cut anywhere, into lines without their line feed. Empty lines are left out; a line longer
/// than the limit comes in pieces of that size.
class line_splitter {
public:
  explicit line_splitter(std::size_t line_bytes_max) : line_bytes_max_(line_bytes_max) {}

  using receiver = std::function<void(std::string)>;

  void append(std::string_view bytes, const receiver& line);

  /// Gives out what has no end yet.
  void flush(const receiver& line);

  bool empty() const noexcept { return rest_.empty(); }

private:
  std::size_t line_bytes_max_;
  std::string rest_;
};

/// The last bytes of a stream.
class byte_tail {
public:
  explicit byte_tail(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  void append(std::string_view bytes);
  const std::string& bytes() const noexcept { return bytes_; }

private:
  std::size_t bytes_max_;
  std::string bytes_;
};

} // namespace rr
