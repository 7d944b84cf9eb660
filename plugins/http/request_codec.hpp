#pragma once

#include "plugins/http/cookies.hpp"
#include "plugins/http/field_groups.hpp"
#include "plugins/http/request_view.hpp"

#include <string>

namespace rr::http {

/// Writes the context of a request for a worker. Keeps its scratch memory: one encoder per connection (or
/// reactor) allocates nothing in the steady state.
///
/// A text that is not well-formed UTF-8 gets U+FFFD for each bad byte, because neither codec could carry it;
/// in protobuf the values of headers, cookies and attributes are bytes and stay as they are.
class request_encoder {
public:
  /// Appends `request` as protobuf message http.v1.Request.
  /// @source proto/http/v1/http.proto
  void encode_proto(const request_view& request, std::string& out);

  /// Appends `request` as the JSON context of older PHP clients. An empty upload tree and no attributes are
  /// null; an attribute is its value, or a list when it has several.
  void encode_json(const request_view& request, std::string& out);

private:
  void collect(const request_view& request);

  field_groups headers_;
  field_groups attributes_;
  cookie_jar cookies_;
};

} // namespace rr::http
