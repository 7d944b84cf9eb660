#pragma once

#include "actors/log.hpp"

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace rr {

/// One channel: its name and the least level that is worth a record, asked before each.
struct log_channel {
  explicit log_channel(std::string n) : name(std::move(n)) {}

  const std::string name;
  std::atomic<log_level> threshold{log_level::debug};
};

/// The channels of the process. They are never freed, so that loggers are plain pointers.
class log_channels {
public:
  static log_channels& instance();

  /// The channel of records without a channel.
  static log_channel& nameless() noexcept;

  /// The channel of this name, made when it is new.
  log_channel& intern(std::string_view name);

  /// Takes the thresholds of all channels, of today and of later, from `sink`; null keeps them.
  void follow(const log_sink* sink);

private:
  log_channels() = default;

  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<log_channel>, std::less<>> channels_;
  const log_sink* sink_ = nullptr;
};

} // namespace rr
