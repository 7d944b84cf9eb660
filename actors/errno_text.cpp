#include "actors/errno_text.hpp"

#include <cctype>
#include <system_error>

namespace rr {

// The C library's texts differ from the reference's in their first letter only, where that starts a plain
// word
// ("Address already in use", but "RPC ..." and "Input/output error" both keep the rest).
std::string errno_text(int number) {
  auto text = std::generic_category().message(number);
  if (text.size() > 1 && std::islower(static_cast<unsigned char>(text[1])) != 0)
    text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  return text;
}

} // namespace rr
