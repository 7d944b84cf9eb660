#pragma once

#include "actors/log.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace rr::test {

/// Everything that is logged while this object lives, as `LEVEL channel: message key=value`.
class captured_log {
public:
  captured_log() {
    log_port::instance().drain();
    log_port::instance().open(std::make_unique<sink>(lines_));
    log_port::instance().drain();
    lines_->clear(); // what was kept from before
  }
  captured_log(const captured_log&) = delete;
  captured_log& operator=(const captured_log&) = delete;
  ~captured_log() { log_port::instance().close(); }

  std::vector<std::string> lines() const {
    log_port::instance().drain();
    return *lines_;
  }

  bool has(const std::string& line) const {
    auto all = lines();
    return std::find(all.begin(), all.end(), line) != all.end();
  }

private:
  class sink final : public log_sink {
  public:
    explicit sink(std::shared_ptr<std::vector<std::string>> lines) : lines_(std::move(lines)) {}

    log_level threshold(std::string_view) const override { return log_level::debug; }
    void flush() override {}
    void write(const log_record& r) override {
      static const char* const names[] = {"DEBUG", "INFO", "WARN", "ERROR", "DPANIC", "PANIC", "FATAL"};
      auto line = std::string{names[static_cast<std::size_t>(r.level)]} + " " + r.channel + ": " + r.message;
      for (auto& f : r.fields)
        if (auto* text = std::get_if<std::string>(&f.value))
          line += " " + std::string{f.key} + "=" + *text;
      lines_->push_back(std::move(line));
    }

  private:
    std::shared_ptr<std::vector<std::string>> lines_;
  };

  std::shared_ptr<std::vector<std::string>> lines_ = std::make_shared<std::vector<std::string>>();
};

} // namespace rr::test
