#include "config/reader.hpp"

#include "config/tree_builder.hpp"
#include "config/utf8.hpp"

#include <algorithm>
#include <exception>
#include <istream>
#include <streambuf>
#include <unordered_map>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

namespace rr::config {
namespace {

/// Thrown through yaml-cpp by a handler whose builder has failed; caught in read_yaml.
struct stop_parsing : std::exception {};

class string_source : public std::streambuf {
public:
  explicit string_source(std::string_view text) {
    auto* data = const_cast<char*>(text.data()); // streambuf wants it so; nothing writes to it
    setg(data, data, data + text.size());
  }
};

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

class handler : public YAML::EventHandler {
public:
  explicit handler(tree_builder& builder) : builder_{builder} {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    keep(anchor, builder_.scalar({}, std::nullopt, line(mark), column(mark)));
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    const bool merge_key = value == "<<" && (tag == "?" || tag.empty());
    keep(anchor, builder_.scalar(value, tag_of(tag, value), line(mark), column(mark), merge_key));
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end())
      builder_.fail(line(mark), column(mark), "the value of an anchor contains itself");
    else
      builder_.alias(found->second, line(mark), column(mark));
    stop_on_failure();
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    builder_.begin_list(line(mark), column(mark));
    open_.push_back(anchor);
    stop_on_failure();
  }

  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    builder_.begin_map(line(mark), column(mark));
    open_.push_back(anchor);
    stop_on_failure();
  }

  void OnSequenceEnd() override { end(); }
  void OnMapEnd() override { end(); }

private:
  static unsigned line(const YAML::Mark& mark) { return static_cast<unsigned>(mark.line + 1); }
  static unsigned column(const YAML::Mark& mark) { return static_cast<unsigned>(mark.column + 1); }

  void stop_on_failure() const {
    if (builder_.failure())
      throw stop_parsing{};
  }

  void end() {
    const auto anchor = open_.empty() ? 0 : open_.back();
    if (!open_.empty())
      open_.pop_back();
    keep(anchor, builder_.end());
  }

  void keep(YAML::anchor_t anchor, const node* done) {
    stop_on_failure();
    if (anchor == 0 || done == nullptr)
      return;
    builder_.count(*done);
    stop_on_failure();
    anchors_.insert_or_assign(anchor, *done);
  }

  tree_builder& builder_;
  std::vector<YAML::anchor_t> open_;
  std::unordered_map<YAML::anchor_t, node> anchors_;
};

struct text_place {
  unsigned line;
  unsigned column;
};

text_place place_of(std::string_view text, std::size_t at) {
  const auto before = text.substr(0, at);
  const auto start = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  return {static_cast<unsigned>(std::count(before.begin(), before.end(), '\n') + 1),
          static_cast<unsigned>(at - start + 1)};
}

/// What no YAML text may hold: broken UTF-8 and control characters.
std::optional<read_failure> find_bad_bytes(std::string_view text) {
  const auto failure = [&](std::size_t at, std::string what) {
    const auto place = place_of(text, at);
    return read_failure{place.line, place.column, std::move(what)};
  };
  if (const auto bad = find_bad_utf8(text); bad != std::string_view::npos)
    return failure(bad, "invalid UTF-8");
  const auto control = std::find_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f;
  });
  if (control != text.end())
    return failure(static_cast<std::size_t>(control - text.begin()), "control characters are not allowed");
  return std::nullopt;
}

problem yaml_problem(const read_failure& failure, const std::string& file) {
  const auto where = "line " + std::to_string(failure.line) + ": " + failure.text;
  // The reference reports duplicates in a second step, with a line of their own.
  const bool duplicate = failure.text.starts_with("mapping key ");
  problem out;
  out.file = file;
  out.line = failure.line;
  out.column = failure.column;
  out.text = "While parsing config: yaml: " + (duplicate ? "unmarshal errors:\n  " + where : where);
  return out;
}

/// The one place where exceptions of yaml-cpp end.
std::optional<read_failure> parse(std::string_view text, tree_builder& builder) {
  string_source source{text};
  std::istream input{&source};
  handler events{builder};
  try {
    YAML::Parser parser{input};
    parser.HandleNextDocument(events);
  } catch (const stop_parsing&) {
    return builder.failure();
  } catch (const YAML::Exception& e) {
    const auto line = e.mark.is_null() ? 0 : e.mark.line;
    const auto column = e.mark.is_null() ? 0 : e.mark.column;
    return read_failure{static_cast<unsigned>(line + 1), static_cast<unsigned>(column + 1), e.msg};
  } catch (const std::exception& e) {
    return read_failure{1, 1, e.what()};
  }
  return builder.failure();
}

} // namespace

expected<parsed_file> read_yaml(std::string_view text, const std::string& file) {
  if (text.starts_with("\xEF\xBB\xBF"))
    text.remove_prefix(3);
  if (const auto bad = find_bad_bytes(text))
    return tl::make_unexpected(yaml_problem(*bad, file));
  tree_builder builder{std::make_shared<const std::string>(file)};
  if (const auto failure = parse(text, builder))
    return tl::make_unexpected(yaml_problem(*failure, file));
  parsed_file out;
  out.warnings = builder.take_warnings();
  auto root = builder.take_root();
  if (root.is_null())
    return out;
  if (!root.is_map())
    return tl::make_unexpected(
        yaml_problem({root.where.line, root.where.column,
                      "expected a map of sections, got \"" + std::string{root.type_name()} + "\""},
                     file));
  out.root = std::move(root);
  return out;
}

} // namespace rr::config
