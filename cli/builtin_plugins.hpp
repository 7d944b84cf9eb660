#pragma once

#include "plugins/plugin.hpp"

#include <memory>
#include <string>
#include <vector>

namespace rr {

/// All plugins of this program, in registration order. The only place that names them all.
std::vector<std::unique_ptr<plugin>> builtin_plugins();

/// The top-level keys of a configuration that belong to them, or to parts that later versions bring.
std::vector<std::string> known_sections();

} // namespace rr
