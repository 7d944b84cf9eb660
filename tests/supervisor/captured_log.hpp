#pragma once

#include "actors/log.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace rr::test {

/// All that is logged during its life. Written by the log thread; read after `log_port::drain` only.
class captured_log {
public:
  captured_log() { log_port::instance().open(std::make_unique<sink>(records_)); }
  ~captured_log() { log_port::instance().close(); }

  captured_log(const captured_log&) = delete;
  captured_log& operator=(const captured_log&) = delete;

  std::vector<log_record> records() const {
    log_port::instance().drain();
    return *records_;
  }

  std::size_t count(log_level level, std::string_view message) const {
    auto all = records();
    return static_cast<std::size_t>(std::count_if(
        all.begin(), all.end(), [&](auto& r) { return r.level == level && r.message == message; }));
  }

  /// `key=value` of the first record with this message; empty when there is none.
  std::string field(std::string_view message, std::string_view key) const {
    for (auto& r : records()) {
      if (r.message != message)
        continue;
      for (auto& f : r.fields)
        if (f.key == key)
          return text_of(f.value);
    }
    return {};
  }

private:
  static std::string text_of(const log_field::value_type& value) {
    if (auto* s = std::get_if<std::string>(&value))
      return *s;
    if (auto* i = std::get_if<std::int64_t>(&value))
      return std::to_string(*i);
    if (auto* u = std::get_if<std::uint64_t>(&value))
      return std::to_string(*u);
    return "?";
  }

  class sink final : public log_sink {
  public:
    explicit sink(std::shared_ptr<std::vector<log_record>> records) : records_(std::move(records)) {}
    log_level threshold(std::string_view) const override { return log_level::debug; }
    void write(const log_record& record) override { records_->push_back(record); }
    void flush() override {}

  private:
    std::shared_ptr<std::vector<log_record>> records_;
  };

  std::shared_ptr<std::vector<log_record>> records_ = std::make_shared<std::vector<log_record>>();
};

} // namespace rr::test
