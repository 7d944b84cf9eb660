#pragma once

#include "actors/log.hpp"

#include <memory>

namespace rr {

/// The sink of a process that ends before it opened its log: warnings and errors as plain lines
/// `LEVEL channel: message key=value ...` on stderr. Gives up when stderr takes nothing for a second.
std::unique_ptr<log_sink> make_last_words_sink();

} // namespace rr
