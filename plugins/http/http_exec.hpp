#pragma once

#include "relay/exec.hpp"

#include <memory>
#include <string>

namespace rr::http {

class connection;

/// One HTTP request on its way through pool and relay: passes everything on to its connection, which it keeps
/// alive (and with it the bytes of the request) until it has ended.
class http_exec final : public exec {
public:
  /// Ready for another request of `owner`. Only when nobody else holds it.
  void renew(std::shared_ptr<connection> owner);

  std::string describe() const override;
  expected<request_payload> encode(const worker_info& worker) override;
  stream_demand on_frame(const response_frame& frame, bool more) override;
  bool accepts_stream() const override { return true; }
  void on_end() override;
  void fail(const error& why) override;

private:
  std::shared_ptr<connection> owner_;
};

} // namespace rr::http
