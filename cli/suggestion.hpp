#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rr {

/// The block that follows an unknown command when one of `names` is near it (`Did you mean this?`), or nothing.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& names);

} // namespace rr
