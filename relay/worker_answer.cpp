#include "relay/worker_answer.hpp"

#include "relay/frame_codec.hpp"

namespace rr {

namespace {

constexpr const char* receive_op = "sync_worker_receive_frame";
constexpr std::string_view restart_context = R"({"stop":true})";

worker_answer refuse(error why) { return {answer_kind::refused, {}, std::move(why)}; }

} // namespace

worker_answer read_answer(const frame_view& f) {
  auto text = f.text();
  if (has(f.header.flags, frame_flags::error))
    return {answer_kind::soft_error, {}, {error_kind::soft_job, receive_op, std::string{text}}};
  if (f.header.option_count != 1)
    return refuse({error_kind::decode, receive_op, "options length should be equal 1 (body offset)"});
  auto context_bytes = f.header.options[0];
  if (context_bytes > text.size())
    return refuse({error_kind::network, {}, "bad payload " + printable(text)});
  worker_answer answer;
  answer.frame = {f.header.flags, text.substr(0, context_bytes), text.substr(context_bytes)};
  if (has(f.header.bits, stream_bits::stream))
    answer.kind = answer_kind::stream;
  else if (answer.frame.body.empty() && answer.frame.context == restart_context)
    answer.kind = answer_kind::restart_request;
  else
    answer.kind = answer_kind::response;
  return answer;
}

error receive_error(error cause) { return wrap(receive_op, error_kind::network, std::move(cause)); }

error exec_cancelled() { return {error_kind::cancelled, "sync_worker_exec", "context canceled"}; }

error send_error(std::string system_text) {
  return {error_kind::network, "sync_worker_send_frame", std::move(system_text)};
}

} // namespace rr
