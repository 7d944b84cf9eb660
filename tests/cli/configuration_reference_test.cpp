#include "cli/configuration_reference.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <iterator>

TEST_CASE("docs/configuration.md says what the descriptions say", "[cli][configuration]") {
  auto text = rr::configuration_reference();
  // RR_WRITE_DOCS=1 brings the page up to date instead.
  if (std::getenv("RR_WRITE_DOCS") != nullptr)
    std::ofstream{"docs/configuration.md", std::ios::binary} << text;
  std::ifstream page{"docs/configuration.md", std::ios::binary};
  std::string written{std::istreambuf_iterator<char>{page}, {}};
  CHECK((written == text));
  CHECK(text.find("num_workers") != std::string::npos);
}
