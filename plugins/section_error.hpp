#pragma once

#include "actors/error.hpp"
#include "actors/log.hpp"
#include "config/decode.hpp"

#include <string>

namespace rr {

/// The problems of a section as the error of its plugin's init (`op: ...`, one problem a line, each with its place, key and
/// remedy).
error section_error(std::string op, const config::problems& problems);

/// Decodes a plugin's section; warnings go to the plugin's log.
///
/// @errors section_error of all wrong values
template <class T>
expected<T> read_section(const config::document& document, const std::string& path,
                         const config::section<T>& description, std::string op, const logger& log) {
  config::problems warnings;
  auto decoded = config::decode(document, path, description, warnings);
  for (auto& w : warnings)
    log.warn(config::render(w));
  if (!decoded)
    return tl::unexpected<error>(section_error(std::move(op), decoded.error()));
  return std::move(*decoded);
}

} // namespace rr
