#include "plugins/http/request_parser.hpp"

#include "plugins/http/head_rules.hpp"

#include <algorithm>
#include <array>
#include <boost/beast/http/basic_parser.hpp>
#include <cstring>
#include <string>
#include <vector>

namespace rr::http {
namespace {

namespace beast = boost::beast;

constexpr std::size_t header_slack_bytes = 4096;
constexpr std::size_t leading_line_ends_max = 8;     ///< CR and LF before a request line
constexpr std::size_t chunk_line_bytes_max = 16384;  ///< of one chunk header, and of a trailer section
constexpr std::size_t chunk_waste_bytes_max = 16384; ///< of extensions, beyond what honest chunking needs
constexpr std::size_t last_chunk_bytes_min = 5;      ///< `0 CR LF CR LF`
constexpr std::size_t kept_arena_bytes_max = 64 * 1024;

constexpr std::array<std::string_view, 10> protocols = {"HTTP/1.0", "HTTP/1.1", "HTTP/1.2", "HTTP/1.3",
                                                        "HTTP/1.4", "HTTP/1.5", "HTTP/1.6", "HTTP/1.7",
                                                        "HTTP/1.8", "HTTP/1.9"};

std::string_view view_of(beast::string_view text) { return {text.data(), text.size()}; }

/// What the library found in one `put`, and in the head.
struct message_sink {
  std::vector<header_field> fields;
  std::string_view method;
  std::string_view target;
  std::string_view body;
  std::uint64_t chunk_bytes_left = 0;
  std::size_t chunk_waste_bytes = 0;
  bool is_head_done = false;
  bool is_done = false;
};

/// Beast's parser without its containers. It reads heads that the rules have made unambiguous, then bodies.
class message_parser final : public beast::http::basic_parser<true> {
public:
  explicit message_parser(message_sink& sink) : sink_(sink) {
    body_limit(boost::none); // counted here: too long is an event after the head, not an error of the head
    header_limit(std::numeric_limits<std::uint32_t>::max());
  }

protected:
  using error_code = beast::error_code;

  void on_request_impl(beast::http::verb, beast::string_view method, beast::string_view target, int,
                       error_code&) override {
    sink_.method = view_of(method);
    sink_.target = view_of(target);
  }
  void on_response_impl(int, beast::string_view, int, error_code&) override {}
  void on_field_impl(beast::http::field, beast::string_view name, beast::string_view value,
                     error_code&) override {
    if (!sink_.is_head_done) // trailers are read and forgotten
      sink_.fields.push_back({view_of(name), view_of(value)});
  }
  void on_header_impl(error_code&) override { sink_.is_head_done = true; }
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(beast::string_view body, error_code&) override {
    sink_.body = view_of(body);
    return body.size();
  }
  void on_chunk_header_impl(std::uint64_t size, beast::string_view extensions, error_code& ec) override {
    // The library takes any byte inside a quoted extension. A line end there is what smuggling is made of.
    const auto is_control = [](char c) {
      return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == '\x7f';
    };
    if (std::any_of(extensions.begin(), extensions.end(), is_control))
      ec = beast::http::error::bad_chunk_extension;
    sink_.chunk_bytes_left = size;
    sink_.chunk_waste_bytes += extensions.size();
    sink_.chunk_waste_bytes -= std::min<std::uint64_t>(sink_.chunk_waste_bytes, 16 + size);
  }
  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view body, error_code&) override {
    sink_.body = view_of(body);
    sink_.chunk_bytes_left -= body.size();
    return body.size();
  }
  void on_finish_impl(error_code&) override { sink_.is_done = true; }

private:
  message_sink& sink_;
};

expectation expectation_of(const request_head& head) {
  const auto* value = find_value(head.fields, "Expect");
  if (value == nullptr || value->empty())
    return expectation::none;
  if (!list_has(*value, "100-continue"))
    return expectation::unknown;
  return head.version_minor != 0 && head.has_body() ? expectation::continue_100 : expectation::none;
}

} // namespace

