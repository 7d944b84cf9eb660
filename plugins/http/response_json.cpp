#include "plugins/http/json_cursor.hpp"
#include "plugins/http/response_entries.hpp"

#include <charconv>

namespace rr::http {
namespace {

bool read_status(json_cursor& json, std::int64_t& status) {
  std::string_view text;
  if (!json.read_number(text))
    return false;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), status);
  return ec == std::errc{} && end == text.data() + text.size(); // a fraction is no status
}

/// One value of a header: a text, or a number as it is written.
bool read_value(json_cursor& json, response_entries& into) {
  std::string_view value;
  if (json.peek() == '"' ? !json.read_string(value) : !json.read_number(value))
    return false;
  into.values.push_back(value);
  return into.values.size() <= response_values_max;
}

bool read_entry(json_cursor& json, std::string_view key, response_entries& into) {
  response_entries::entry entry;
  entry.key = key;
  entry.first = static_cast<std::uint32_t>(into.values.size());
  const bool is_list = json.peek() == '[';
  if (is_list ? !json.read_array([&] { return read_value(json, into); }) : !read_value(json, into))
    return false;
  entry.count = static_cast<std::uint32_t>(into.values.size()) - entry.first;
  into.entries.push_back(entry);
  return into.entries.size() <= response_values_max;
}

bool read_headers(json_cursor& json, response_entries& into) {
  into.entries.clear(); // of members of the same name the last one counts
  into.values.clear();
  if (json.peek() == 'n')
    return json.read_null();
  if (json.peek() == '[') // PHP writes an empty map like this
    return json.read_array([] { return false; });
  return json.read_object([&](std::string_view key) { return read_entry(json, key, into); });
}

} // namespace

expected<void> read_json_response(std::string_view context, response_entries& into) {
  json_cursor json{context, into.arena};
  const bool is_well_formed = json.read_object([&](std::string_view key) {
    if (key == "status")
      return read_status(json, into.status);
    if (key == "headers")
      return read_headers(json, into);
    return json.skip_value();
  });
  if (is_well_formed && json.at_end())
    return {};
  const bool is_too_much =
      into.values.size() > response_values_max || into.entries.size() > response_values_max;
  return fail(error_kind::decode, {}, is_too_much ? "too many headers" : "malformed JSON context");
}

} // namespace rr::http
