#include "supervisor/find_program.hpp"

#include <fcntl.h>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>

namespace rr {

namespace {

bool is_executable_file(const std::string& file) {
  struct stat s {};
  return ::stat(file.c_str(), &s) == 0 && !S_ISDIR(s.st_mode) && (s.st_mode & 0111) != 0 &&
         ::faccessat(AT_FDCWD, file.c_str(), X_OK, AT_EACCESS) == 0;
}

tl::unexpected<error> refuse(const std::string& name, const char* why) {
  return fail(error_kind::worker_allocate, "", "exec: \"" + name + "\": " + why);
}

} // namespace

expected<std::string> find_program(const std::string& name, const std::string& path) {
  if (name.empty())
    return fail(error_kind::worker_allocate, "", "exec: no command");
  if (name.find('/') != std::string::npos)
    return name;
  std::istringstream directories{path};
  for (std::string directory; std::getline(directories, directory, ':');) {
    auto file = (directory.empty() ? "." : directory) + "/" + name;
    if (!is_executable_file(file))
      continue;
    if (file.front() != '/')
      return refuse(name, "cannot run executable found relative to current directory");
    return file;
  }
  return refuse(name, "executable file not found in $PATH");
}

} // namespace rr
