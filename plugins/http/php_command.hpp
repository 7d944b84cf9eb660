#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace rr::http {

/// A worker command that runs PHP's command line program.
struct php_command {
  std::string binary;
  std::vector<std::string> options; ///< of PHP itself, before the script: `-d`, `memory_limit=1G`, ...
  std::string script;
};

/// `argv` as a PHP command; nothing when it is none, or one whose script cannot be told (`php -r ...`).
std::optional<php_command> as_php_command(const std::vector<std::string>& argv);

/// The argv that asks the same PHP, with the same options, whether it has the protobuf extension: it prints 1
/// or 0.
std::vector<std::string> protobuf_question(const php_command& command);

/// The version of package `name` that Composer installed for a script: the first
/// vendor/composer/installed.json found from its folder upwards counts. Nothing when there is none, or the
/// package is not in it.
std::optional<std::string> composer_version(const std::filesystem::path& script, const std::string& name);

/// True for the versions of spiral/roadrunner-http that read a JSON context: 2.x to 4.x.
bool reads_json(const std::string& roadrunner_http_version);

} // namespace rr::http
