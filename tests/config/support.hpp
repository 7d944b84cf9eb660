#pragma once

#include "config/expand.hpp"
#include "config/load.hpp"
#include "config/reader.hpp"

#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <map>
#include <random>
#include <string>

namespace rr::config {

/// An environment of exactly these variables.
inline environment_lookup environment_of(std::map<std::string, std::string, std::less<>> all) {
  return [all = std::move(all)](std::string_view name) -> std::optional<std::string> {
    const auto found = all.find(name);
    return found == all.end() ? std::nullopt : std::optional<std::string>{found->second};
  };
}

/// A new directory that goes away with its files.
class temporary_directory {
public:
  temporary_directory() {
    std::random_device random;
    path_ = std::filesystem::temp_directory_path() / ("rr-config-" + std::to_string(random()));
    std::filesystem::create_directories(path_);
  }
  temporary_directory(const temporary_directory&) = delete;
  temporary_directory& operator=(const temporary_directory&) = delete;
  ~temporary_directory() { std::filesystem::remove_all(path_); }

  void write(const std::string& name, std::string_view text) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream{path_ / name, std::ios::binary} << text;
  }

  std::string at(const std::string& name) const { return (path_ / name).string(); }

  /// Options that load `.rr.yaml` of this directory with an empty environment.
  load_options options() const {
    load_options out;
    out.working_directory = path_.string();
    out.environment = environment_of({});
    return out;
  }

private:
  std::filesystem::path path_;
};

/// A document of one YAML text, without variables, includes or a check of its version.
inline document document_of(std::string_view yaml) {
  document out;
  auto parsed = read_yaml(yaml, ".rr.yaml");
  if (!parsed)
    throw std::runtime_error(render(parsed.error()));
  out.root = std::move(parsed->root);
  out.warnings = std::move(parsed->warnings);
  return out;
}

} // namespace rr::config
