#pragma once

#include <string>

namespace rr {

/// What errno `number` means, spelled as users know it from the reference: `address already in use`.
std::string errno_text(int number);

} // namespace rr
