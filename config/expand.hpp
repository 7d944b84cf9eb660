#pragma once

#include "config/document.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace rr::config {

/// The value of an environment variable, nothing when it is not set.
using environment_lookup = std::function<std::optional<std::string>(std::string_view name)>;

/// Reads the environment of this process.
environment_lookup process_environment();

inline constexpr std::size_t expanded_bytes_max = 1u << 20; ///< one expanded value

/// Replaces `$NAME`, `${NAME}` and `${NAME:-default}` in `text`, each on its own.
///
/// A variable that is not set is empty; the default counts when it is not set or empty. A default is literal
/// text, except that `${...}` inside it is replaced too. `$` before anything that can be no name is kept;
/// `${}` and the `${` of a reference that does not end vanish. An unbraced name is letters, digits and `_`,
/// but a leading digit or one of
/// `* # $ @ ! ? -` is a name of one character, so that `$$` is empty.
///
/// @errors the result is longer than expanded_bytes_max
/// @source RoadRunner configuration reference, environment variables; Go, os.Expand
expected<std::string> expand(std::string_view text, const environment_lookup& lookup);

/// Expands every string of the tree in place: values of maps and elements of lists, at any depth, but no
/// keys. A changed string stays a string and has the origin `environment`.
///
/// @errors those of expand, with the place; all texts together longer than text_bytes_max
expected<void> expand_tree(node& tree, const environment_lookup& lookup);

} // namespace rr::config
