#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace rr::config {

/// Reads a duration: an optional sign, then numbers with units such as `1h30m`, `1.5s`, `300ms`, `100us`,
/// `10ns`.
///
/// Units are ns, us (also with either micro sign), ms, s, m, h. "0" needs no unit. A fraction of a nanosecond
/// is dropped.
///
/// @errors `time: invalid duration "x"`, `time: missing unit in duration "60"`, `time: unknown unit "d" in
/// duration "1d"`
/// @source Go, time.ParseDuration
tl::expected<std::chrono::nanoseconds, std::string> parse_duration(std::string_view text);

/// `1m30s`, `300ms`, `1.5s`; "0s" for none. Reads back as the same duration.
std::string format_duration(std::chrono::nanoseconds value);

} // namespace rr::config
