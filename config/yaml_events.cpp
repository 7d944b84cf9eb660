#include "config/yaml_events.hpp"

#include <algorithm>

namespace rr::config {
namespace {

unsigned line(const YAML::Mark& mark) { return static_cast<unsigned>(mark.line + 1); }
unsigned column(const YAML::Mark& mark) { return static_cast<unsigned>(mark.column + 1); }
bool is_plain(const std::string& tag) { return tag == "?" || tag.empty(); }

/// Go's yaml.v3 rules for a scalar with the tag that yaml-cpp reports: "?" plain, "!" quoted, or an explicit
/// one.
std::optional<scalar_tag> tag_of(const std::string& tag, const std::string& value) {
  if (tag == "?" || tag.empty())
    return resolve_tag(value);
  const std::string_view prefix = "tag:yaml.org,2002:";
  if (!std::string_view{tag}.starts_with(prefix))
    return scalar_tag::string;
  const auto name = std::string_view{tag}.substr(prefix.size());
  if (name == "null")
    return std::nullopt;
  if (name == "int" && parse_integer(value))
    return scalar_tag::integer;
  if (name == "float" && parse_float(value))
    return scalar_tag::floating;
  if (name == "bool" && resolve_tag(value) == scalar_tag::boolean)
    return scalar_tag::boolean;
  return scalar_tag::string;
}

} // namespace

void yaml_events::OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) {
  check_colon();
  plain_.reset();
  keep(anchor, builder_.scalar({}, std::nullopt, line(mark), column(mark)));
}

void yaml_events::OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                           const std::string& value) {
  plain_.reset();
  if (is_plain(tag)) {
    plain_ = mark;
    plain_text_ = value;
  }
  const bool merge_key = value == "<<" && is_plain(tag);
  keep(anchor, builder_.scalar(value, tag_of(tag, value), line(mark), column(mark), merge_key));
}

void yaml_events::OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) {
  plain_.reset();
  const auto found = anchors_.find(anchor);
  if (found == anchors_.end())
    builder_.fail(line(mark), column(mark), "the value of an anchor contains itself");
  else
    builder_.alias(found->second, line(mark), column(mark));
  stop_on_failure();
}

void yaml_events::OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                                  YAML::EmitterStyle::value) {
  plain_.reset();
  builder_.begin_list(line(mark), column(mark));
  open_.push_back({anchor, false});
  stop_on_failure();
}

void yaml_events::OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                             YAML::EmitterStyle::value style) {
  plain_.reset();
  builder_.begin_map(line(mark), column(mark));
  open_.push_back({anchor, style == YAML::EmitterStyle::Block});
  stop_on_failure();
}

void yaml_events::end() {
  plain_.reset();
  const auto anchor = open_.empty() ? 0 : open_.back().anchor;
  if (!open_.empty())
    open_.pop_back();
  keep(anchor, builder_.end());
}

void yaml_events::keep(YAML::anchor_t anchor, const node* done) {
  stop_on_failure();
  if (anchor == 0 || done == nullptr)
    return;
  builder_.count(*done);
  stop_on_failure();
  anchors_.insert_or_assign(anchor, *done);
}

void yaml_events::stop_on_failure() const {
  if (builder_.failure())
    throw stop_parsing{};
}

/// yaml-cpp takes a line of a block map without a colon for a key without a value: a slip must not unset a
/// key silently.
void yaml_events::check_colon() {
  if (!plain_ || open_.empty() || !open_.back().is_block || !builder_.awaits_value())
    return;
  const auto start = static_cast<std::size_t>(std::max(plain_->pos, 0));
  if (start > text_.size() || !text_.substr(start).starts_with(plain_text_))
    return;
  const auto before = text_.substr(0, start).find_last_not_of(' ');
  const bool is_explicit = before != std::string_view::npos && text_[before] == '?';
  const auto after = text_.find_first_not_of(" \t", start + plain_text_.size());
  if (is_explicit || (after != std::string_view::npos && text_[after] == ':'))
    return;
  builder_.fail(line(*plain_), column(*plain_), "could not find expected ':'");
  stop_on_failure();
}

} // namespace rr::config
