#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rr::http {

/// The shapes of a request target.
enum class target_form : std::uint8_t {
  origin,    ///< `/path?query`
  absolute,  ///< `http://host/path?query`
  authority, ///< `host:port`, of CONNECT
  asterisk,  ///< `*`
  opaque,    ///< `name:rest`: accepted and passed on as it is, as the reference does
};

/// A request target in pieces: views into the target.
struct request_target {
  target_form form = target_form::origin;
  std::string_view scheme;    ///< absolute form only, as written
  std::string_view authority; ///< absolute and authority form: with user and port
  std::string_view path;      ///< as sent; opaque form: the whole target before the `?`
  std::string_view query;     ///< after the first `?`, not decoded
  bool has_query = false;     ///< there is a `?`, even with nothing behind it

  /// The authority without a user.
  std::string_view host() const;
};

/// Takes a target apart; nothing when it is none: relative paths, control bytes, bad percent escapes in the
/// path, a bad authority. The query is not checked.
/// @source RFC 9112, section 3.2
std::optional<request_target> split_target(std::string_view method, std::string_view target);

/// True when `text` holds only characters that a Host line may have; an empty one is fine.
/// @source RFC 3986, section 3.2.2
bool is_host_line(std::string_view text);

/// Where a request came in: what makes its URI absolute.
struct uri_origin {
  bool is_tls = false;
  std::string_view host;          ///< of the Host line or the absolute form; may be empty
  std::string_view local_address; ///< `host:port` of our end: stands in for a missing host
};

/// Appends the absolute URI that the worker gets.
///
/// The path is kept when it is a valid encoding and else decoded and escaped anew; the query is kept, but
/// bytes that are no UTF-8 are escaped. CR and LF are left out.
void append_uri(std::string& out, const request_target& target, const uri_origin& origin);

/// Appends the query as the worker gets it: not decoded, without CR and LF, bytes that are no UTF-8 as
/// percent escapes.
void append_query(std::string& out, std::string_view query);

/// The target alone, re-serialised, as the `URL` field of the access log shows it.
void append_url(std::string& out, const request_target& target);

} // namespace rr::http
