#include "plugins/server/worker_environment.hpp"

#include <algorithm>
#include <cctype>
#include <optional>
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

  /// Lines of the form KEY=VALUE; others are left out.
  void add(const std::vector<std::string>& lines) {
    for (auto& line : lines)
      if (auto equals = line.find('='); equals != std::string::npos && equals != 0)
        set(line.substr(0, equals), line.substr(equals + 1));
  }

  /// The value that `name` has by now.
  std::optional<std::string> find(const std::string& name) const {
    auto place = places_.find(name);
    if (place == places_.end())
      return std::nullopt;
    return lines_[place->second].substr(name.size() + 1);
  }

  std::vector<std::string> take() { return std::move(lines_); }

private:
  std::vector<std::string> lines_;
  std::unordered_map<std::string, std::size_t> places_;
};

} // namespace

std::vector<std::string> worker_environment(const environment_parts& parts) {
  environment_builder all;
  all.add(parts.inherited);
  auto lookup = [inherited = all](std::string_view name) { return inherited.find(std::string{name}); };
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

std::vector<std::string> on_init_environment(const std::vector<std::string>& inherited,
                                             const std::map<std::string, std::string>& own) {
  environment_builder all;
  for (auto& [name, value] : own)
    all.set(upper(name), value);
  all.add(inherited);
  return all.take();
}

std::vector<std::string> own_environment() {
  std::vector<std::string> all;
  for (char** line = environ; line != nullptr && *line != nullptr; ++line)
    all.emplace_back(*line);
  return all;
}

} // namespace rr
