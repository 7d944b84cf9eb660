#include "relay/handshake.hpp"

#include "relay/frame_codec.hpp"

#include <limits>
#include <nlohmann/json.hpp>

namespace rr {

namespace {

constexpr std::size_t codecs_max = 16;

tl::unexpected<error> refuse(std::string text, std::string remedy = {}) {
  return tl::unexpected<error>(error{error_kind::undefined, {}, std::move(text), std::move(remedy)});
}

std::string hello_payload(int own_pid) { return R"({"pid":)" + std::to_string(own_pid) + "}"; }

bool is_echo(const frame_view& reply, int own_pid) {
  return reply.header.flags == (frame_flags::control | frame_flags::json) &&
         reply.text() == hello_payload(own_pid);
}

/// 0 for anything that is no pid.
int pid_of(const nlohmann::json& reply) {
  auto found = reply.find("pid");
  if (found == reply.end() || !found->is_number_integer())
    return 0;
  // An unsigned number beyond the signed range is no pid either.
  if (found->is_number_unsigned() && found->get<std::uint64_t>() > std::numeric_limits<int>::max())
    return 0;
  auto pid = found->get<std::int64_t>();
  return pid > 0 && pid <= std::numeric_limits<int>::max() ? static_cast<int>(pid) : 0;
}

std::vector<std::string> codecs_of(const nlohmann::json& reply) {
  std::vector<std::string> codecs;
  auto found = reply.find("codecs");
  if (found == reply.end() || !found->is_array())
    return codecs;
  for (auto& codec : *found)
    if (codec.is_string() && codecs.size() < codecs_max)
      codecs.push_back(codec.get<std::string>());
  return codecs;
}

} // namespace

std::string encode_hello(int own_pid) {
  return encode_short_frame(frame_flags::control | frame_flags::json, stream_bits::none,
                            hello_payload(own_pid));
}

expected<handshake> parse_hello_reply(const frame_view& reply, int own_pid) {
  if (!has(reply.header.flags, frame_flags::control))
    return refuse("unexpected response, header is missing, no CONTROL flag");
  if (is_echo(reply, own_pid))
    return refuse("the PID request came back: the command only echoes its input",
                  "start a program that speaks the goridge protocol");
  auto text = reply.text();
  auto parsed = nlohmann::json::parse(text.begin(), text.end(), nullptr, false);
  if (parsed.is_discarded() || !parsed.is_object())
    return refuse("unexpected response, a JSON object is expected: " + printable(text, 256));
  auto pid = pid_of(parsed);
  if (pid == 0)
    return refuse("pid should be greater than 0");
  return handshake{pid, codecs_of(parsed)};
}

} // namespace rr
