#include "plugins/http/request_codec.hpp"

#include "plugins/http/proto_wire.hpp"
#include "plugins/http/utf8_text.hpp"

#include <utility>

namespace rr::http {
namespace {

using namespace proto;

/// Field numbers of http.v1.Request.
enum request_field : unsigned {
  remote_addr = 1,
  protocol = 2,
  method = 3,
  uri = 4,
  header = 5,
  cookies = 6,
  raw_query = 7,
  parsed = 8,
  uploads = 9,
  attributes = 10,
};

// Both halves of a map entry, and the only field of HeaderValue.
constexpr unsigned entry_key = 1;
constexpr unsigned entry_value = 2;
constexpr unsigned header_value = 1;

bool is_for_worker(std::string_view name) {
  return name != "Host" && name != "Transfer-Encoding" && name != "Trailer";
}

void append_text_field(std::string& out, unsigned number, std::string_view text) {
  if (text.empty())
    return;
  if (is_utf8(text))
    return append_bytes_field(out, number, text);
  std::string clean;
  append_utf8_text(clean, text);
  append_bytes_field(out, number, clean);
}

/// Appends a map entry up to the bytes of its first value.
void append_entry(std::string& out, unsigned number, std::string_view key, std::size_t value_bytes,
                  std::string_view first_value) {
  std::string clean;
  if (!is_utf8(key)) { // only attributes and foreign front ends can have such names
    append_utf8_text(clean, key);
    key = clean;
  }
  const auto entry_bytes = bytes_field_size(key.size()) + bytes_field_size(value_bytes);
  out += wire_head{}.delimited(number, entry_bytes).delimited(entry_key, key.size()).bytes();
  out += key;
  out += wire_head{}.delimited(entry_value, value_bytes).delimited(header_value, first_value.size()).bytes();
  out += first_value;
}

void append_map(std::string& out, unsigned number, header_fields fields, const field_groups& groups) {
  for (const auto& group : groups.groups()) {
    std::size_t value_bytes = 0;
    groups.for_each(fields, group,
                    [&](std::string_view value) { value_bytes += bytes_field_size(value.size()); });
    const auto& first = fields[group.first];
    append_entry(out, number, first.name, value_bytes, first.value);
    if (group.first == group.last)
      continue;
    bool is_first = true;
    groups.for_each(fields, group, [&](std::string_view value) {
      if (!std::exchange(is_first, false))
        append_bytes_field(out, header_value, value);
    });
  }
}

void append_member(std::string& out, std::string_view name_and_colon, std::string_view text) {
  out += name_and_colon;
  append_json_string(out, text);
}

void append_list(std::string& out, header_fields fields, const field_groups& groups,
                 const field_groups::group& group) {
  char before = '[';
  groups.for_each(fields, group, [&](std::string_view value) {
    out += before;
    append_json_string(out, value);
    before = ',';
  });
  out += ']';
}

void append_headers_json(std::string& out, header_fields fields, const field_groups& groups) {
  std::string_view before = "{";
  for (const auto& group : groups.groups()) {
    out += before;
    append_json_string(out, fields[group.first].name);
    out += ':';
    append_list(out, fields, groups, group);
    before = ",";
  }
  out += groups.groups().empty() ? "{}" : "}";
}

void append_attributes_json(std::string& out, header_fields fields, const field_groups& groups) {
  if (groups.groups().empty()) {
    out += "null";
    return;
  }
  char before = '{';
  for (const auto& group : groups.groups()) {
    out += before;
    append_json_string(out, fields[group.first].name);
    out += ':';
    if (group.first == group.last)
      append_json_string(out, fields[group.first].value);
    else
      append_list(out, fields, groups, group);
    before = ',';
  }
  out += '}';
}

void append_cookies_json(std::string& out, header_fields jar) {
  out += '{';
  for (const auto& cookie : jar) {
    if (&cookie != jar.data())
      out += ',';
    append_json_string(out, cookie.name);
    out += ':';
    append_json_string(out, cookie.value);
  }
  out += '}';
}

} // namespace

void request_encoder::collect(const request_view& request) {
  headers_.collect(request.headers, is_for_worker);
  attributes_.collect(request.attributes, [](std::string_view) { return true; });
  cookies_.read(request.headers);
}

void request_encoder::encode_proto(const request_view& request, std::string& out) {
  collect(request);
  append_text_field(out, remote_addr, request.remote_addr);
  append_text_field(out, protocol, request.protocol);
  append_text_field(out, method, request.method);
  append_text_field(out, uri, request.uri);
  append_map(out, header, request.headers, headers_);
  for (const auto& cookie : cookies_.cookies())
    append_entry(out, cookies, cookie.name, bytes_field_size(cookie.value.size()), cookie.value);
  append_text_field(out, raw_query, request.raw_query);
  if (request.parsed) {
    out += tag(parsed, wire_type::varint);
    out += '\1';
  }
  if (!request.uploads.empty())
    append_bytes_field(out, uploads, request.uploads);
  append_map(out, attributes, request.attributes, attributes_);
}

void request_encoder::encode_json(const request_view& request, std::string& out) {
  collect(request);
  append_member(out, R"({"remoteAddr":)", request.remote_addr);
  append_member(out, R"(,"protocol":)", request.protocol);
  append_member(out, R"(,"method":)", request.method);
  append_member(out, R"(,"uri":)", request.uri);
  out += R"(,"headers":)";
  append_headers_json(out, request.headers, headers_);
  out += R"(,"cookies":)";
  append_cookies_json(out, cookies_.cookies());
  append_member(out, R"(,"rawQuery":)", request.raw_query);
  out += request.parsed ? R"(,"parsed":true,"uploads":)" : R"(,"parsed":false,"uploads":)";
  out += request.uploads.empty() ? std::string_view{"null"} : request.uploads;
  out += R"(,"attributes":)";
  append_attributes_json(out, request.attributes, attributes_);
  out += '}';
}

} // namespace rr::http
