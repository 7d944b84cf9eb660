#include "relay/worker_answer.hpp"

#include "tests/relay/frame_bytes.hpp"

using namespace rr;
using namespace rr::test;

namespace {

/// A frame and the decoder that keeps it in place.
struct held_frame {
  explicit held_frame(std::string_view bytes) {
    append(decoder, bytes);
    view = **decoder.next();
  }

  frame_decoder decoder{1 << 20};
  frame_view view;
};

std::string restart() { return R"({"stop":true})"; }

} // namespace

TEST_CASE("an answer is split at its option", "[relay][worker_answer]") {
  held_frame f{answer_bytes("ctx", "body", stream_bits::none, frame_flags::proto)};
  auto a = read_answer(f.view);
  CHECK(a.kind == answer_kind::response);
  CHECK(a.frame.context == "ctx");
  CHECK(a.frame.body == "body");
  CHECK(a.frame.flags == frame_flags::proto);
}

TEST_CASE("the STREAM bit makes it a frame of a stream", "[relay][worker_answer]") {
  held_frame f{answer_bytes(restart(), "", stream_bits::stream)};
  CHECK(read_answer(f.view).kind == answer_kind::stream);
}

TEST_CASE("the restart request is exact, whatever its flags", "[relay][worker_answer]") {
  held_frame f{answer_bytes(restart(), "", stream_bits::none, frame_flags::control | frame_flags::json)};
  CHECK(read_answer(f.view).kind == answer_kind::restart_request);
  held_frame with_body{answer_bytes(restart(), "b")};
  CHECK(read_answer(with_body.view).kind == answer_kind::response);
}

TEST_CASE("an ERROR frame is a soft error before anything else is looked at", "[relay][worker_answer]") {
  std::uint32_t option = 1000;
  held_frame f{
      encode_frame(frame_flags::error | frame_flags::proto, stream_bits::stream, {&option, 1}, "boom")
          .value()};
  auto a = read_answer(f.view);
  CHECK(a.kind == answer_kind::soft_error);
  CHECK(render(a.why) == "sync_worker_receive_frame: SoftJobError: boom");
  CHECK(a.why.text == "boom");
}

TEST_CASE("options are counted before the payload is looked at", "[relay][worker_answer]") {
  std::uint32_t options[2] = {1000, 1000};
  held_frame f{encode_frame(frame_flags::none, stream_bits::none, options, "x").value()};
  CHECK(read_answer(f.view).why.kind == error_kind::decode);
}

TEST_CASE("a context that does not fit into the payload is refused", "[relay][worker_answer]") {
  for (std::uint32_t option : {5u, 0x80000000u, 0xFFFFFFFFu}) {
    held_frame f{encode_frame(frame_flags::none, stream_bits::none, {&option, 1}, "four").value()};
    auto a = read_answer(f.view);
    CHECK(a.kind == answer_kind::refused);
    CHECK(render(a.why) == "Network: bad payload four");
  }
  std::uint32_t all = 4;
  held_frame f{encode_frame(frame_flags::none, stream_bits::none, {&all, 1}, "four").value()};
  CHECK(read_answer(f.view).frame.context == "four");
}

TEST_CASE("errors of a lost worker carry their operation", "[relay][worker_answer]") {
  CHECK(render(receive_error({error_kind::undefined, {}, "EOF"})) ==
        "sync_worker_receive_frame: Network: EOF");
  CHECK(render(send_error("broken pipe")) == "sync_worker_send_frame: Network: broken pipe");
  CHECK(exec_cancelled().kind == error_kind::cancelled);
}
