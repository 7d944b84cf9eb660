// Random texts for every reader: what they return does not matter, only that they return, and inside their
// limits.
#include "config/command_line.hpp"
#include "config/decode.hpp"
#include "config/dotenv.hpp"
#include "config/duration.hpp"
#include "config/overrides.hpp"
#include "config/text.hpp"
#include "tests/config/support.hpp"

#include <catch2/catch.hpp>
#include <random>

using namespace rr::config;

namespace {

/// Repeatable texts out of pieces that matter to a format.
class text_source {
public:
  text_source(unsigned seed, std::vector<std::string> pieces) : random_{seed}, pieces_{std::move(pieces)} {}

  std::string next() {
    std::string out;
    for (auto left = below(40); left > 0; --left)
      out += pieces_[below(pieces_.size())];
    return out;
  }

private:
  std::size_t below(std::size_t limit) { return static_cast<std::size_t>(random_()) % limit; }

  std::mt19937 random_;
  std::vector<std::string> pieces_;
};

const std::vector<std::string> yaml_pieces{
    "a",      "b: ",      ": ",    "- ",    "\n",   "\n  ",    "\n    ", "[",  "]",   "{",    "}",
    ", ",     "'",        "\"",    "&x ",   "*x",   "<<",      "<<: ",   "? ", "|\n", ">-\n", "#",
    "!!int ", "!",        "---\n", "...\n", "\t",   "\\u00e4", "~",      "1",  "0x",  ".inf", "%",
    "@",      "\xC3\xA4", "\r\n",  "true",  "null", "\\",      "$A",     "${", "}"};

unsigned depth_of(const node& tree) {
  unsigned deepest = 0;
  for (const auto& item : tree.items)
    deepest = std::max(deepest, depth_of(item));
  for (const auto& entry : tree.entries)
    deepest = std::max(deepest, depth_of(entry.value));
  return deepest + 1;
}

/// Every key once, without case; every place inside the text.
bool is_sound(const node& tree, unsigned lines) {
  if (tree.where.line > lines || (tree.is_scalar() && !(tree.items.empty() && tree.entries.empty())))
    return false;
  std::vector<std::string> keys;
  for (const auto& entry : tree.entries)
    keys.push_back(to_lower(entry.key));
  std::sort(keys.begin(), keys.end());
  if (std::adjacent_find(keys.begin(), keys.end()) != keys.end())
    return false;
  return std::all_of(tree.items.begin(), tree.items.end(),
                     [&](const node& item) { return is_sound(item, lines); }) &&
         std::all_of(tree.entries.begin(), tree.entries.end(),
                     [&](const node_entry& entry) { return is_sound(entry.value, lines); });
}

} // namespace

TEST_CASE("random YAML gives a sound tree or an error with a place", "[config][hostile]") {
  text_source source{1, yaml_pieces};
  int read = 0;
  for (int i = 0; i < 4000; ++i) {
    const auto text = source.next();
    const auto lines = static_cast<unsigned>(std::count(text.begin(), text.end(), '\n') + 2);
    const auto parsed = read_yaml(text, "f");
    INFO(text);
    if (parsed) {
      ++read;
      REQUIRE(parsed->root.is_map());
      REQUIRE(is_sound(parsed->root, lines));
      REQUIRE(depth_of(parsed->root) <= depth_max + 1);
    } else {
      REQUIRE(parsed.error().line >= 1);
      REQUIRE(parsed.error().text.starts_with("While parsing config: yaml: "));
    }
  }
  CHECK(read > 0);
}

TEST_CASE("YAML cut anywhere gives a sound tree or an error", "[config][hostile]") {
  const std::string text =
      "version: \"3\"\nbase: &b {a: 1, 'q': [x, \"y\\n\"]}\nuse:\n  <<: *b\n  t: |\n    text\n  n: ~\n";
  REQUIRE(read_yaml(text, "f"));
  for (std::size_t size = 0; size < text.size(); ++size) {
    const auto parsed = read_yaml(std::string_view{text}.substr(0, size), "f");
    REQUIRE((!parsed || is_sound(parsed->root, 10)));
  }
}

TEST_CASE("random JSON gives a sound tree or an error with a place", "[config][hostile]") {
  text_source source{2, {"{",    "}",    "[",    "]",  ",",      ":",       "\"a\"", "\"",
                         "\\",   "\\u",  "d83d", "1",  "-",      ".",       "e",     "0",
                         "true", "null", " ",    "\n", "\"k\":", "{\"a\":", "x",     "\xC3"}};
  for (int i = 0; i < 10'000; ++i) {
    const auto text = source.next();
    const auto parsed = read_json(text, "f");
    INFO(text);
    REQUIRE((parsed ? is_sound(parsed->root, 50) : parsed.error().line >= 1));
  }
}

