#include "actors/messages.hpp"

#include <caf/exit_reason.hpp>
#include <caf/make_message.hpp>
#include <caf/message.hpp>
#include <caf/sec.hpp>

namespace rr {

namespace {

const auto rr_category = caf::atom("rr");
const auto exit_category = caf::atom("exit");

} // namespace

caf::error to_exit_reason(const error& e) {
  // Code 0 means "no error" to CAF, so the kind is shifted by one; the whole error travels as context.
  auto code = static_cast<std::uint8_t>(1 + (static_cast<std::uint16_t>(e.kind) & 0x7f));
  return {code, rr_category, caf::make_message(e)};
}

error from_exit_reason(const caf::error& reason) {
  if (!reason)
    return {}; // a normal end; CAF's empty error has no context to look at
  if (reason.category() == rr_category && reason.context().match_elements<error>())
    return reason.context().get_as<error>(0);
  error e;
  if (reason.category() == exit_category)
    e.text = caf::to_string(static_cast<caf::exit_reason>(reason.code()));
  else if (reason && reason.context().match_elements<std::string>())
    e.text = reason.context().get_as<std::string>(0);
  else if (reason)
    e.text = "error " + std::to_string(reason.code()) + " of category " + caf::to_string(reason.category());
  return e;
}

bool is_orderly(const caf::error& reason) {
  return !reason || reason == caf::exit_reason::normal || reason == caf::exit_reason::user_shutdown;
}

} // namespace rr
