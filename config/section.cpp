#include "config/section.hpp"

#include "config/duration.hpp"
#include "config/text.hpp"

namespace rr::config {
namespace {

std::string show(bool value) { return value ? "true" : "false"; }
std::string show(const whole_number& value) { return format_number(value); }
std::string show(double value) { return format_number(value); }
std::string show(const std::string& value) { return value; }
std::string show(const text_list& value) { return join(value); }
std::string show(std::chrono::nanoseconds value) { return format_duration(value); }
std::string show(const choice_index&) { return {}; }
std::string show(const node&) { return {}; }

std::string show(const number_list& value) {
  text_list texts;
  for (const auto number : value)
    texts.push_back(format_number(number));
  return join(texts);
}

std::string show(const text_map& value) {
  text_list texts;
  for (const auto& [key, text] : value)
    texts.push_back(key + ": " + text);
  return join(texts);
}

} // namespace

const field_info* section_info::find(std::string_view key) const {
  const field_info* rest = nullptr;
  for (const auto& field : fields) {
    if (field.key == any_key)
      rest = &field;
    else if (same_key(field.key, key))
      return &field;
  }
  return rest;
}

std::string format_value(const field_value& value) {
  return std::visit([](const auto& held) { return show(held); }, value);
}

void walk(const section_info& info, const std::string& path, const field_visitor& visit) {
  for (const auto& field : info.fields) {
    auto at = path.empty() ? std::string{} : path + ".";
    at += field.key == any_key ? "<name>" : field.key;
    visit(at, field);
    if (!field.nested)
      continue;
    if (field.kind == field_kind::sections)
      at += "[]";
    if (field.kind == field_kind::sections_by_key && field.key != any_key)
      at += ".<name>";
    walk(*field.nested, at, visit);
  }
}

} // namespace rr::config
