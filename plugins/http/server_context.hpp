#pragma once

#include "actors/log.hpp"
#include "actors/messages.hpp"
#include "plugins/http/http_options.hpp"
#include "plugins/http/request_codec.hpp"
#include "plugins/http/worker_codec.hpp"
#include "supervisor/pool_actor.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace rr::http {

class connection;

/// What all connections of a listener share. Lives on their reactor; outlives the listener while a worker
/// still answers for one of its connections.
struct server_context {
  http_options options;
  bool show_errors = false; ///< the text of an error becomes the body of its answer (`pool.debug`)
  pool_actor pool;
  std::shared_ptr<worker_codec> codec;
  logger log{"http"};
  request_encoder encoder;
  bool draining = false; ///< every answer closes its connection
  std::function<time_point()> now;
  std::function<void(connection&)> closed; ///< empty once the listener has ended

  std::uint64_t requests = 0; ///< taken so far

  /// The Date line's value, made anew once a second.
  std::string_view date();

private:
  std::int64_t date_second_ = 0;
  std::string date_;
};

/// An id for a new exec; unique in the process.
std::uint64_t next_exec_id();

} // namespace rr::http
