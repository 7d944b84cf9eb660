#include "plugins/server/worker_environment.hpp"

#include <algorithm>
#include <cctype>
#include <unistd.h>
#include <unordered_map>

namespace rr {

namespace {

std::string upper(std::string text) {
  for (auto& c : text)
    c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

/// Keeps the order of first appearance and the last value of each name.
class environment_builder {
public:
  void set(const std::string& name, const std::string& value) {
    auto [place, is_new] = places_.emplace(name, lines_.size());
    if (is_new)
      lines_.push_back(name + "=" + value);
    else
      lines_[place->second] = name + "=" + value;
  }

  std::vector<std::string> take() { return std::move(lines_); }

private:
  std::vector<std::string> lines_;
  std::unordered_map<std::string, std::size_t> places_;
};

} // namespace

std::vector<std::string> worker_environment(const environment_parts& parts) {
  environment_builder all;
  std::unordered_map<std::string, std::string> inherited;
  for (auto& line : parts.inherited) {
    auto equals = line.find('=');
    if (equals == std::string::npos || equals == 0)
      continue;
    all.set(line.substr(0, equals), line.substr(equals + 1));
    inherited[line.substr(0, equals)] = line.substr(equals + 1);
  }
  auto lookup = [&](std::string_view name) -> std::optional<std::string> {
    auto found = inherited.find(std::string{name});
    return found == inherited.end() ? std::nullopt : std::optional{found->second};
  };
  all.set("RR_RELAY", parts.relay);
  if (!parts.rpc.empty())
    all.set("RR_RPC", parts.rpc);
  for (auto& [name, value] : parts.server) {
    auto expanded = config::expand(value, lookup);
    all.set(upper(name), expanded ? *expanded : value);
  }
  all.set("RR_VERSION", parts.version);
  for (auto& [name, value] : parts.mode)
    all.set(upper(name), value);
  return all.take();
}

std::vector<std::string> own_environment() {
  std::vector<std::string> all;
  for (char** line = environ; line != nullptr && *line != nullptr; ++line)
    all.emplace_back(*line);
  return all;
}

} // namespace rr
