#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace rr::config {

/// Splits a command into its words as a shell does, without any expansion.
///
/// Single quotes are literal; inside double quotes a backslash protects `"` and `\`. Outside quotes it
/// protects a blank or a quote and is kept before anything else, so that PHP names such as `App\Worker` need
/// no care.
///
/// @errors a quote that does not end
tl::expected<std::vector<std::string>, std::string> split_command(std::string_view text);

} // namespace rr::config
