#pragma once

#include "plugins/http/cookies.hpp"
#include "plugins/http/request_view.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace rr::http {

/// Writes the context of a request for a worker. Keeps its scratch memory: one encoder per connection (or
/// reactor) allocates nothing in the steady state.
///
/// Texts that are no UTF-8 never reach the worker as such: bad bytes become U+FFFD (`?` would hide them) in
/// texts, while header values stay bytes in protobuf.
class request_encoder {
public:
  /// Appends `request` as protobuf message http.v1.Request.
  /// @source proto/http/v1/http.proto
  void encode_proto(const request_view& request, std::string& out);

  /// Appends `request` as the JSON context of older PHP clients; an absent upload tree and no attributes are
  /// null.
  void encode_json(const request_view& request, std::string& out);

private:
  /// The fields of one name, chained in order of arrival.
  struct group {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
    std::uint64_t value_bytes = 0; ///< encoded size of all values of the group
  };
  struct grouping {
    std::vector<group> groups;        ///< in order of first appearance
    std::vector<std::uint32_t> next;  ///< per field, the next one of its name
    std::vector<std::uint32_t> order; ///< scratch for many fields
  };

  static void collect(header_fields fields, bool is_header, grouping& into);
  static void collect_many(header_fields fields, grouping& into);
  std::size_t measure_map(header_fields fields, grouping& groups) const;
  void write_map(unsigned tag, header_fields fields, const grouping& groups, std::string& out) const;
  void write_cookies_proto(std::string& out) const;
  void write_map_json(header_fields fields, const grouping& groups, std::string& out) const;

  grouping headers_;
  grouping attributes_;
  cookie_jar cookies_;
};

} // namespace rr::http
