#pragma once

#include "actors/error.hpp"

#include <string_view>

namespace rr {

/// True when messages on this stream (1 or 2) may be coloured: a terminal, TERM is not dumb, NO_COLOR is empty.
bool may_colour(int fd);

/// One line on standard output, unless `silent`.
void say(std::string_view text, bool silent);

/// An error on standard error: bold red on a terminal, its remedy on a line below.
void complain(std::string_view text, std::string_view remedy = {});

} // namespace rr
