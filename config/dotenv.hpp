#pragma once

#include "config/expand.hpp"
#include "config/problem.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rr::config {

/// Names and values in the order of the file, every name once.
using variable_list = std::vector<std::pair<std::string, std::string>>;

/// Reads `KEY=value` lines; `KEY: value` and a leading `export` are the same.
///
/// `#` starts a comment at the start of a line or after a blank. Single quotes are literal; inside double
/// quotes `\n` and
/// `\r` are escapes and another escaped character stands for itself; quoted values may span lines. `$VAR` and
/// `${VAR}` (upper case) are variables defined earlier in the same text; `\$` is a `$`. The last value of a
/// name counts.
///
/// @errors `unexpected character "x" in variable name near "..."`, `unterminated quoted value ...`, with the
/// line
/// @source godotenv 1.5
expected<variable_list> parse_dotenv(std::string_view text);

/// The variables of a file that are not in the environment yet; the caller sets them.
///
/// @errors `open FILE: no such file or directory`; those of parse_dotenv, with the file
expected<variable_list> load_dotenv(const std::string& path, const environment_lookup& environment);

} // namespace rr::config
