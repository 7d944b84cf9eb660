#include "plugins/http/server_context.hpp"

#include <atomic>
#include <ctime>

namespace rr::http {

std::string_view server_context::date() {
  auto second = static_cast<std::int64_t>(std::time(nullptr));
  if (second != date_second_) {
    date_second_ = second;
    std::time_t t = second;
    std::tm parts{};
    ::gmtime_r(&t, &parts);
    char text[40];
    auto n = std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
    date_.assign(text, n);
  }
  return date_;
}

std::uint64_t next_exec_id() {
  // Several reactors may have listeners; ids only need to differ.
  static std::atomic<std::uint64_t> next{1};
  return next.fetch_add(1, std::memory_order_relaxed);
}

} // namespace rr::http
