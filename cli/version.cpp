#include "cli/version.hpp"


#ifndef RR_VERSION
#error "the build defines RR_VERSION and RR_BUILD_TIME"
#endif

namespace rr {

namespace {

std::string compiler() {
#if defined(__clang__)
  return "clang " __clang_version__;
#else
  return "g++ " __VERSION__;
#endif
}

std::string_view arch() {
#if defined(__x86_64__)
  return "amd64";
#elif defined(__aarch64__)
  return "arm64";
#else
  return "unknown";
#endif
}

} // namespace

std::string_view program_version() { return RR_VERSION; }

std::string_view compatible_version() { return "2025.1.15"; }

std::string_view build_time() { return RR_BUILD_TIME; }

std::string version_line(std::string_view program) {
  std::string line{program};
  line.append(" version ").append(program_version());
  line.append(" (build time: ").append(build_time()).append(", ").append(compiler());
  line.append("), OS: linux, arch: ").append(arch());
  line.append(", compatible with RoadRunner ").append(compatible_version());
  return line;
}

} // namespace rr
