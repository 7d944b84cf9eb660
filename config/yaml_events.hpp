#pragma once

#include "config/tree_builder.hpp"

#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/mark.h>

namespace rr::config {

/// Thrown through yaml-cpp by a handler that wants no more events; caught where the parser was called.
struct stop_parsing : std::exception {};

/// Turns the events of yaml-cpp into a tree: resolves scalars by our rules, copies aliases, marks merge keys.
///
/// Throws stop_parsing as soon as the builder has failed. `text` is what the parser reads, to look up what
/// the events do not tell.
class yaml_events : public YAML::EventHandler {
public:
  yaml_events(tree_builder& builder, std::string_view text) : builder_{builder}, text_{text} {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override;
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override;
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override;
  void OnSequenceEnd() override { end(); }
  void OnMapEnd() override { end(); }

private:
  struct container {
    YAML::anchor_t anchor = 0;
    bool is_block = false;
  };

  void end();
  void keep(YAML::anchor_t anchor, const node* done);
  void stop_on_failure() const;
  void check_colon();

  tree_builder& builder_;
  std::string_view text_;
  std::vector<container> open_;
  std::unordered_map<YAML::anchor_t, node> anchors_;
  /// The last scalar, when it was plain and no other event has come since.
  std::optional<YAML::Mark> plain_;
  std::string plain_text_;
};

/// Learns only where the next document starts, then stops.
class next_document : public YAML::EventHandler {
public:
  std::optional<int> line() const { return line_; }

  void OnDocumentStart(const YAML::Mark& mark) override {
    line_ = mark.line;
    throw stop_parsing{};
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
  }
  void OnMapEnd() override {}

private:
  std::optional<int> line_;
};

} // namespace rr::config
