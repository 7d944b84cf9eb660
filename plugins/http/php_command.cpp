#include "plugins/http/php_command.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

namespace rr::http {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t metadata_bytes_max = 64u << 20;

// php, php8, php8.2, php-cli8.2; no php-fpm, no php-cgi.
bool is_php(const std::string& program) {
  auto name = fs::path{program}.filename().string();
  if (name.rfind("php", 0) != 0)
    return false;
  name.erase(0, 3);
  if (name.rfind("-cli", 0) == 0)
    name.erase(0, 4);
  return std::all_of(name.begin(), name.end(), [](char c) { return c == '.' || (c >= '0' && c <= '9'); });
}

bool takes_value(const std::string& option) {
  static constexpr std::array<std::string_view, 8> with_value = {
      "-d", "-c", "-z", "-t", "-g", "--define", "--php-ini", "--zend-extension"};
  return std::find(with_value.begin(), with_value.end(), option) != with_value.end();
}

std::optional<std::string> version_in(const nlohmann::json& metadata, const std::string& name) {
  // Composer 2 has an object with `packages`, Composer 1 the list itself.
  auto& packages = metadata.is_object() && metadata.contains("packages") ? metadata.at("packages") : metadata;
  if (!packages.is_array())
    return std::nullopt;
  for (auto& package : packages)
    if (package.is_object() && package.value("name", "") == name)
      return package.value("version", "");
  return std::nullopt;
}

} // namespace

std::optional<php_command> as_php_command(const std::vector<std::string>& argv) {
  if (argv.empty() || !is_php(argv[0]))
    return std::nullopt;
  php_command command{argv[0], {}, {}};
  for (std::size_t i = 1; i < argv.size(); ++i) {
    auto& word = argv[i];
    if (word.rfind('-', 0) != 0) {
      command.script = word;
      return command;
    }
    if (word == "-f" || word == "--file" || word == "--") {
      if (i + 1 == argv.size())
        return std::nullopt;
      command.script = argv[i + 1];
      return command;
    }
    if (word.rfind("-r", 0) == 0 || word == "--run" || word == "-a" || word == "-s" || word == "-S")
      return std::nullopt;
    command.options.push_back(word);
    if (takes_value(word) && i + 1 < argv.size())
      command.options.push_back(argv[++i]);
  }
  return std::nullopt;
}

std::vector<std::string> protobuf_question(const php_command& command) {
  std::vector<std::string> argv{command.binary};
  argv.insert(argv.end(), command.options.begin(), command.options.end());
  argv.insert(argv.end(), {"-r", "echo extension_loaded('protobuf') ? 1 : 0;"});
  return argv;
}

std::optional<std::string> composer_version(const fs::path& script, const std::string& name) {
  std::error_code ec;
  auto folder = fs::weakly_canonical(fs::absolute(script, ec), ec).parent_path();
  for (; !ec; folder = folder.parent_path()) {
    auto file = folder / "vendor" / "composer" / "installed.json";
    std::error_code no_file;
    if (auto bytes = fs::file_size(file, no_file); !no_file && bytes <= metadata_bytes_max) {
      std::ifstream in{file};
      auto metadata = nlohmann::json::parse(in, nullptr, false);
      return metadata.is_discarded() ? std::nullopt : version_in(metadata, name);
    }
    if (folder == folder.root_path())
      return std::nullopt;
  }
  return std::nullopt;
}

bool reads_json(const std::string& version) {
  auto text = version.rfind('v', 0) == 0 ? version.substr(1) : version;
  if (text.empty() || text[0] < '0' || text[0] > '9')
    return false; // a branch such as dev-master: nobody knows
  auto major = std::strtoul(text.c_str(), nullptr, 10);
  return major >= 2 && major <= 4;
}

} // namespace rr::http
