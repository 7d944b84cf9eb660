#include "config/load.hpp"

#include "config/overrides.hpp"
#include "config/reader.hpp"
#include "config/text.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>

namespace rr::config {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view root_version_missing =
    "rr configuration file should contain a version e.g: version: 3";
constexpr std::string_view included_version_missing =
    "rr configuration file should contain a version e.g: version: 2.7";
constexpr std::string_view old_version_warning =
    "please, update your configuration version from version: '2.7' to version: '3', see changes here: "
    "https://docs.roadrunner.dev/docs/general/compatibility#v3.0-configuration-and-rr-v2023.x.x";

const std::array<std::string_view, 3> file_keys{"version", "include", "envfile"};

bool is_file_key(std::string_view key) {
  return std::any_of(file_keys.begin(), file_keys.end(), [&](auto name) { return same_key(name, key); });
}

tl::unexpected<problem> failure(std::string text, std::string file = {}) {
  problem out;
  out.file = std::move(file);
  out.text = std::move(text);
  return tl::make_unexpected(std::move(out));
}

/// The type of `version` in the words of the reference.
std::string go_type(const node& value) {
  if (value.is_list())
    return "[]interface {}";
  if (value.is_map())
    return "map[string]interface {}";
  return std::string{value.type_name()};
}

bool is_string(const node& value) { return value.is_scalar() && value.tag == scalar_tag::string; }

class loader {
public:
  explicit loader(const load_options& options) : options_{options} {
    std::error_code ignored;
    directory_ =
        options.working_directory.empty() ? fs::current_path(ignored) : fs::path{options.working_directory};
  }

  expected<document> run() {
    const auto path = absolute(options_.path);
    auto done = read_root(path);
    if (done)
      done = apply_overrides(out_.root, options_.overrides, lookup());
    if (done)
      done = check_root_version();
    if (done)
      done = apply_includes(out_.root, path, {path});
    // Once more: a section that an included file replaced has lost what was set in it.
    if (done)
      done = apply_overrides(out_.root, options_.overrides, lookup());
    if (!done)
      return tl::make_unexpected(std::move(done.error()));
    return std::move(out_);
  }

private:
  fs::path absolute(const fs::path& path) const { return (directory_ / path).lexically_normal(); }

  /// The environment, then what `envfile` adds to it.
  environment_lookup lookup() const {
    return [this](std::string_view name) -> std::optional<std::string> {
      if (auto value = options_.environment(name))
        return value;
      for (const auto& [key, value] : out_.environment)
        if (key == name)
          return value;
      return std::nullopt;
    };
  }

  expected<parsed_file> read(const fs::path& path, const std::string& shown_name) {
    const auto text = read_bytes(path.string());
    if (!text)
      return tl::make_unexpected(text.error());
    auto parsed = read_text(*text, shown_name);
    if (!parsed)
      return parsed;
    out_.files.push_back(path.string());
    out_.warnings.insert(out_.warnings.end(), parsed->warnings.begin(), parsed->warnings.end());
    return parsed;
  }

  expected<void> read_root(const fs::path& path) {
    auto parsed = read(path, options_.path);
    if (!parsed)
      return tl::make_unexpected(std::move(parsed.error()));
    out_.root = std::move(parsed->root);
    if (auto done = read_envfile(path.parent_path()); !done)
      return done;
    return expand_tree(out_.root, lookup());
  }

  expected<void> read_envfile(const fs::path& directory) {
    const auto* value = out_.root.child("envfile");
    if (value == nullptr)
      return {};
    if (!options_.experimental) {
      auto ignored =
          problem_at(value->where, "envfile", "ignored: reading it is experimental", "start with -e");
      ignored.level = severity::warning;
      out_.warnings.push_back(std::move(ignored));
      return {};
    }
    if (!value->is_scalar())
      return tl::make_unexpected(
          problem_at(value->where, "envfile", "expected a path, got \"" + go_type(*value) + "\""));
    auto loaded = load_dotenv((directory / value->text).lexically_normal().string(), options_.environment);
    if (!loaded) {
      loaded.error().text = "config_plugin_init: " + loaded.error().text;
      return tl::make_unexpected(std::move(loaded.error()));
    }
    out_.environment = std::move(*loaded);
    return {};
  }

  expected<void> check_root_version() {
    const auto* version = out_.root.child("version");
    if (version == nullptr)
      return failure(std::string{root_version_missing});
    if (!is_string(*version))
      return failure("config_plugin_init: version should be a string: `version: \"3\"`, actual type is: " +
                     go_type(*version));
    out_.version = version->text;
    if (out_.version == "2.7") {
      auto old = problem_at(version->where, "version", std::string{old_version_warning});
      old.level = severity::warning;
      out_.warnings.push_back(std::move(old));
    }
    return {};
  }