TEST_CASE("JSON cut anywhere is an error", "[config][hostile]") {
  const std::string text = R"({"a": [1, -2.5e3, true, null, "x\u00e4\n"], "b": {"c": {}}})";
  REQUIRE(read_json(text, "f"));
  for (std::size_t size = 0; size < text.size(); ++size)
    REQUIRE_FALSE(read_json(std::string_view{text}.substr(0, size), "f"));
}

TEST_CASE("random dotenv texts give variables with names or an error with a line", "[config][hostile]") {
  text_source source{3, {"A", "B",  "=",    ":",       "'",  "\"", "\\", "$", "{",        "}", "#",
                         " ", "\n", "\r\n", "export ", "$A", "x",  ".",  "_", "\xC3\xA4", "-"}};
  for (int i = 0; i < 10'000; ++i) {
    const auto text = source.next();
    const auto all = parse_dotenv(text);
    INFO(text);
    if (!all) {
      REQUIRE(all.error().line >= 1);
      continue;
    }
    for (const auto& [name, value] : *all)
      REQUIRE_FALSE(name.empty());
  }
}

TEST_CASE("random references are expanded, and a text without a dollar stays", "[config][hostile]") {
  text_source source{4, {"$", "{", "}", ":-", "A", "NOPE", "1", "_", " ", "-", "x", "${A}", "${NOPE:-"}};
  const auto lookup = environment_of({{"A", "value"}});
  for (int i = 0; i < 20'000; ++i) {
    const auto text = source.next();
    const auto result = expand(text, lookup);
    INFO(text);
    REQUIRE(result);
    if (text.find('$') == std::string::npos)
      REQUIRE(*result == text);
  }
}

TEST_CASE("random overrides are set where they say or refused", "[config][hostile]") {
  text_source source{5, {"a", "b", ".", "=", "\"", "'", "`", "\\", " ", "$A", "[0]", ",", "x"}};
  const auto lookup = environment_of({{"A", "v"}});
  for (int i = 0; i < 5000; ++i) {
    const auto flag = source.next();
    auto config = document_of("a: {b: 1, x: [1]}\nb: ~\na.x: 2\n");
    const auto parsed = parse_override(flag, lookup);
    INFO(flag);
    REQUIRE(parsed.has_value() == apply_overrides(config.root, {flag}, lookup).has_value());
    if (parsed)
      REQUIRE(config.text_or(parsed->key, "<none>") == parsed->value);
  }
}

TEST_CASE("random durations read back when they are shown", "[config][hostile]") {
  text_source source{6, {"1", "9", "0", ".", "-", "+", "h", "m", "s", "ms", "us", "ns", "5m", "1h"}};
  for (int i = 0; i < 20'000; ++i) {
    const auto text = source.next().substr(0, 12);
    const auto value = parse_duration(text);
    INFO(text);
    if (value)
      REQUIRE(parse_duration(format_duration(*value)) == *value);
    else
      REQUIRE(value.error().starts_with("time: "));
  }
}

TEST_CASE("random scalars have a tag that agrees with the readers of numbers", "[config][hostile]") {
  text_source source{7, {"0", "1", "8", "x", "b", "o", "_", ".", "e", "E", "-", "+", "f", "inf", "nan", "t"}};
  for (int i = 0; i < 20'000; ++i) {
    const auto text = source.next().substr(0, 8);
    const auto tag = resolve_tag(text);
    INFO(text);
    if (tag == scalar_tag::integer)
      REQUIRE(parse_integer(text));
    if (tag == scalar_tag::floating)
      REQUIRE((parse_float(text) && !parse_integer(text)));
    if (const auto number = parse_integer(text))
      REQUIRE(parse_integer(format_number(*number)) == *number);
  }
}

TEST_CASE("random commands lose no letter", "[config][hostile]") {
  text_source source{8, {"php", " ", "\t", "'", "\"", "\\", "a,b", "\n", "--x=1"}};
  for (int i = 0; i < 10'000; ++i) {
    const auto text = source.next();
    const auto words = split_command(text);
    INFO(text);
    if (!words)
      continue;
    std::size_t letters = 0;
    for (const auto& word : *words)
      letters += static_cast<std::size_t>(std::count(word.begin(), word.end(), 'p'));
    REQUIRE(letters == static_cast<std::size_t>(std::count(text.begin(), text.end(), 'p')));
  }
}
