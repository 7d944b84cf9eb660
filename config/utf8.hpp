#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rr::config {

/// Where the first byte is that is not well-formed UTF-8; npos when all is well.
///
/// @source RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF
std::size_t find_bad_utf8(std::string_view text);

/// Appends one code point, which must be no surrogate and at most 0x10FFFF.
void append_utf8(std::string& out, std::uint32_t code_point);

} // namespace rr::config
