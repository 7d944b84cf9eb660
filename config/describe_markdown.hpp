#pragma once

#include "config/section.hpp"

#include <string>

namespace rr::config {

/// A description as a page of Markdown: its sentence, then one table with key, type, default, unit and
/// meaning.
///
/// @param path where the section stands, such as `http.pool`; heads the page and starts every key
std::string describe_markdown(const section_info& info, const std::string& path);

} // namespace rr::config
