#pragma once

#include "config/section.hpp"
#include "plugins/plugin.hpp"

#include <memory>

namespace rr::http {

/// The description of the whole section `http`, for documentation.
std::shared_ptr<const config::section_info> http_section_info();

/// HTTP/1.1 in front of a pool of workers: section `http`, child `rr/http` (rest_for_one: codec probe, pool,
/// listener).
std::unique_ptr<plugin> make_http_plugin();

} // namespace rr::http
