// A parsed request becomes a worker's context in both codecs: always well-formed, whatever the client sent.

#include "plugins/http/json_cursor.hpp"
#include "plugins/http/proto_wire.hpp"
#include "plugins/http/request_codec.hpp"
#include "plugins/http/request_parser.hpp"
#include "plugins/http/utf8_text.hpp"

#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace rr::http;

void require(bool holds) {
  if (!holds)
    std::abort();
}

void check_json(const std::string& json) {
  std::string arena;
  arena.reserve(json.size());
  json_cursor cursor{json, arena};
  require(cursor.skip_value() && cursor.at_end());
}

/// Takes a varint off the front.
std::size_t take_varint(std::string_view& bytes) {
  std::size_t value = 0;
  for (unsigned shift = 0;; shift += 7) {
    require(!bytes.empty() && shift < 35);
    const auto byte = static_cast<unsigned char>(bytes[0]);
    bytes.remove_prefix(1);
    value |= std::size_t{byte & 0x7fu} << shift;
    if (byte < 0x80)
      return value;
  }
}

/// Takes a delimited field off the front, which must have this tag.
std::string_view take_field(std::string_view& bytes, char tag) {
  require(!bytes.empty() && bytes[0] == tag);
  bytes.remove_prefix(1);
  const auto size = take_varint(bytes);
  require(size <= bytes.size());
  const auto content = bytes.substr(0, size);
  bytes.remove_prefix(size);
  return content;
}

/// A key that is UTF-8 and at least one value, and nothing else.
void check_entry(std::string_view entry) {
  require(is_utf8(take_field(entry, proto::tag(1, proto::wire_type::delimited))));
  auto values = take_field(entry, proto::tag(2, proto::wire_type::delimited));
  require(entry.empty() && !values.empty());
  while (!values.empty())
    take_field(values, proto::tag(1, proto::wire_type::delimited));
}

/// Fields in rising order, to the last byte.
void check_proto(std::string_view message) {
  unsigned before = 0;
  while (!message.empty()) {
    const unsigned number = static_cast<unsigned char>(message[0]) >> 3;
    require(number >= before && number >= 1 && number <= 10);
    before = number;
    if (number == 8) {
      require(message.substr(0, 2) == "\x40\x01");
      message.remove_prefix(2);
      continue;
    }
    const auto content = take_field(message, message[0]);
    const bool is_map = number == 5 || number == 6 || number == 10;
    if (is_map)
      check_entry(content);
    else
      require(is_utf8(content));
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view stream{reinterpret_cast<const char*>(data), size};
  request_parser parser;
  if (parser.parse(stream).event != parse_event::head_complete)
    return 0;
  const auto& head = parser.head();
  std::string uri;
  std::string query;
  append_uri(uri, head.parts, {false, head.host, "127.0.0.1:80"});
  append_query(query, head.parts.query);
  require(is_utf8(uri) && is_utf8(query));

  request_view request{"127.0.0.1", head.protocol, head.method, uri,        query,
                       head.fields, true,          "{}",        head.fields};
  request_encoder encoder;
  std::string json;
  encoder.encode_json(request, json);
  check_json(json);
  std::string proto;
  encoder.encode_proto(request, proto);
  check_proto(proto);
  return 0;
}
