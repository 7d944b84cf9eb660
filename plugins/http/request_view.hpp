#pragma once

#include "plugins/http/header_field.hpp"

#include <string_view>

namespace rr::http {

/// A request as a worker is told about it, from any front end. Views; whoever encodes it keeps what they
/// point to.
struct request_view {
  std::string_view remote_addr; ///< without a port, see worker_address
  std::string_view protocol;    ///< `HTTP/1.1`
  std::string_view method;
  std::string_view uri;       ///< absolute, see append_uri
  std::string_view raw_query; ///< see append_query
  header_fields headers; ///< canonical names; Host, Transfer-Encoding and Trailer are left out by the codec
  bool parsed = false;   ///< the body is the JSON tree of a form
  std::string_view uploads; ///< JSON text; empty when the request was not multipart
  header_fields attributes; ///< set by middlewares; names may repeat
};

} // namespace rr::http
