// Fuzzes everything of config/ that reads text from outside: YAML, JSON, dotenv, overrides and variables, and
// what is decoded from the tree they give. The first byte chooses the reader.
#include "config/command_line.hpp"
#include "config/decode.hpp"
#include "config/dotenv.hpp"
#include "config/duration.hpp"
#include "config/expand.hpp"
#include "config/overrides.hpp"
#include "config/reader.hpp"

#include <cstdint>
#include <cstdlib>

namespace {

using namespace rr::config;

struct inner_options {
  std::chrono::milliseconds ttl{5};
  bool flag = false;
};

struct options {
  unsigned workers = 1;
  double ratio = 0;
  std::string text;
  std::vector<std::string> list;
  std::vector<double> numbers;
  std::map<std::string, std::string> env;
  std::optional<inner_options> inner;
  std::vector<inner_options> many;
  std::map<std::string, inner_options> named;
};

section<options> description() {
  section<inner_options> inner{"inner", ""};
  inner.field("ttl", &inner_options::ttl).field("flag", &inner_options::flag);
  section<options> s{"a", ""};
  s.field("workers", &options::workers, {.max = 500})
      .field("ratio", &options::ratio)
      .field("text", &options::text)
      .field("list", &options::list, {.command = true})
      .field("numbers", &options::numbers)
      .field("env", &options::env)
      .sub("inner", &options::inner, inner)
      .list("many", &options::many, inner)
      .map("named", &options::named, inner);
  return s;
}

std::optional<std::string> lookup(std::string_view name) {
  if (name == "A")
    return "value";
  if (name == "EMPTY")
    return "";
  return std::nullopt;
}

void decode_all(expected<parsed_file> parsed, const std::string& flag) {
  static const auto section = description();
  if (!parsed)
    return;
  if (!parsed->root.is_map())
    std::abort();
  if (!expand_tree(parsed->root, lookup) || !apply_overrides(parsed->root, {flag, "a.workers=$A"}, lookup))
    return;
  problems warnings;
  const auto result = decode(parsed->root, "", section, warnings);
  if (!result && result.error().empty())
    std::abort();
  document config;
  config.root = std::move(parsed->root);
  const auto nested = decode(config, "a", section, warnings);
  for (const auto& warning : warnings)
    if (render(warning).empty())
      std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0)
    return 0;
  const std::string text{reinterpret_cast<const char*>(data) + 1, size - 1};
  switch (data[0] % 4) {
  case 0:
    decode_all(read_yaml(text, ".rr.yaml"), "b=1");
    break;
  case 1:
    decode_all(read_json(text, "rr.json"), "b=1");
    break;
  case 2:
    static_cast<void>(parse_dotenv(text));
    break;
  default:
    static_cast<void>(expand(text, lookup));
    static_cast<void>(split_command(text));
    decode_all(read_yaml("a: {b: {c: 1}}\nx: [1]\n", ".rr.yaml"), text);
    // A duration that is read must read the same again when it is shown.
    if (const auto duration = parse_duration(text))
      if (parse_duration(format_duration(*duration)) != *duration)
        std::abort();
  }
  return 0;
}
