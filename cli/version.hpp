#pragma once

#include <string>
#include <string_view>

namespace rr {

/// The version of this program.
std::string_view program_version();

/// The version whose configuration, bytes and RPC this program speaks; workers see it as RR_VERSION.
std::string_view compatible_version();

/// `rr version 0.1.0 (build time: 2026-01-02T03:04:05+0000, g++ 12.2.0), OS: linux, arch: amd64`
std::string version_line(std::string_view program);

/// When this program was built, UTC: `2026-01-02T03:04:05+0000`.
std::string_view build_time();

} // namespace rr
