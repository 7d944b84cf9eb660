#include "tests/supervisor/trace/play.hpp"

#include <fstream>
#include <iostream>
#include <iterator>

/// supervisor_trace SCENARIO.json: prints the trace of the scenario; 1 and a message when the file is not a
/// scenario.
int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: supervisor_trace SCENARIO.json\n";
    return 1;
  }
  std::ifstream file{argv[1], std::ios::binary};
  std::string text{std::istreambuf_iterator<char>{file}, {}};
  if (!file) {
    std::cerr << "supervisor_trace: cannot read " << argv[1] << '\n';
    return 1;
  }
  auto scenario = rr::trace::parse_scenario(text);
  if (!scenario) {
    std::cerr << "supervisor_trace: " << rr::render(scenario.error()) << '\n';
    return 1;
  }
  std::cout << rr::trace::play(*scenario);
  return std::cout.flush() ? 0 : 1;
}
