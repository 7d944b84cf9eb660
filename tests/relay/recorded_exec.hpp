#pragma once

#include "relay/exec.hpp"

#include <caf/make_counted.hpp>
#include <catch2/catch.hpp>
#include <optional>
#include <string>
#include <vector>

namespace rr::test {

/// An exec that remembers what happened to it, and fails the test when it is ended twice.
class recorded_exec final : public exec {
public:
  struct answer_frame {
    frame_flags flags;
    std::string context;
    std::string body;
    bool more;
  };

  std::string context = "ctx";
  std::string body = "body";
  frame_flags flags = frame_flags::proto;
  bool takes_streams = false;
  std::optional<error> cannot_encode;
  /// What the receiver of a streamed frame wants, by the number of frames so far.
  std::function<stream_demand(std::size_t)> demand = [](std::size_t) { return stream_demand::more; };

  std::vector<answer_frame> frames;
  std::vector<int> encoded_for; ///< pids
  int ends = 0;
  std::optional<error> failure;

  bool answered() const { return ends != 0 || failure; }
  std::string why() const { return failure ? render(*failure) : "no failure"; }

  std::string describe() const override { return "GET /" + body.substr(0, 16); }

  expected<request_payload> encode(const worker_info& worker) override {
    encoded_for.push_back(worker.pid);
    if (cannot_encode)
      return tl::unexpected(*cannot_encode);
    return request_payload{flags, context, body};
  }

  stream_demand on_frame(const response_frame& f, bool more) override {
    CHECK_FALSE(answered());
    frames.push_back({f.flags, std::string{f.context}, std::string{f.body}, more});
    return demand(frames.size());
  }

  bool accepts_stream() const override { return takes_streams; }

  void on_end() override {
    CHECK_FALSE(answered());
    ++ends;
    body.assign(body.size(), '#'); // nobody may look at it any more
  }

  void fail(const error& why) override {
    CHECK_FALSE(answered());
    failure = why;
    body.assign(body.size(), '#');
  }
};

using recorded_exec_ptr = caf::intrusive_ptr<recorded_exec>;

inline recorded_exec_ptr make_exec(std::string context = "ctx", std::string body = "body") {
  static std::uint64_t next_id = 1;
  auto e = caf::make_counted<recorded_exec>();
  e->id = next_id++;
  e->context = std::move(context);
  e->body = std::move(body);
  return e;
}

} // namespace rr::test
