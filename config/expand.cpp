#include "config/expand.hpp"

#include <cstdlib>

namespace rr::config {
namespace {

constexpr std::size_t default_bytes_max = 1024; // a longer default ends at the first brace, whatever is in it
constexpr unsigned nesting_max = 16;            // references inside defaults inside defaults ...
constexpr std::string_view default_mark = ":-";

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool is_one_char_name(char c) {
  return std::string_view{"*#$@!?-0123456789"}.find(c) != std::string_view::npos;
}

/// What stands after a `$`: how many bytes, and which of them are the name and its default.
struct reference {
  std::size_t size = 0;
  std::string_view name{}; ///< empty when the bytes just vanish, or the `$` is kept
  std::optional<std::string_view> default_value{};
};

/// Where the default that starts at the beginning of `text` ends: the brace that closes its reference.
std::size_t default_end(std::string_view text) {
  const auto reach = text.substr(0, default_bytes_max);
  std::size_t depth = 0;
  for (std::size_t at = 0; at < reach.size(); ++at) {
    if (reach.substr(at).starts_with("${"))
      ++depth;
    if (reach[at] != '}')
      continue;
    if (depth == 0)
      return at;
    --depth;
  }
  return text.find('}');
}

reference read_braced(std::string_view text) {
  const auto close = text.find('}');
  if (close == std::string_view::npos)
    return {.size = 1};
  const auto body = text.substr(1, close - 1);
  const auto mark = body.find(default_mark);
  if (mark == std::string_view::npos)
    return {.size = close + 1, .name = body};
  const auto from = 1 + mark + default_mark.size();
  const auto length = default_end(text.substr(from));
  return {
      .size = from + length + 1, .name = body.substr(0, mark), .default_value = text.substr(from, length)};
}

/// `text` starts after the `$`.
reference read_reference(std::string_view text) {
  if (text.starts_with('{'))
    return read_braced(text);
  if (!text.empty() && is_one_char_name(text.front()))
    return {.size = 1, .name = text.substr(0, 1)};
  std::size_t size = 0;
  while (size < text.size() && is_name_char(text[size]))
    ++size;
  return {.size = size, .name = text.substr(0, size)};
}

class expansion {
public:
  explicit expansion(const environment_lookup& lookup) : lookup_{lookup} {}

  /// Appends `text`; with `braces_only` an unbraced `$NAME` is literal, as inside a default.
  void append(std::string_view text, bool braces_only, unsigned depth) {
    while (!too_long()) {
      const auto dollar = text.find('$');
      out_ += text.substr(0, dollar);
      if (dollar == std::string_view::npos)
        return;
      text.remove_prefix(dollar + 1);
      if (braces_only && !text.starts_with('{')) {
        out_ += '$';
        continue;
      }
      const auto found = read_reference(text);
      if (found.size == 0)
        out_ += '$';
      else
        replace(found, depth);
      text.remove_prefix(found.size);
    }
  }

  bool too_long() const { return out_.size() > expanded_bytes_max; }
  std::string take() { return std::move(out_); }

private:
  void replace(const reference& found, unsigned depth) {
    const auto value = found.name.empty() ? std::nullopt : lookup_(found.name);
    if (value && !value->empty())
      out_ += *value;
    else if (found.default_value && depth >= nesting_max)
      out_ += *found.default_value;
    else if (found.default_value)
      append(*found.default_value, true, depth + 1);
  }

  const environment_lookup& lookup_;
  std::string out_;
};

class tree_expansion {
public:
  explicit tree_expansion(const environment_lookup& lookup) : lookup_{lookup} {}

  expected<void> run(node& tree) {
    if (tree.is_scalar())
      return expand_scalar(tree);
    for (auto& item : tree.items)
      if (auto done = run(item); !done)
        return done;
    for (auto& entry : tree.entries)
      if (auto done = run(entry.value); !done)
        return done;
    return {};
  }

private:
  expected<void> expand_scalar(node& scalar) {
    if (scalar.tag != scalar_tag::string)
      return {};
    if (scalar.text.find('$') != std::string::npos) {
      auto text = expand(scalar.text, lookup_);
      if (!text)
        return tl::make_unexpected(problem_at(scalar.where, {}, text.error().text));
      if (*text != scalar.text)
        scalar.where.origin = node_origin::environment;
      scalar.text = std::move(*text);
    }
    bytes_ += scalar.text.size();
    if (bytes_ > text_bytes_max)
      return tl::make_unexpected(problem_at(scalar.where, {}, "the expanded configuration is too large"));
    return {};
  }

  const environment_lookup& lookup_;
  std::size_t bytes_ = 0;
};

} // namespace

environment_lookup process_environment() {
  return [](std::string_view name) -> std::optional<std::string> {
    const char* value = std::getenv(std::string{name}.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>{value};
  };
}

expected<std::string> expand(std::string_view text, const environment_lookup& lookup) {
  expansion out{lookup};
  out.append(text, false, 0);
  if (!out.too_long())
    return out.take();
  problem too_long;
  too_long.text = "a value is longer than " + std::to_string(expanded_bytes_max) +
                  " bytes after its variables were replaced";
  return tl::make_unexpected(std::move(too_long));
}

expected<void> expand_tree(node& tree, const environment_lookup& lookup) {
  return tree_expansion{lookup}.run(tree);
}

} // namespace rr::config
