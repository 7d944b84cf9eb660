#pragma once

#include "plugins/http/parse_error.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace rr::http {

/// What the rules found out about a head beyond its text.
struct head_findings {
  unsigned version_minor = 1;
  bool is_ambiguous = false; ///< two framings were announced: the connection must not be used again
};

/// Checks a whole head block (`raw`, with its empty line) and rewrites it into `out` so that a standard
/// parser can only read it in one way.
///
/// Lines end in CRLF, folded lines are one, names are canonical, no space surrounds a value; of a
/// Transfer-Encoding and a Content-Length only the first is left, equal Content-Lengths are one,
/// Transfer-Encoding of HTTP/1.0 is gone, a minor version above 1 is 1. A bare LF ends a line, as in the
/// reference; a bare CR is refused.
///
/// Where several rules are broken the first in this order counts: form (400), Transfer-Encoding (501),
/// Content-Length (400), version (505), Host (400).
/// @source RFC 9112, sections 2.2, 3, 5, 6
std::optional<parse_error> apply_head_rules(std::string_view raw, std::string& out, head_findings& findings);

} // namespace rr::http
