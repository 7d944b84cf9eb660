#include "plugins/http/request_target.hpp"

#include "config/utf8.hpp"
#include "plugins/http/percent.hpp"

#include <algorithm>
#include <array>

namespace rr::http {
namespace {

constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// A set of letters, digits and these characters.
constexpr std::array<bool, 256> alphanumeric_and(std::string_view others) {
  std::array<bool, 256> table{};
  for (unsigned c = 0; c < 128; ++c)
    table[c] = is_letter(static_cast<char>(c)) || is_digit(static_cast<char>(c));
  for (unsigned char c : others)
    table[c] = true;
  return table;
}

constexpr auto path_kept = alphanumeric_and("-_.~!$&'()*+,;=:@[]%/"); ///< a path of these stays as it is
constexpr auto path_plain =
    alphanumeric_and("-_.~$&+,/:;=@"); ///< needs no escape when a path is escaped anew
constexpr auto user_chars = alphanumeric_and("-._:~!$&'()*+,;=%@");
constexpr auto host_chars = alphanumeric_and("!$%&'()*+,-.:;=[]_~");

bool all_in(std::string_view text, const std::array<bool, 256>& set) {
  return std::all_of(text.begin(), text.end(), [&](char c) { return set[static_cast<unsigned char>(c)]; });
}

/// `:123`, `:` or nothing.
bool is_optional_port(std::string_view text) {
  return text.empty() || (text[0] == ':' && std::all_of(text.begin() + 1, text.end(), is_digit));
}

/// `host`, `host:port`, `[v6]`, `[v6]:port`, with a host that is not empty.
bool is_host_and_port(std::string_view text) {
  if (!all_in(text, host_chars) || !has_valid_escapes(text))
    return false;
  if (!text.empty() && text[0] == '[') {
    const auto close = text.rfind(']');
    return close != text.npos && close > 1 && is_optional_port(text.substr(close + 1));
  }
  const auto colon = std::min(text.find(':'), text.size());
  return colon != 0 && is_optional_port(text.substr(colon));
}

bool is_authority(std::string_view text) {
  const auto at = text.rfind('@');
  if (at == text.npos)
    return is_host_and_port(text);
  const auto user = text.substr(0, at);
  return all_in(user, user_chars) && has_valid_escapes(user) && is_host_and_port(text.substr(at + 1));
}

/// The length of a scheme at the front, without its colon; 0 when there is none.
std::size_t scheme_length(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == ':')
      return i;
    if (!is_letter(c) && (i == 0 || !(is_digit(c) || c == '+' || c == '-' || c == '.')))
      return 0;
  }
  return 0;
}

std::optional<request_target> split_connect_target(std::string_view text) {
  if (!is_host_and_port(text))
    return std::nullopt;
  request_target target;
  target.form = target_form::authority;
  target.authority = text;
  return target;
}

/// Fills in what stands before the query; false when that is no target.
bool split_before_query(std::string_view text, request_target& target) {
  target.path = text;
  if (text == "*") {
    target.form = target_form::asterisk;
    return true;
  }
  if (!text.empty() && text[0] == '/')
    return has_valid_escapes(text);

  const auto scheme = scheme_length(text);
  if (scheme == 0)
    return false;
  auto rest = text.substr(scheme + 1);
  if (rest.empty() || rest[0] != '/') {
    target.form = target_form::opaque;
    return true;
  }
  if (rest.substr(0, 2) != "//")
    return false;
  rest.remove_prefix(2);
  const auto slash = std::min(rest.find('/'), rest.size());
  target.form = target_form::absolute;
  target.scheme = text.substr(0, scheme);
  target.authority = rest.substr(0, slash);
  target.path = rest.substr(slash);
  return is_authority(target.authority) && has_valid_escapes(target.path);
}

void append_path(std::string& out, std::string_view path) {
  if (all_in(path, path_kept)) {
    out += path;
    return;
  }
  std::string decoded;
  append_unescaped(decoded, path, false);
  for (char c : decoded)
    if (path_plain[static_cast<unsigned char>(c)])
      out += c;
    else
      append_escaped(out, c);
}

void append_lower(std::string& out, std::string_view text) {
  for (char c : text)
    out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// The target without what makes it absolute.
void append_relative(std::string& out, const request_target& target) {
  if (target.form == target_form::opaque)
    append_query(out, target.path);
  else
    append_path(out, target.path);
  if (target.has_query) {
    out += '?';
    append_query(out, target.query);
  }
}

} // namespace

std::string_view request_target::host() const {
  const auto at = authority.rfind('@');
  return at == authority.npos ? authority : authority.substr(at + 1);
}

bool is_host_line(std::string_view text) { return all_in(text, host_chars); }

std::optional<request_target> split_target(std::string_view method, std::string_view target) {
  const bool has_bad_byte = std::any_of(target.begin(), target.end(), [](char c) {
    return static_cast<unsigned char>(c) <= ' ' || c == '\x7f';
  });
  if (target.empty() || has_bad_byte)
    return std::nullopt;
  if (method == "CONNECT" && target[0] != '/')
    return split_connect_target(target);

  request_target parts;
  const auto mark = target.find('?');
  if (mark != target.npos) {
    parts.has_query = true;
    parts.query = target.substr(mark + 1);
  }
  if (!split_before_query(target.substr(0, mark), parts))
    return std::nullopt;
  return parts;
}

void append_uri(std::string& out, const request_target& target, const uri_origin& origin) {
  const bool is_whole = target.form == target_form::absolute || target.form == target_form::authority;
  if (!is_whole) {
    out += origin.is_tls ? "https://" : "http://";
    out += origin.host.empty() ? origin.local_address : origin.host;
  }
  append_url(out, target);
}

void append_query(std::string& out, std::string_view query) {
  const auto is_plain = [](char c) { return static_cast<unsigned char>(c - ' ') < 0x60; }; // 0x20 to 0x7f
  if (std::all_of(query.begin(), query.end(), is_plain)) {
    out += query;
    return;
  }
  while (!query.empty()) {
    const auto bad = std::min(config::find_bad_utf8(query), query.size());
    for (char c : query.substr(0, bad))
      if (c != '\r' && c != '\n')
        out += c;
    if (bad < query.size())
      append_escaped(out, query[bad]);
    query.remove_prefix(std::min(bad + 1, query.size()));
  }
}

void append_url(std::string& out, const request_target& target) {
  if (target.form == target_form::absolute) {
    append_lower(out, target.scheme);
    out += ':';
  }
  if (!target.authority.empty()) {
    out += "//";
    out += target.authority;
  }
  append_relative(out, target);
}

} // namespace rr::http
