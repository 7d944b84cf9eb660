#pragma once

#include <string>

namespace rr {

/// docs/configuration.md as the typed descriptions of all sections have it: every key, type, default, unit and meaning.
std::string configuration_reference();

} // namespace rr
