#include "config/describe_markdown.hpp"

#include "config/duration.hpp"
#include "config/text.hpp"

namespace rr::config {
namespace {

std::string_view type_of(const field_info& field) {
  switch (field.kind) {
  case field_kind::boolean:
    return "boolean";
  case field_kind::integer:
    return "whole number";
  case field_kind::number:
    return "number";
  case field_kind::text:
    return "string";
  case field_kind::duration:
    return "duration";
  case field_kind::texts:
    return field.options.command ? "command" : "list of strings";
  case field_kind::numbers:
    return "list of numbers";
  case field_kind::texts_by_key:
    return "map of strings";
  case field_kind::choice:
    return "name";
  case field_kind::any:
    return "any";
  case field_kind::section:
    return "section";
  case field_kind::sections:
    return "list of sections";
  case field_kind::sections_by_key:
    return "sections by name";
  case field_kind::ignored:
    break;
  }
  return "ignored";
}

/// Text that cannot end its cell.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|')
      out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

std::string code(std::string_view text) { return text.empty() ? std::string{} : "`" + cell(text) + "`"; }

std::string bound(const field_info& field, double value) {
  if (field.kind != field_kind::duration)
    return format_number(value);
  return format_duration(
      std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>(value)));
}

void add_sentence(std::string& out, const std::string& sentence) {
  if (!out.empty())
    out += " ";
  out += sentence;
}

std::string meaning_of(const field_info& field) {
  const auto& options = field.options;
  auto out = options.doc;
  const auto& names = field.kind == field_kind::choice ? field.names : options.allowed;
  if (!names.empty())
    add_sentence(out, "One of " + join(names) + ".");
  if (options.min && options.max)
    add_sentence(out, "From " + bound(field, *options.min) + " to " + bound(field, *options.max) + ".");
  else if (options.min)
    add_sentence(out, "At least " + bound(field, *options.min) + ".");
  else if (options.max)
    add_sentence(out, "At most " + bound(field, *options.max) + ".");
  if (options.zero_means_default)
    add_sentence(out, "0 means the default.");
  if (options.bare_unit)
    add_sentence(out, "A bare number counts in units of " + format_duration(*options.bare_unit) + ".");
  if (options.required)
    add_sentence(out, "Required.");
  if (field.kind == field_kind::ignored)
    add_sentence(out, "Accepted, without effect.");
  return out;
}

} // namespace

std::string describe_markdown(const section_info& info, const std::string& path) {
  std::string out = "## `" + path + "`\n\n";
  if (!info.doc.empty())
    out += info.doc + "\n\n";
  out += "| key | type | default | unit | meaning |\n|---|---|---|---|---|\n";
  walk(info, path, [&](const std::string& key, const field_info& field) {
    out += "| " + code(key) + " | " + std::string{type_of(field)} + " | " + code(field.default_text) + " | " +
           cell(field.options.unit) + " | " + cell(meaning_of(field)) + " |\n";
  });
  return out;
}

} // namespace rr::config
