#include "plugins/http/http_exec.hpp"

#include "plugins/http/connection.hpp"
#include "plugins/http/server_context.hpp"

#include <utility>

namespace rr::http {

namespace {

error exception_error(const std::exception& e) { return {error_kind::undefined, "http_handler", e.what()}; }

} // namespace

void http_exec::renew(std::shared_ptr<connection> owner) {
  owner_ = std::move(owner);
  id = next_exec_id();
  abandoned = false;
  queued_at = {};
  last_frame_at = {};
}

std::string http_exec::describe() const { return owner_ ? owner_->describe() : std::string{}; }

expected<request_payload> http_exec::encode(const worker_info& worker) {
  try {
    return owner_->encode(worker);
  } catch (const std::exception& e) {
    return tl::unexpected<error>(exception_error(e));
  }
}

// The barrier: what goes wrong here ends this connection, not the relay and not the worker.
stream_demand http_exec::on_frame(const response_frame& frame, bool more) {
  try {
    return owner_->on_frame(frame, more);
  } catch (const std::exception& e) {
    owner_->break_off(exception_error(e));
    return stream_demand::more;
  }
}

void http_exec::on_end() {
  auto owner = std::exchange(owner_, nullptr);
  try {
    owner->on_end();
  } catch (const std::exception& e) {
    owner->break_off(exception_error(e));
  }
}

void http_exec::fail(const error& why) {
  auto owner = std::exchange(owner_, nullptr);
  try {
    owner->on_failure(why);
  } catch (const std::exception& e) {
    owner->break_off(exception_error(e));
  }
}

} // namespace rr::http
