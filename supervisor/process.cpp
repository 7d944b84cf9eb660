#include "supervisor/process.hpp"

#include <array>

namespace rr {

namespace {

// The names that Go gives to Linux signals, by number.
constexpr std::array<std::string_view, 16> signal_names = {"",
                                                           "hangup",
                                                           "interrupt",
                                                           "quit",
                                                           "illegal instruction",
                                                           "trace/breakpoint trap",
                                                           "aborted",
                                                           "bus error",
                                                           "floating point exception",
                                                           "killed",
                                                           "user defined signal 1",
                                                           "segmentation fault",
                                                           "user defined signal 2",
                                                           "broken pipe",
                                                           "alarm clock",
                                                           "terminated"};

std::string signal_text(int number) {
  if (number > 0 && static_cast<std::size_t>(number) < signal_names.size())
    return std::string{signal_names[static_cast<std::size_t>(number)]};
  return "signal " + std::to_string(number);
}

} // namespace

std::string to_string(const process_exit& e) {
  if (e.signal == 0)
    return "exit status " + std::to_string(e.code);
  return "signal: " + signal_text(e.signal) + (e.core_dumped ? " (core dumped)" : "");
}

} // namespace rr
