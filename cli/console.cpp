#include "cli/console.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <unistd.h>

namespace rr {

bool may_colour(int fd) {
  const char* no_color = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  return ::isatty(fd) != 0 && (no_color == nullptr || *no_color == '\0') &&
         (term == nullptr || std::strcmp(term, "dumb") != 0);
}

void say(std::string_view text, bool silent) {
  if (silent)
    return;
  std::fprintf(stdout, "%.*s\n", static_cast<int>(text.size()), text.data());
  std::fflush(stdout);
}

void complain(std::string_view text, std::string_view remedy) {
  std::string block{text};
  while (!block.empty() && block.back() == '\n')
    block.pop_back();
  if (!remedy.empty())
    block.append("\nTip: ").append(remedy);
  if (may_colour(STDERR_FILENO))
    std::fprintf(stderr, "\x1b[91;1m%s\x1b[0;22m\n", block.c_str());
  else
    std::fprintf(stderr, "%s\n", block.c_str());
}

} // namespace rr
