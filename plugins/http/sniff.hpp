#pragma once

#include <string_view>

namespace rr::http {

/// The media type of a body by its first 512 bytes, for answers without a Content-Type. Never empty: the last
/// resort is `application/octet-stream`. The view is a constant.
/// @source WHATWG MIME Sniffing, sections 6 and 7, in the selection and spelling of Go's DetectContentType
std::string_view sniff_content_type(std::string_view body);

} // namespace rr::http
