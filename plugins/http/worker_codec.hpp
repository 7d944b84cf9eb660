#pragma once

#include "plugins/http/http_options.hpp"
#include "relay/exec.hpp"
#include "relay/relay_actor.hpp"

#include <functional>
#include <string>
#include <vector>

namespace rr::http {

/// Which codec the workers of one command are spoken to in, and why.
///
/// A worker that says in its handshake that it reads JSON gets JSON. For the others there is one verdict per
/// command: JSON when it is known to be safe, else protobuf. The verdict may come after the first workers
/// have booted; nobody sends a request before.
class worker_codec {
public:
  /// Decided at once unless `choice` is automatic.
  explicit worker_codec(codec_choice choice);

  /// The codec of a worker that has just greeted.
  payload_codec of(const handshake& said) const;

  /// The codec for a worker whose own is `chosen`.
  payload_codec resolve(payload_codec chosen) const;

  bool decided() const { return decided_; }
  payload_codec verdict() const { return verdict_; }
  const std::string& reason() const { return reason_; }

  void decide(payload_codec verdict, std::string reason);

  /// Calls `f` when the verdict is there: now, or later.
  void when_decided(std::function<void()> f);

private:
  codec_choice choice_;
  bool decided_ = false;
  payload_codec verdict_ = payload_codec::proto;
  std::string reason_;
  std::vector<std::function<void()>> waiting_;
};

} // namespace rr::http
