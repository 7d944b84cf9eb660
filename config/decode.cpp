#include "config/decode.hpp"

#include "config/convert.hpp"
#include "config/text.hpp"

namespace rr::config {
namespace {

std::string join_path(const std::string& path, std::string_view key) {
  return path.empty() ? std::string{key} : path + "." + std::string{key};
}

class decoder {
public:
  explicit decoder(problems& warnings) : warnings_{warnings} {}

  void run(void* object, const section_info& info, const node& value, const std::string& path) {
    if (value.is_null())
      return;
    if (!value.is_map())
      return wrong_shape(value, path, "map or struct", "write its keys below it, indented");
    const auto errors_before = errors_.size();
    for (const auto& entry : value.entries) {
      const auto* field = info.find(entry.key);
      if (field == nullptr)
        unknown_key(info, entry, path);
      else if (!entry.value.is_null())
        decode_field(object, *field, entry, path);
    }
    check_required(info, value, path);
    if (errors_.size() == errors_before)
      check_whole(object, info, value, path);
  }

  problems take_errors() { return std::move(errors_); }

private:
  void wrong_shape(const node& value, const std::string& path, const std::string& wanted,
                   const std::string& remedy) {
    errors_.push_back(problem_at(value.where, path,
                                 "expected a " + wanted + ", got \"" + std::string{value.type_name()} + "\"",
                                 remedy));
  }

  void unknown_key(const section_info& info, const node_entry& entry, const std::string& path) {
    if (info.open_ended)
      return;
    std::vector<std::string> names;
    for (const auto& field : info.fields)
      names.push_back(field.key);
    const auto near = nearest_name(entry.key, names);
    warnings_.push_back(problem_at(entry.where, join_path(path, shown(entry.key)),
                                   "unknown key; it has no effect",
                                   near.empty() ? "" : "did you mean '" + near + "'?"));
    warnings_.back().level = severity::warning;
  }

  void decode_field(void* object, const field_info& field, const node_entry& entry, const std::string& path) {
    const auto key = join_path(path, field.key == any_key ? entry.key : field.key);
    switch (field.kind) {
    case field_kind::ignored:
      return;
    case field_kind::section:
      return decode_section(object, field, entry.value, key);
    case field_kind::sections:
      return decode_list(object, field, entry.value, key);
    case field_kind::sections_by_key:
      if (field.key == any_key)
        return run(field.open(object, entry.key), *field.nested, entry.value, key);
      return decode_map(object, field, entry.value, key);
    default:
      return decode_value(object, field, entry.value, key);
    }
  }

  void decode_value(void* object, const field_info& field, const node& value, const std::string& key) {
    auto converted = convert(field, value, key, warnings_);
    if (!converted)
      errors_.push_back(std::move(converted.error()));
    else if (field.options.required && is_zero(*converted))
      errors_.push_back(missing(field, value.where, key));
    else if (!field.options.zero_means_default || !is_zero(*converted))
      field.store(object, std::move(*converted));
  }

  void decode_section(void* object, const field_info& field, const node& value, const std::string& key) {
    if (!value.is_map())
      return wrong_shape(value, key, "map or struct", "write its keys below it, indented");
    run(field.open(object, {}), *field.nested, value, key);
  }

  void decode_list(void* object, const field_info& field, const node& value, const std::string& key) {
    // A single map counts as a list of one, as with every list.
    if (value.is_map())
      return run(field.open(object, {}), *field.nested, value, key + "[0]");
    if (!value.is_list())
      return wrong_shape(value, key, "list of maps", "write `- key: value` entries below it");
    for (std::size_t i = 0; i < value.items.size(); ++i)
      run(field.open(object, {}), *field.nested, value.items[i], key + "[" + std::to_string(i) + "]");
  }

  void decode_map(void* object, const field_info& field, const node& value, const std::string& key) {
    if (!value.is_map())
      return wrong_shape(value, key, "map of names", "write names below it, each with its keys indented");
    for (const auto& entry : value.entries)
      if (!entry.value.is_null())
        run(field.open(object, entry.key), *field.nested, entry.value, join_path(key, entry.key));
  }

  static problem missing(const field_info& field, const location& where, const std::string& key) {
    const auto& told = field.options.required_text;
    return problem_at(where, key, told.empty() ? field.key + " should not be empty" : told, "set it");
  }

  void check_required(const section_info& info, const node& value, const std::string& path) {
    for (const auto& field : info.fields)
      if (field.options.required && value.child(field.key) == nullptr)
        errors_.push_back(missing(field, value.where, join_path(path, field.key)));
  }

  void check_whole(const void* object, const section_info& info, const node& value, const std::string& path) {
    for (const auto& is_wrong : info.checks)
      if (auto text = is_wrong(object); !text.empty())
        errors_.push_back(problem_at(value.where, path, std::move(text)));
  }

  problems& warnings_;
  problems errors_;
};

} // namespace

problems decode_into(void* object, const section_info& info, const node& value, const std::string& path,
                     problems& warnings) {
  decoder out{warnings};
  out.run(object, info, value, path);
  return out.take_errors();
}

} // namespace rr::config
