#pragma once

#include "config/expand.hpp"

#include <string>
#include <vector>

namespace rr::config {

/// One `-o key=value`, taken apart.
struct key_override {
  std::string key; ///< dotted path
  std::string value;
};

/// Takes an argument of `-o` apart and expands the variables of its value.
///
/// Leading blanks and quotes are dropped, both sides are trimmed; a value in double, single or back quotes
/// loses them and may hold that quote with a backslash before it.
///
/// @errors ``config_plugin_init:\n\tparse_flag: invalid flag `x` `` without a `=`,
///         `config_plugin_init: key should not be empty`, `config_plugin_init: value should not be empty`
expected<key_override> parse_override(const std::string& flag, const environment_lookup& lookup);

/// Sets the dotted path of every override in the map `root`; missing or other parents become maps. Values are
/// strings.
///
/// @errors those of parse_override
expected<void> apply_overrides(node& root, const std::vector<std::string>& flags,
                               const environment_lookup& lookup);

} // namespace rr::config