struct request_parser::state {
  enum class phase : std::uint8_t { head, body, complete, failed };

  explicit state(parser_limits l) : limits(l), body_bytes_left(l.body_bytes_max) {}

  parse_step fail(parse_error why, std::size_t consumed = 0) {
    at = phase::failed;
    error = why;
    return {consumed, parse_event::error};
  }

  parse_step read_head(std::string_view bytes) {
    const auto skipped = skip_line_ends(bytes);
    if (line_ends > leading_line_ends_max)
      return fail({400, {}}, skipped);
    bytes.remove_prefix(skipped);
    if (!bytes.empty() && !is_token_char(bytes[0])) // no method: do not wait for a line end, none may come
      return fail({400, {}}, skipped);
    const auto size = find_head_end(bytes);
    if (std::min(size, bytes.size()) > limits.header_bytes_max + header_slack_bytes)
      return fail({431, {}}, skipped);
    if (size == bytes.npos)
      return {skipped, parse_event::need_more};
    if (const auto why = take_head(bytes.substr(0, size)))
      return fail(*why, skipped + size);
    at = sink.is_done ? phase::complete : phase::body;
    return {skipped + size, parse_event::head_complete};
  }

  /// How many line ends before the request line are there to be dropped.
  std::size_t skip_line_ends(std::string_view bytes) {
    if (scanned != 0)
      return 0;
    const auto count = std::min(bytes.find_first_not_of("\r\n"), bytes.size());
    line_ends += count;
    return count;
  }

  /// Where the head ends, behind its empty line; npos while it is not there. Looks at every byte once.
  std::size_t find_head_end(std::string_view bytes) {
    for (auto at_lf = bytes.find('\n', scanned); at_lf != bytes.npos; at_lf = bytes.find('\n', scanned)) {
      const auto line = bytes.substr(line_at, at_lf - line_at);
      line_at = scanned = at_lf + 1;
      if (line.empty() || line == "\r")
        return scanned;
    }
    scanned = bytes.size();
    return bytes.npos;
  }

  std::optional<parse_error> take_head(std::string_view raw) {
    head_findings findings;
    if (auto why = apply_head_rules(raw, arena, findings))
      return why;
    beast::error_code ec;
    parser.emplace(sink).put(boost::asio::const_buffer{arena.data(), arena.size()}, ec);
    if (ec || !sink.is_head_done)
      return parse_error{400, {}};
    const auto parts = split_target(sink.method, sink.target);
    if (!parts)
      return parse_error{400, {}};
    fill_head(findings, *parts);
    return std::nullopt;
  }

  void fill_head(const head_findings& findings, const request_target& parts) {
    head.method = sink.method;
    head.target = sink.target;
    head.parts = parts;
    head.version_minor = findings.version_minor;
    head.protocol = protocols[findings.version_minor];
    head.fields = sink.fields;
    const auto* host = find_value(head.fields, "Host");
    head.host = !parts.authority.empty() ? parts.host() : host != nullptr ? *host : std::string_view{};
    head.chunked = parser->chunked();
    head.content_length.reset();
    if (const auto length = parser->content_length(); length && !head.chunked)
      head.content_length = *length;
    head.keep_alive = parser->keep_alive() && !findings.is_ambiguous;
    head.upgrade = parser->upgrade() && find_value(head.fields, "Upgrade") != nullptr;
    head.expect = expectation_of(head);
  }

