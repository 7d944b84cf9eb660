#include "plugins/http/response_codec.hpp"

#include <algorithm>
#include <tuple>

namespace rr::http {
namespace {

constexpr std::size_t trailer_names_max = 64; ///< more are not looked at
constexpr std::size_t kept_bytes_max = 64 * 1024;

/// Headers that frame or route a message cannot come after it.
bool may_be_trailer(std::string_view name) {
  return !same_name(name, "Content-Length") && !same_name(name, "Transfer-Encoding") &&
         !same_name(name, "Trailer");
}

constexpr frame_flags flag_of(payload_codec codec) {
  return codec == payload_codec::json ? frame_flags::json : frame_flags::proto;
}

/// Calls `visit(name)` for the names of a comma-separated list, at most `left` times; counts `left` down.
template <class Visit>
void for_each_name(std::string_view list, std::size_t& left, Visit visit) {
  while (!list.empty() && left > 0) {
    const auto comma = std::min(list.find(','), list.size());
    visit(trim_blanks(list.substr(0, comma)));
    list.remove_prefix(std::min(comma + 1, list.size()));
    --left;
  }
}

} // namespace

void response_entries::clear() {
  status = 0;
  entries.clear();
  values.clear();
  if (arena.capacity() > kept_bytes_max)
    arena = {};
  arena.clear();
}

std::string unknown_status_text(std::int64_t status) {
  return "unknown status code from worker: " + std::to_string(status) + '\n';
}

expected<worker_response> response_decoder::decode(frame_flags flags, payload_codec sent,
                                                   std::string_view context) {
  worker_response response;
  // A worker that was asked in JSON may answer in protobuf: where a header is no UTF-8, JSON cannot say it.
  const bool is_known = flags == flag_of(sent) || flags == frame_flags::proto;
  if (!is_known && !(flags == frame_flags::none && context.empty())) {
    if (flags == frame_flags::json)
      return rr::fail(error_kind::decode, {}, "JSON codec is not supported");
    return rr::fail(error_kind::decode, {},
                    "unknown payload type: " + std::to_string(static_cast<unsigned>(flags)));
  }
  if (context.empty())
    return response;

  raw_.clear();
  raw_.arena.reserve(
      2 * context.size()); // unescaped texts and canonical names: neither is longer than the context
  const auto read = flags == frame_flags::json ? read_json_response : read_proto_response;
  if (auto done = read(context, raw_); !done)
    return tl::unexpected<rr::error>(std::move(done.error()));
  name_entries();
  sort_entries();
  mark_trailers();
  fill(headers_, &named_entry::is_header);
  fill(trailers_, &named_entry::is_trailer);
  response.has_head = true;
  response.status = raw_.status;
  response.headers = headers_;
  response.trailers = trailers_;
  return response;
}

void response_decoder::name_entries() {
  entries_.clear();
  std::uint32_t position = 0;
  for (const auto& raw : raw_.entries) {
    ++position;
    if (!is_token(raw.key))
      continue;
    auto name = raw.key;
    if (!is_canonical(name)) {
      const auto start = raw_.arena.size();
      raw_.arena.append(name);
      canonicalise(raw_.arena.data() + start, name.size());
      name = std::string_view{raw_.arena}.substr(start);
    }
    entries_.push_back({raw, name, position});
  }
}

/// Sorts by name. Different spellings of one name stay apart, of equal ones the last in the context is left.
void response_decoder::sort_entries() {
  const auto rank = [](const named_entry& e) { return std::tie(e.name, e.raw.key, e.position); };
  std::sort(entries_.begin(), entries_.end(),
            [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
  const auto last = std::unique(entries_.rbegin(), entries_.rend(),
                                [](const auto& a, const auto& b) { return a.raw.key == b.raw.key; });
  entries_.erase(entries_.begin(), last.base());
}

void response_decoder::mark_trailers() {
  for (auto& entry : entries_)
    if (entry.name == "Trailer") {
      mark_trailers_named_in(entry);
      if (entry.raw.key == "Trailer")
        entry.is_header = false;
    }
}

void response_decoder::mark_trailers_named_in(const named_entry& list) {
  const bool is_exact = list.raw.key == "Trailer";
  auto left = trailer_names_max;
  for (auto i = list.raw.first; i < list.raw.first + list.raw.count; ++i)
    for_each_name(raw_.values[i], left, [&](std::string_view name) {
      if (!may_be_trailer(name))
        return;
      for (auto& entry : entries_) {
        if (is_exact ? entry.raw.key != name : !same_name(entry.name, name))
          continue;
        entry.is_trailer = true;
        entry.is_header = entry.is_header && !is_exact;
      }
    });
}

void response_decoder::fill(std::vector<header_field>& out, bool named_entry::*is_wanted) const {
  out.clear();
  for (const auto& entry : entries_)
    if (entry.*is_wanted)
      for (auto i = entry.raw.first; i < entry.raw.first + entry.raw.count; ++i)
        out.push_back({entry.name, raw_.values[i]});
}

} // namespace rr::http
