#include "config/command_line.hpp"

#include <catch2/catch.hpp>

using namespace rr::config;
using words = std::vector<std::string>;

TEST_CASE("a command is split at blanks, never at commas", "[config][command_line]") {
  CHECK(split_command("php x --a=1,2") == words{"php", "x", "--a=1,2"});
  CHECK(split_command("  php \t worker.php\n") == words{"php", "worker.php"});
  CHECK(split_command("")->empty());
  CHECK(split_command("   ")->empty());
}

TEST_CASE("quotes keep words together", "[config][command_line]") {
  CHECK(split_command(R"(php -r "echo 1;")") == words{"php", "-r", "echo 1;"});
  CHECK(split_command("php 'a b' c") == words{"php", "a b", "c"});
  CHECK(split_command(R"(a"b c"d)") == words{"ab cd"});
  CHECK(split_command(R"(php "" '')") == words{"php", "", ""});
  CHECK(split_command(R"("it's")") == words{"it's"});
  CHECK(split_command(R"('say "x"')") == words{"say \"x\""});
}

TEST_CASE("a backslash protects blanks and quotes only", "[config][command_line]") {
  CHECK(split_command(R"(php a\ b)") == words{"php", "a b"});
  CHECK(split_command(R"(php App\Worker)") == words{"php", R"(App\Worker)"});
  CHECK(split_command(R"(php \"x\")") == words{"php", "\"x\""});
  CHECK(split_command(R"("a\"b\\c\d")") == words{R"(a"b\c\d)"});
  CHECK(split_command(R"('a\b')") == words{R"(a\b)"});
  CHECK(split_command("a\\") == words{"a\\"});
}

TEST_CASE("a quote that does not end is an error", "[config][command_line]") {
  CHECK(split_command("php \"x").error() == "a quote \" does not end");
  CHECK(split_command("php 'x").error() == "a quote ' does not end");
}
