// An answer's context in both codecs, and what is sent to the client for it.

#include "plugins/http/response_codec.hpp"
#include "plugins/http/response_framing.hpp"

#include <cstdlib>
#include <string>

namespace {

using namespace rr::http;

void require(bool holds) {
  if (!holds)
    std::abort();
}

/// Every line of a head ends in CR LF and no line is empty before the end.
void check_head(std::string_view bytes) {
  const auto end = bytes.find("\r\n\r\n");
  require(end != bytes.npos);
  auto head = bytes.substr(0, end + 2);
  bool is_first = true;
  while (!head.empty()) {
    const auto line = head.substr(0, head.find("\r\n"));
    require(line.find_first_of(std::string_view{"\r\n\0", 3}) == line.npos);
    require(is_first ? line.substr(0, 5) == "HTTP/" : is_token(line.substr(0, line.find(':'))));
    head.remove_prefix(line.size() + 2);
    is_first = false;
  }
}

void send(const worker_response& response, unsigned char how, std::string_view body) {
  if (response.status < 200 || response.status > 599)
    return;
  framing_facts facts;
  facts.version_minor = how & 1;
  facts.is_head = (how & 2) != 0;
  facts.keep_alive = (how & 4) != 0;
  facts.date = "D";
  response_framing framing;
  framing.reset(facts);
  const bool more = (how & 8) != 0;
  std::string out;
  auto pieces = framing.begin(out, {static_cast<int>(response.status), response.headers, response.trailers},
                              body, more);
  check_head(out);
  if (more)
    pieces = framing.chunk(out, body, false, response.trailers);
  require(framing.is_complete());
  require(pieces.body.empty() || pieces.body.data() == body.data());
}

void decode(rr::payload_codec codec, rr::frame_flags flags, unsigned char how, std::string_view context) {
  response_decoder decoder;
  const auto response = decoder.decode(flags, codec, context);
  if (!response)
    return;
  std::string_view before;
  for (const auto& field : response->headers) {
    require(is_token(field.name) && is_canonical(field.name));
    require(before <= field.name);
    before = field.name;
  }
  send(*response, how, context.substr(0, 8));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  if (size == 0)
    return 0;
  const std::string_view context{reinterpret_cast<const char*>(data + 1), size - 1};
  decode(rr::payload_codec::proto, rr::frame_flags::proto, data[0], context);
  decode(rr::payload_codec::json, rr::frame_flags::json, data[0], context);
  return 0;
}
