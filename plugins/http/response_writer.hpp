#pragma once

#include "plugins/http/header_field.hpp"
#include "plugins/http/response_framing.hpp"

#include <string>
#include <string_view>

namespace rr::http {

/// False for 1xx, 204 and 304.
constexpr bool allows_body(int status) { return status >= 200 && status != 204 && status != 304; }

/// Appends `HTTP/1.1 200 OK` and a line end. A status without a phrase of its own says `status code <n>`.
void append_status_line(std::string& out, unsigned version_minor, int status);

/// Appends `name: value` and a line end. A name that is no token appends nothing; CR, LF and NUL in the value
/// become spaces, blanks at its ends are left out: nothing in a field can end its line.
void append_field(std::string& out, std::string_view name, std::string_view value);

/// Appends an interim answer (1xx) with its own fields. Nothing for HTTP/1.0, which knows none, and for 101.
void append_interim(std::string& out, unsigned version_minor, int status, header_fields fields);

/// Appends an answer of our own: plain text with its length, and `X-Content-Type-Options: nosniff`. With
/// `is_head` the head only; with `close` it says that the connection ends.
void append_text_answer(std::string& out, unsigned version_minor, int status, std::string_view text,
                        bool is_head, bool close, std::string_view date);

} // namespace rr::http