  parse_step read_body(std::string_view bytes) {
    std::size_t consumed = 0;
    while (true) {
      const auto rest = bytes.substr(consumed);
      if (announced_bytes() > body_bytes_left)
        return fail({413, {}}, consumed);
      if (rest.empty() || is_short_of_a_chunk_header(rest))
        return {consumed, parse_event::need_more};
      beast::error_code ec;
      sink.body = {};
      const bool is_meta = head.chunked && sink.chunk_bytes_left == 0;
      const auto used = parser->put(boost::asio::const_buffer{rest.data(), rest.size()}, ec);
      consumed += used;
      if (ec == beast::http::error::need_more && is_meta && has_bare_line_feed(rest.substr(used)))
        return fail({400, "malformed chunked encoding"}, consumed);
      if (ec == beast::http::error::need_more && rest.size() - used <= chunk_line_bytes_max)
        return {consumed, parse_event::need_more};
      if (ec || (is_meta && used > chunk_line_bytes_max) || sink.chunk_waste_bytes > chunk_waste_bytes_max)
        return fail({400, "malformed chunked encoding"}, consumed);
      body_bytes += sink.body.size();
      body_bytes_left -= sink.body.size();
      if (sink.is_done)
        at = phase::complete;
      if (!sink.body.empty())
        return {consumed, parse_event::body, sink.body};
      if (sink.is_done)
        return {consumed, parse_event::message_complete};
    }
  }

  /// True when a line ends without CR: the library would wait for the right end until the client gives up.
  static bool has_bare_line_feed(std::string_view text) {
    for (auto at = text.find('\n'); at != text.npos; at = text.find('\n', at + 1))
      if (at == 0 || text[at - 1] != '\r')
        return true;
    return false;
  }

  /// How many bytes of the body are known to come: the rest of it, or of the current chunk.
  std::uint64_t announced_bytes() const {
    return head.chunked ? sink.chunk_bytes_left : head.content_length.value_or(0) - body_bytes;
  }

  /// Fewer bytes cannot be a chunk header and what must follow it. The library's assertions count on that
  /// many.
  bool is_short_of_a_chunk_header(std::string_view bytes) const {
    return head.chunked && sink.chunk_bytes_left == 0 && bytes.size() < last_chunk_bytes_min;
  }

  void reset() {
    at = phase::head;
    error = {};
    scanned = line_at = line_ends = 0;
    body_bytes = 0;
    body_bytes_left = limits.body_bytes_max;
    if (arena.capacity() > kept_arena_bytes_max) {
      arena = {};
      sink.fields = {};
    }
    arena.clear();
    auto fields = std::move(sink.fields);
    fields.clear();
    sink = {};
    sink.fields = std::move(fields);
    head = {};
    parser.reset();
  }

  parser_limits limits;
  phase at = phase::head;
  parse_error error;
  std::size_t scanned = 0;       ///< bytes of the head that were looked at
  std::size_t line_at = 0;       ///< where the current line starts
  std::size_t line_ends = 0;     ///< dropped before the request line
  std::uint64_t body_bytes = 0;  ///< read
  std::uint64_t body_bytes_left; ///< that may still come
  std::string arena;             ///< the head as the rules wrote it; all views of `head` point here
  message_sink sink;
  std::optional<message_parser> parser; ///< cannot be used twice: one per request
  request_head head;
};

request_parser::request_parser(parser_limits limits) : state_(std::make_unique<state>(limits)) {}
request_parser::~request_parser() = default;
request_parser::request_parser(request_parser&&) noexcept = default;
request_parser& request_parser::operator=(request_parser&&) noexcept = default;

parse_step request_parser::parse(std::string_view bytes) {
  switch (state_->at) {
  case state::phase::head:
    return state_->read_head(bytes);
  case state::phase::body:
    return state_->read_body(bytes);
  case state::phase::complete:
    return {0, parse_event::message_complete};
  case state::phase::failed:
    break;
  }
  return {0, parse_event::error};
}

const request_head& request_parser::head() const { return state_->head; }

const parse_error& request_parser::error() const { return state_->error; }

bool request_parser::is_idle() const { return state_->at == state::phase::head && state_->scanned == 0; }

void request_parser::limit_body(std::uint64_t bytes_max) { state_->body_bytes_left = bytes_max; }

void request_parser::reset() { state_->reset(); }

} // namespace rr::http
