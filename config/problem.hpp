#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace rr::config {

/// Whether a problem stops the program or is only told.
enum class severity { error, warning };

/// One thing that is wrong with the configuration, and where.
struct problem {
  severity level = severity::error;
  std::string
      file; ///< as it was named on the command line or in `include`; "-o" for an override; may be empty
  unsigned line = 0;   ///< 1-based; 0 when unknown
  unsigned column = 0; ///< 1-based; 0 when unknown
  std::string key;     ///< dotted path such as `http.pool.num_workers`; may be empty
  std::string text;    ///< what is wrong
  std::string remedy;  ///< what to do about it; may be empty

  bool operator==(const problem&) const = default;
};

template <class T>
using expected = tl::expected<T, problem>;

using problems = std::vector<problem>;

/// One line: `.rr.yaml:12:5: http.pool.num_workers: cannot read 'abc' as a number; give a whole number such
/// as 4`.
///
/// What is unknown is left out. Nothing says whether it is an error or a warning.
std::string render(const problem& p);

/// All problems of one section in the shape of the reference: a fixed first sentence, then one problem per
/// line.
std::string render(const problems& all);

/// The name in `names` that `word` was probably meant to be, compared without case; empty when none is near.
std::string nearest_name(std::string_view word, const std::vector<std::string>& names);

/// `text` as it may be shown in a message: shortened when long, control characters replaced.
std::string shown(std::string_view text);

} // namespace rr::config
