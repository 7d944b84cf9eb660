#pragma once

#include <string>
#include <string_view>

namespace rr::http {

/// Why a request is refused by the parser. `text` is a constant.
struct parse_error {
  unsigned status = 400;
  std::string_view text = {}; ///< may be empty

  friend bool operator==(const parse_error&, const parse_error&) = default;
};

/// The whole answer to a request that cannot be parsed: head, `Connection: close`, one line of text. It has
/// no length: the connection is closed behind it. A body that is too long (413) is answered with
/// append_text_answer instead.
std::string render_answer(const parse_error& error);

/// The text of the 413, with its newline.
inline constexpr std::string_view body_too_large_text = "serve_http: http: request body too large\n";

} // namespace rr::http
