#include "config/problem.hpp"

#include <catch2/catch.hpp>

using namespace rr::config;

TEST_CASE("a problem names file, line, column, key, text and remedy in one line", "[config][problem]") {
  const problem p{severity::error,
                  ".rr.yaml",
                  12,
                  5,
                  "http.pool.num_workers",
                  "cannot read 'abc' as a number",
                  "give a whole number such as 4"};

  CHECK(render(p) ==
        ".rr.yaml:12:5: http.pool.num_workers: cannot read 'abc' as a number; give a whole number such as 4");
}

TEST_CASE("a problem leaves out what it does not know", "[config][problem]") {
  problem p;
  p.text = "open /app/.rr.yaml: no such file or directory";
  CHECK(render(p) == "open /app/.rr.yaml: no such file or directory");

  p.file = "-o";
  p.key = "http.address";
  p.text = "wrong";
  CHECK(render(p) == "-o: http.address: wrong");

  p.line = 3;
  CHECK(render(p) == "-o:3: http.address: wrong");
}

TEST_CASE("a line without a file is not rendered", "[config][problem]") {
  problem p;
  p.line = 3;
  p.text = "wrong";
  CHECK(render(p) == "wrong");
}

TEST_CASE("the problems of a section start with the sentence of the reference", "[config][problem]") {
  problem p;
  p.key = "a";
  p.text = "wrong";
  CHECK(render(problems{p, p}) ==
        "config_plugin_unmarshal_key: decoding failed due to the following error(s):\n\na: wrong\na: wrong");
}

TEST_CASE("the nearest name forgives slips of the fingers", "[config][problem]") {
  const std::vector<std::string> names{"num_workers", "max_jobs", "debug", "ttl"};

  CHECK(nearest_name("num_wokers", names) == "num_workers");
  CHECK(nearest_name("NUM_WORKRES", names) == "num_workers");
  CHECK(nearest_name("max_job", names) == "max_jobs");
  CHECK(nearest_name("dbeug", names) == "debug");
  CHECK(nearest_name("tll", names) == "ttl");
}

TEST_CASE("the nearest name is empty when nothing is near", "[config][problem]") {
  const std::vector<std::string> names{"num_workers", "max_jobs", std::string(100, 'a')};

  CHECK(nearest_name("address", names).empty());
  CHECK(nearest_name("", names).empty());
  CHECK(nearest_name(std::string(100, 'a'), names).empty());
  CHECK(nearest_name("x", {}).empty());
}

TEST_CASE("a shown text is short and has no control characters", "[config][problem]") {
  CHECK(shown("plain") == "plain");
  CHECK(shown("a\nb\x1b[31m\x7f") == "a?b?[31m?");
  CHECK(shown(std::string(64, 'x')) == std::string(64, 'x'));
  CHECK(shown(std::string(65, 'x')) == std::string(64, 'x') + "...");
}

TEST_CASE("a shown text is not cut inside a character", "[config][problem]") {
  const auto text = std::string(63, 'x') + "\xC3\xA4" + "rest";
  CHECK(shown(text) == std::string(63, 'x') + "...");
}
