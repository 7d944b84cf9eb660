#pragma once

#include "relay/exec.hpp"

#include <caf/make_counted.hpp>
#include <memory>
#include <string>
#include <vector>

namespace rr::test {

/// What became of an exec; outlives it.
struct exec_record {
  std::vector<std::string> contexts; ///< of each answer frame
  std::vector<std::string> bodies;
  int ends = 0;
  int failures = 0;
  error why;

  bool answered() const { return ends == 1 && failures == 0; }
  bool failed() const { return ends == 0 && failures == 1; }
  bool pending() const { return ends == 0 && failures == 0; }
  int outcomes() const { return ends + failures; }
};

/// An exec that writes down what happens to it.
class recorded_exec final : public exec {
public:
  recorded_exec(std::string body, std::shared_ptr<exec_record> record) : body_(std::move(body)), record_(std::move(record)) {
    static std::uint64_t next = 1;
    id = next++;
  }

  std::string describe() const override { return "exec " + body_; }

  expected<request_payload> encode(const worker_info&) override {
    return request_payload{frame_flags::proto, "ctx", body_};
  }

  stream_demand on_frame(const response_frame& frame, bool) override {
    record_->contexts.emplace_back(frame.context);
    record_->bodies.emplace_back(frame.body);
    return stream_demand::more;
  }

  bool accepts_stream() const override { return true; }
  void on_end() override { ++record_->ends; }
  void fail(const error& why) override {
    ++record_->failures;
    record_->why = why;
  }

private:
  std::string body_;
  std::shared_ptr<exec_record> record_;
};

} // namespace rr::test
