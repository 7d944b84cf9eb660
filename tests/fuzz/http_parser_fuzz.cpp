// Requests out of a byte stream: the first byte says how it is cut. However it is cut it must mean the same.

#include "tests/plugins/http/parser_driver.hpp"

#include <cstdlib>

namespace {

using namespace rr::http;

void require(bool holds) {
  if (!holds)
    std::abort();
}

/// What the application relies on without looking.
void check_request(const parsed_request& request) {
  require(is_token(request.method) && !request.target.empty());
  require(!(request.chunked && request.content_length));
  std::size_t hosts = 0;
  for (const auto& [name, value] : request.fields) {
    require(is_token(name) && is_canonical(name));
    require(value.find_first_of(std::string_view{"\r\n\0", 3}) == value.npos);
    require(trim_blanks(value) == value);
    hosts += name == "Host" ? 1 : 0;
    require(!(name == "Content-Length" && request.chunked));
  }
  require(hosts <= 1);
  if (request.complete && !request.chunked)
    require(request.body.size() == request.content_length.value_or(0));

  const auto parts = split_target(request.method, request.target);
  require(parts.has_value());
  std::string uri;
  append_uri(uri, *parts, {false, request.host, "127.0.0.1:80"});
  require(uri.find_first_of("\r\n") == uri.npos);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  if (size == 0)
    return 0;
  const std::string_view stream{reinterpret_cast<const char*>(data + 1), size - 1};
  const parser_limits limits{.header_bytes_max = 512, .body_bytes_max = 64};

  const auto whole = parse_whole(stream, limits);
  const auto cut = parse_stream(stream, data[0] % 16 + 1u, limits);

  for (const auto& request : whole.requests)
    check_request(request);
  require(whole.error.has_value() == cut.error.has_value());
  if (!whole.error)
    require(whole == cut);
  else // where a refused stream was left does not matter
    require(whole.error == cut.error && whole.requests == cut.requests);
  return 0;
}
