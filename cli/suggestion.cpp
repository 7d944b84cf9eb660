#include "cli/suggestion.hpp"

#include "config/problem.hpp"

namespace rr {

std::string did_you_mean(std::string_view word, const std::vector<std::string>& names) {
  auto near = config::nearest_name(word, names);
  return near.empty() ? std::string{} : "\n\nDid you mean this?\n\t" + near + "\n";
}

} // namespace rr
