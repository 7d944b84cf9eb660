#pragma once

#include "plugins/http/request_parser.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rr::http {

/// A request as a test wants to look at it: nothing points into the parser.
struct parsed_request {
  std::string method;
  std::string target;
  std::string protocol;
  std::string host;
  std::vector<std::pair<std::string, std::string>> fields;
  std::optional<std::uint64_t> content_length;
  bool chunked = false;
  bool keep_alive = false;
  bool upgrade = false;
  expectation expect = expectation::none;
  std::string body;
  bool complete = false;

  friend bool operator==(const parsed_request&, const parsed_request&) = default;
};

struct parsed_stream {
  std::vector<parsed_request> requests;
  std::optional<parse_error> error;
  std::string rest; ///< not consumed

  friend bool operator==(const parsed_stream&, const parsed_stream&) = default;
};

inline parsed_request copy_of(const request_head& head) {
  parsed_request out;
  out.method = head.method;
  out.target = head.target;
  out.protocol = head.protocol;
  out.host = head.host;
  for (const auto& field : head.fields)
    out.fields.emplace_back(field.name, field.value);
  out.content_length = head.content_length;
  out.chunked = head.chunked;
  out.keep_alive = head.keep_alive;
  out.upgrade = head.upgrade;
  out.expect = head.expect;
  return out;
}

/// Feeds a stream to a parser in pieces of `piece` bytes, as a connection does: what was not consumed is
/// presented again.
inline parsed_stream parse_stream(std::string_view stream, std::size_t piece, parser_limits limits = {}) {
  request_parser parser{limits};
  parsed_stream out;
  while (true) {
    const auto step = parser.parse(out.rest);
    const std::string body{step.body};
    out.rest.erase(0, step.consumed);
    switch (step.event) {
    case parse_event::need_more:
      if (stream.empty())
        return out;
      out.rest.append(stream.substr(0, piece));
      stream.remove_prefix(std::min(piece, stream.size()));
      break;
    case parse_event::head_complete:
      out.requests.push_back(copy_of(parser.head()));
      break;
    case parse_event::body:
      out.requests.back().body += body;
      break;
    case parse_event::message_complete:
      out.requests.back().complete = true;
      parser.reset();
      break;
    case parse_event::error:
      out.error = parser.error();
      return out;
    }
  }
}

/// The same with the whole stream at once.
inline parsed_stream parse_whole(std::string_view stream, parser_limits limits = {}) {
  return parse_stream(stream, std::max<std::size_t>(stream.size(), 1), limits);
}

} // namespace rr::http
