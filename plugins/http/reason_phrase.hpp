#pragma once

#include <string_view>

namespace rr::http {

/// The reason phrase of a status: `Not Found`; empty when it has none.
/// @source IANA HTTP status code registry, in the spelling of Go's StatusText
std::string_view reason_phrase(int status);

} // namespace rr::http