  expected<void> check_included_version(const node& root, const std::string& file) const {
    const auto* version = root.child("version");
    if (version == nullptr)
      return failure(std::string{included_version_missing}, file);
    if (!is_string(*version))
      return tl::make_unexpected(
          problem_at(version->where, {}, "type of version should be string, actual: " + go_type(*version)));
    if (version->text != out_.version)
      return tl::make_unexpected(
          problem_at(version->where, {}, "version in included file must be the same as in root"));
    return {};
  }

  expected<std::vector<std::string>> include_paths(const node& root) const {
    const auto* value = root.child("include");
    if (value == nullptr)
      return std::vector<std::string>{};
    if (value->is_scalar())
      return split_words(value->text);
    std::vector<std::string> out;
    for (const auto& item : value->items) {
      if (!item.is_scalar() && !item.is_null())
        return tl::make_unexpected(
            problem_at(item.where, "include", "expected a path, got \"" + go_type(item) + "\""));
      if (!item.text.empty())
        out.push_back(item.text);
    }
    if (value->is_map())
      return tl::make_unexpected(
          problem_at(value->where, "include", "expected a list of paths, got \"" + go_type(*value) + "\""));
    return out;
  }

  /// Relative to the working directory; where it does not exist there, beside the file that names it.
  fs::path resolve(const std::string& path, const fs::path& including) const {
    const auto first = absolute(path);
    const auto second = (including.parent_path() / path).lexically_normal();
    std::error_code ignored;
    return !fs::exists(first, ignored) && fs::exists(second, ignored) ? second : first;
  }

  /// Replaces sections of the document by those of the files that `source`, read from `file`, includes.
  expected<void> apply_includes(const node& source, const fs::path& file,
                                const std::vector<fs::path>& chain) {
    const auto paths = include_paths(source);
    if (!paths)
      return tl::make_unexpected(paths.error());
    for (const auto& path : *paths)
      if (auto done = apply_include(path, resolve(path, file), chain); !done)
        return done;
    return {};
  }

  expected<void> apply_include(const std::string& shown_name, const fs::path& file,
                               std::vector<fs::path> chain) {
    if (auto allowed = check_chain(file, chain); !allowed)
      return allowed;
    auto parsed = read(file, shown_name);
    if (!parsed)
      return tl::make_unexpected(std::move(parsed.error()));
    if (auto done = expand_tree(parsed->root, lookup()); !done)
      return done;
    if (auto done = check_included_version(parsed->root, shown_name); !done)
      return done;
    for (const auto& entry : parsed->root.entries)
      if (!is_file_key(entry.key) && !entry.value.is_null())
        set_child(out_.root, entry.key, entry.value, entry.where);
    chain.push_back(file);
    return apply_includes(parsed->root, file, chain);
  }

  expected<void> check_chain(const fs::path& file, const std::vector<fs::path>& chain) {
    const auto again = std::find(chain.begin(), chain.end(), file);
    if (again != chain.end()) {
      std::string cycle;
      for (auto at = again; at != chain.end(); ++at)
        cycle += at->filename().string() + " -> ";
      return failure("files include each other: " + cycle + file.filename().string());
    }
    if (chain.size() > include_depth_max || ++includes_ > include_count_max)
      return failure("too many included files, at " + file.string());
    return {};
  }

  const load_options& options_;
  fs::path directory_;
  document out_;
  std::size_t includes_ = 0;
};

} // namespace

expected<document> load(const load_options& options) { return loader{options}.run(); }

problems check_sections(const document& config, const std::vector<std::string>& known) {
  problems out;
  const auto is_known = [&](std::string_view key) {
    return is_file_key(key) || same_key(key, "endure") || key.starts_with("x-") || key.starts_with(".") ||
           std::any_of(known.begin(), known.end(), [&](const auto& name) { return same_key(name, key); });
  };
  for (const auto& entry : config.root.entries) {
    if (is_known(entry.key))
      continue;
    const auto near = nearest_name(entry.key, known);
    auto unknown = problem_at(entry.where, shown(entry.key), "unknown section; it has no effect",
                              near.empty() ? "" : "did you mean '" + near + "'?");
    if (near.empty() && entry.key.find('.') != std::string::npos)
      unknown.remedy = "write sections as nested maps, not as one name with dots";
    unknown.level = severity::warning;
    out.push_back(std::move(unknown));
  }
  return out;
}

} // namespace rr::config
