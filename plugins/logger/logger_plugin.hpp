#pragma once

#include "plugins/plugin.hpp"

#include <memory>

namespace rr {

/// Opens the log of the process as the section `logs` says. Always on, and initialised before all others.
std::unique_ptr<plugin> make_logger_plugin();

} // namespace rr
