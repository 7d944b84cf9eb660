#include "config/reader.hpp"

#include "config/text.hpp"
#include "config/tree_builder.hpp"
#include "config/utf8.hpp"
#include "config/yaml_events.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <istream>
#include <streambuf>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

namespace rr::config {
namespace {

class string_source : public std::streambuf {
public:
  explicit string_source(std::string_view text) {
    auto* data = const_cast<char*>(text.data()); // streambuf wants it so; nothing writes to it
    setg(data, data, data + text.size());
  }
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

/// yaml-cpp takes a quote that does not end for one that ends with the text, unless the text ends in the
/// middle of a line or of a document: so the document gets an end that no scalar can hold.
std::string with_document_end(std::string_view text) {
  std::string out{text};
  if (!out.empty() && std::string_view{" \t\r\n"}.find(out.back()) != std::string_view::npos)
    out += out.back() == '\n' ? "...\n" : "\n...\n";
  return out;
}

/// The words of the reference's parser for what yaml-cpp says shorter or differently.
std::string message_of(const YAML::Exception& e) {
  namespace msg = YAML::ErrorMsg;
  static const std::array<std::pair<std::string_view, const char*>, 11> words{{
      {msg::DOC_IN_SCALAR, "found unexpected end of stream: a quote does not end"},
      {msg::EOF_IN_SCALAR, "found unexpected end of stream: a quote does not end"},
      {msg::END_OF_MAP, "did not find expected key"},
      {msg::END_OF_SEQ, "did not find expected '-' indicator"},
      {msg::END_OF_MAP_FLOW, "did not find expected ',' or '}'"},
      {msg::END_OF_SEQ_FLOW, "did not find expected ',' or ']'"},
      {msg::FLOW_END, "found a closing bracket without an opening one"},
      {msg::MAP_VALUE, "mapping values are not allowed in this context"},
      {msg::BLOCK_ENTRY, "block sequence entries are not allowed in this context"},
      {msg::UNKNOWN_TOKEN, "found character that cannot start any token"},
      {msg::UNKNOWN_ANCHOR, "unknown anchor referenced"},
  }};
  for (const auto& [theirs, ours] : words)
    if (e.msg == theirs)
      return ours;
  return e.msg;
}

read_failure failure_of(const YAML::Exception& e) {
  const auto place = e.mark.is_null() ? YAML::Mark{} : e.mark;
  return {static_cast<unsigned>(place.line + 1), static_cast<unsigned>(place.column + 1), message_of(e)};
}

/// Whether a second document may start at `line`, from 0: at its own mark, or after the mark that ended the
/// first.
bool has_document_mark(std::string_view text, std::size_t line) {
  std::vector<std::string_view> lines;
  for (std::size_t from = 0; lines.size() <= line && from <= text.size();) {
    const auto to = std::min(text.find('\n', from), text.size());
    lines.push_back(text.substr(from, to - from));
    from = to + 1;
  }
  if (lines.size() <= line || lines[line].starts_with("---"))
    return true;
  while (line-- > 0) {
    if (lines[line].starts_with("..."))
      return true;
    const auto rest = trim(lines[line]);
    if (!rest.empty() && rest.front() != '#' && rest.front() != '%')
      return false;
  }
  return false;
}

/// yaml-cpp ends the document where its first value ends and would read over what follows, such as `{a: 1} b:
/// 2`.
std::optional<read_failure> find_trailing_text(YAML::Parser& parser, std::string_view text) {
  next_document probe;
  auto line = std::optional<int>{};
  try {
    if (!parser.HandleNextDocument(probe))
      return std::nullopt;
  } catch (const stop_parsing&) {
    line = probe.line();
  } catch (const YAML::Exception& e) {
    line = e.mark.line;
  }
  if (!line || *line < 0 || has_document_mark(text, static_cast<std::size_t>(*line)))
    return std::nullopt;
  return read_failure{static_cast<unsigned>(*line + 1), 1, "did not find expected <document start>"};
}

/// The one place where exceptions of yaml-cpp end.
std::optional<read_failure> parse(std::string_view text, tree_builder& builder) {
  const auto ended = with_document_end(text);
  string_source source{ended};
  std::istream input{&source};
  yaml_events events{builder, ended};
  try {
    YAML::Parser parser{input};
    if (parser.HandleNextDocument(events) && !builder.failure())
      return find_trailing_text(parser, ended);
  } catch (const stop_parsing&) {
    return builder.failure();
  } catch (const YAML::Exception& e) {
    return failure_of(e);
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
