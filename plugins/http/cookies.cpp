#include "plugins/http/cookies.hpp"

#include "plugins/http/percent.hpp"

#include <algorithm>
#include <numeric>
#include <optional>

namespace rr::http {
namespace {

constexpr std::size_t cookies_max = 3000;
constexpr std::size_t few = 16; ///< up to here comparing each with each is cheaper than sorting

bool is_value_char(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x7f && c != '"' && c != ';' && c != '\\';
}

/// The value without its quotes; nothing when it has a byte that no cookie may have.
std::optional<std::string_view> plain_value(std::string_view raw) {
  if (raw.size() > 1 && raw.front() == '"' && raw.back() == '"')
    raw = raw.substr(1, raw.size() - 2);
  if (!std::all_of(raw.begin(), raw.end(), is_value_char))
    return std::nullopt;
  return raw;
}

bool is_cookie_line(const header_field& field) { return field.name == "Cookie"; }

} // namespace

void cookie_jar::read(header_fields fields) {
  cookies_.clear();
  decoded_.clear();
  std::size_t bytes = 0;
  std::size_t count = 0;
  for (const auto& field : fields)
    if (is_cookie_line(field)) {
      bytes += field.value.size();
      count += 1 + static_cast<std::size_t>(std::count(field.value.begin(), field.value.end(), ';'));
    }
  if (count == 0 || count > cookies_max)
    return;
  decoded_.reserve(bytes); // decoding never lengthens: views into it stay valid
  for (const auto& field : fields)
    if (is_cookie_line(field))
      read_line(field.value);
  keep_last_of_each_name();
}

void cookie_jar::read_line(std::string_view line) {
  while (!line.empty()) {
    const auto end = std::min(line.find(';'), line.size());
    const auto part = trim_blanks(line.substr(0, end));
    line.remove_prefix(std::min(end + 1, line.size()));
    const auto equals = std::min(part.find('='), part.size());
    const auto name = trim_blanks(part.substr(0, equals));
    if (is_token(name))
      add(name, part.substr(std::min(equals + 1, part.size())));
  }
}

void cookie_jar::add(std::string_view name, std::string_view raw) {
  const auto value = plain_value(raw);
  if (!value)
    return;
  if (value->find_first_of("%+") == value->npos) {
    cookies_.push_back({name, *value});
    return;
  }
  const auto start = decoded_.size();
  if (append_unescaped(decoded_, *value, true))
    cookies_.push_back({name, std::string_view{decoded_}.substr(start)});
  else
    decoded_.resize(start);
}

void cookie_jar::keep_last_of_each_name() {
  const auto count = cookies_.size();
  order_.resize(count);
  std::iota(order_.begin(), order_.end(), 0u);
  if (count > few)
    std::sort(order_.begin(), order_.end(), [this](auto a, auto b) {
      const auto order = cookies_[a].name.compare(cookies_[b].name);
      return order != 0 ? order < 0 : a < b;
    });
  const auto is_repeated = [&](std::size_t at) { // later in `order_`: next to it when sorted
    const auto last = count > few ? std::min(at + 2, count) : count;
    for (auto other = at + 1; other < last; ++other)
      if (cookies_[order_[other]].name == cookies_[order_[at]].name)
        return true;
    return false;
  };
  for (std::size_t i = 0; i < count; ++i)
    if (is_repeated(i))
      cookies_[order_[i]].name = {}; // marks it: a token is never empty
  std::erase_if(cookies_, [](const header_field& cookie) { return cookie.name.empty(); });
}

} // namespace rr::http
