#include "config/dotenv.hpp"

#include "tests/config/support.hpp"

#include <catch2/catch.hpp>

using namespace rr::config;

namespace {

/// The value of the only or last variable `name`.
std::string value_in(std::string_view text, std::string_view name) {
  const auto all = parse_dotenv(text).value();
  for (const auto& [key, value] : all)
    if (key == name)
      return value;
  return "<none>";
}

std::string error_in(std::string_view text) { return parse_dotenv(text).error().text; }

} // namespace

TEST_CASE("a dotenv line is KEY=value or KEY: value", "[config][dotenv]") {
  struct row {
    const char* text;
    const char* value;
  };
  const auto r = GENERATE(values<row>({
      {"A=b", "b"},
      {"A: b", "b"},
      {"A = b", "b"},
      {"  A=b  ", "b"},
      {"export A=b", "b"},
      {"export\tA=b", "b"},
      {"A=", ""},
      {"A=\n", ""},
      {"A=b c", "b c"},
      {"A=b=c", "b=c"},
      {"A=http://x:1/", "http://x:1/"},
      {"A=b\r\n", "b"},
      {"\xEF\xBB\xBF"
       "A=b",
       "b"},
  }));
  CAPTURE(r.text);
  CHECK(value_in(r.text, "A") == r.value);
}

TEST_CASE("a comment starts a line or follows a blank", "[config][dotenv]") {
  CHECK(value_in("# x\n\n  # y\nA=b # c", "A") == "b");
  CHECK(value_in("A=b#c", "A") == "b#c");
  CHECK(value_in("A=#c", "A") == "#c");
  CHECK(value_in("A='b' # c\nB=1", "B") == "1");
  CHECK(value_in("A=\"b # c\"", "A") == "b # c");
  CHECK(parse_dotenv("# only a comment")->empty());
  CHECK(parse_dotenv("")->empty());
  CHECK(parse_dotenv("\n \n")->empty());
}

TEST_CASE("single quotes are literal", "[config][dotenv]") {
  CHECK(value_in(R"(A='b\n$X "q"')", "A") == R"(b\n$X "q")");
  CHECK(value_in("A='two\nlines'", "A") == "two\nlines");
}

TEST_CASE("double quotes know escapes and variables", "[config][dotenv]") {
  CHECK(value_in(R"(A="b\nc\rd")", "A") == "b\nc\rd");
  CHECK(value_in(R"(A="say \"x\"")", "A") == "say \"x\"");
  CHECK(value_in("X=1\nA=\"$X ${X}\"", "A") == "1 1");
  CHECK(value_in(R"(A="\$X")", "A") == "$X");
  CHECK(value_in("A=\"two\nlines\"", "A") == "two\nlines");
}

TEST_CASE("variables refer only to earlier lines of the same file", "[config][dotenv]") {
  CHECK(value_in("X=1\nA=$X-${X}", "A") == "1-1");
  CHECK(value_in("A=$X\nX=1", "A").empty());
  CHECK(value_in("A=$HOME", "A").empty());
  CHECK(value_in("X=1\nA=\\$X", "A") == "$X");
  CHECK(value_in("x=1\nA=$x", "A") == "$x"); // lower case is no variable
  CHECK(value_in("A=5$", "A") == "5$");
  CHECK(value_in("A=$ x", "A") == "$ x");
}

TEST_CASE("the last value of a name counts, in the place of the first", "[config][dotenv]") {
  CHECK(parse_dotenv("A=1\nB=2\nA=3").value() == variable_list{{"A", "3"}, {"B", "2"}});
}

TEST_CASE("names may hold letters, digits, underscores and dots", "[config][dotenv]") {
  CHECK(value_in("my.name_1=x", "my.name_1") == "x");
  CHECK(value_in("exported=x", "exported") == "x");
  CHECK(value_in("export=x", "export") == "x");
}

TEST_CASE("a bad name is told with the character and what is near", "[config][dotenv]") {
  CHECK(error_in("A-B=1") == "unexpected character \"-\" in variable name near \"A-B=1\"");
  CHECK(error_in("word\nA=1") == "unexpected character \"\\n\" in variable name near \"word?A=1\"");
  CHECK(error_in("=1") == "a variable without a name");
  CHECK(error_in("word") == "a variable without a value near \"word\"");
}

TEST_CASE("a dotenv error names its line and little of the file", "[config][dotenv]") {
  const auto error = parse_dotenv("A=1\nB=2\nC!=" + std::string(1000, 's')).error();

  CHECK(error.line == 3);
  CHECK(error.text.size() < 120);
}

TEST_CASE("a quote that does not end is an error in a dotenv text", "[config][dotenv]") {
  CHECK(error_in("A=\"b") == "unterminated quoted value");
  CHECK(error_in("A='b\nC=d\n") == "unterminated quoted value");
  CHECK(error_in("A='") == "unterminated quoted value");
}

TEST_CASE("variables that double again and again are stopped", "[config][dotenv]") {
  std::string text = "A0=" + std::string(1000, 'x') + "\n";
  for (int i = 1; i < 40; ++i)
    text += "A" + std::to_string(i) + "=$A" + std::to_string(i - 1) + "$A" + std::to_string(i - 1) + "\n";

  CHECK(error_in(text) == "the values are too long");
}

TEST_CASE("a dotenv file gives only what the environment has not", "[config][dotenv]") {
  temporary_directory directory;
  directory.write(".env", "A=1\nB=2\nC=3\n");

  const auto all = load_dotenv(directory.at(".env"), environment_of({{"B", "own"}, {"C", ""}}));

  CHECK(all.value() == variable_list{{"A", "1"}}); // an empty variable is set too
}

TEST_CASE("a dotenv file that is missing or broken is named", "[config][dotenv]") {
  temporary_directory directory;
  directory.write("broken", "A=1\nB\n");
  const auto missing = directory.at("missing");

  CHECK(render(load_dotenv(missing, environment_of({})).error()) ==
        "open " + missing + ": no such file or directory");
  const auto error = load_dotenv(directory.at("broken"), environment_of({})).error();
  CHECK(error.file == directory.at("broken"));
  CHECK(error.line == 2);
}
