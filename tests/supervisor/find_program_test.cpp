#include "supervisor/find_program.hpp"

#include <catch2/catch.hpp>

using namespace rr;

TEST_CASE("a name with a slash is taken as it is", "[supervisor][find_program]") {
  CHECK(find_program("./nope", "/bin").value() == "./nope");
  CHECK(find_program("/bin/sh", "").value() == "/bin/sh");
}

TEST_CASE("a bare name is the first executable file of the search path", "[supervisor][find_program]") {
  CHECK(find_program("sh", "/nowhere:/etc:/bin:/usr/bin").value() == "/bin/sh");
}

TEST_CASE("directories and plain files are no programs", "[supervisor][find_program]") {
  CHECK(find_program("passwd", "/etc").error().text ==
        R"(exec: "passwd": executable file not found in $PATH)");
  CHECK(find_program("bin", "/usr").error().text == R"(exec: "bin": executable file not found in $PATH)");
  CHECK(find_program("sh", "").error().text == R"(exec: "sh": executable file not found in $PATH)");
}

TEST_CASE("a program of the current directory is not picked up by its bare name",
          "[supervisor][find_program]") {
  auto path = GENERATE("../../../../../../../bin", "../../../../../../../bin:");

  CHECK(find_program("sh", path).error().text ==
        R"(exec: "sh": cannot run executable found relative to current directory)");
}
