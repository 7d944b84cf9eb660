#include "cli/version.hpp"

#include <catch2/catch.hpp>

TEST_CASE("the version line has the known shape", "[cli][version]") {
  auto line = rr::version_line("rr");
  CHECK(line.rfind("rr version " + std::string{rr::program_version()} + " (build time: ", 0) == 0);
  CHECK(line.find(", OS: linux, arch: ") != std::string::npos);
}

TEST_CASE("workers see a version without a leading v", "[cli][version]") {
  CHECK(rr::compatible_version() == "2025.1.15");
}
