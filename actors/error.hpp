#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace rr {

/// What sort of failure an error is. Numbers and names are visible to RPC clients and in logs and never change.
enum class error_kind : std::uint16_t {
  undefined = 0,
  timeout = 1,
  network = 2,
  file_not_found = 3,
  retry = 4,
  stop = 5,
  max_jobs = 6,
  queue_size = 7,
  cancelled = 8, ///< nobody waits for the answer any more; not known to the reference
  register_plugin = 100,
  providers = 101,
  logger = 102,
  arg_type = 103,
  init = 104,
  serve = 105,
  unsupported = 106,
  disabled = 107,
  traverse = 108,
  function_call = 109,
  watcher_stopped = 200,
  soft_job = 201,
  worker_allocate = 202,
  no_free_workers = 203,
  encode = 204,
  decode = 205,
  exec_ttl = 206,
  idle_ttl = 207,
  ttl = 208,
};

/// The text of a kind as users see it, for example `NoFreeWorkers`; empty for `undefined`.
std::string_view to_string(error_kind kind);

/// The one error type that crosses the boundaries of layers: a value, never an exception.
///
/// `op` names what was attempted (`static_pool_exec`), `text` the cause in words, `remedy` what the reader can do
/// (empty when there is nothing to say), `cause` the error below it.
struct error {
  error_kind kind = error_kind::undefined;
  std::string op;
  std::string text;
  std::string remedy = {};
  std::shared_ptr<const error> cause = nullptr;
};

/// An error of `op` that was caused by `cause`. An undefined `kind` takes over the cause's; a kind is shown once, outermost.
error wrap(std::string op, error_kind kind, error cause);

/// The text that users match on: `op: Kind: text`; a cause that is an error itself follows on a line of its own
/// (`:` newline tab). The remedy is not part of it.
std::string render(const error& e);

/// The remedy of `e` or of the nearest cause that has one; empty when none has.
std::string remedy_of(const error& e);

/// True when `e` or one of its causes is of this kind.
bool has_kind(const error& e, error_kind kind);

/// Either a value or the error that prevented it.
template <class T>
using expected = tl::expected<T, error>;

/// Shorthand for returning an error from a function that gives an expected<T>.
inline tl::unexpected<error> fail(error_kind kind, std::string op, std::string text, std::string remedy = {}) {
  return tl::unexpected<error>(error{kind, std::move(op), std::move(text), std::move(remedy), nullptr});
}

} // namespace rr
