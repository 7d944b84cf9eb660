#pragma once

#include "plugins/http/header_field.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace rr::http {

/// The cookies of one request, decoded as PHP expects them. Keeps its memory from request to request.
class cookie_jar {
public:
  /// Reads all `Cookie` lines of `fields`. Of cookies with the same name the last one counts; one with a bad
  /// name, a bad byte or a bad percent escape is left out; more than 3000 are none at all.
  /// @source RFC 6265, section 4.1.1; values are query-unescaped as PHP does
  void read(header_fields fields);

  /// Names and decoded values. Valid until the next `read`, as long as the fields read live.
  header_fields cookies() const { return cookies_; }

private:
  void read_line(std::string_view line);
  void add(std::string_view name, std::string_view raw);
  void keep_last_of_each_name();

  std::vector<header_field> cookies_;
  std::vector<std::uint32_t> order_; ///< scratch
  std::string decoded_;              ///< of values with escapes
};

} // namespace rr::http
