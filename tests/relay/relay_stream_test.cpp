// Streams through a relay: frames, PING, back-pressure, cancellation.

#include "tests/relay/relay_fixture.hpp"

using namespace rr;
using namespace rr::test;
using namespace std::chrono_literals;

namespace {

constexpr auto stream = stream_bits::stream;

bool is_stop(const channel_script::frame& f) {
  return f.header.bits == stream_bits::stop && f.header.flags == frame_flags::none && f.payload.empty();
}

bool is_pong(const channel_script::frame& f) {
  return f.header.bits == stream_bits::pong && f.payload.empty();
}

} // namespace

TEST_CASE_METHOD(relay_fixture, "a stream is delivered frame by frame, the last one included, case 59",
                 "[relay][stream]") {
  spawn_idle();
  auto e = run_stream();
  for (int i = 0; i < 10; ++i)
    worker_says(answer_bytes(i == 0 ? "ctx" : "", std::to_string(i), stream));
  CHECK(state() == "streaming");
  CHECK_FALSE(e->answered());
  CHECK(told->words().empty());

  worker_says(answer_bytes("", "last"));
  REQUIRE(e->frames.size() == 11);
  CHECK(e->frames[0].context == "ctx");
  CHECK(e->frames[9].more);
  CHECK(e->frames[10].body == "last");
  CHECK_FALSE(e->frames[10].more);
  CHECK(e->ends == 1);
  CHECK(told->words() == "idle");
  CHECK(figure("execs") == "1");
}

TEST_CASE_METHOD(relay_fixture, "a ping is answered at once, also in the first frame, and is no exec",
                 "[relay][stream]") {
  spawn_idle();
  auto e = run_stream();
  far->written.clear();
  worker_says(answer_bytes("", "one", stream | stream_bits::ping));
  REQUIRE(far->frames().size() == 1);
  CHECK(far->written == unhex("13 00 00000000 96d18034 0800"));

  worker_says(answer_bytes("", "two", stream));
  CHECK(far->frames().size() == 1);
  worker_says(answer_bytes("", "three", stream | stream_bits::ping));
  CHECK(far->frames().size() == 2);
  worker_says(answer_bytes("", "last"));
  CHECK(e->frames.size() == 4);
  CHECK(figure("execs") == "1");
}

TEST_CASE_METHOD(relay_fixture, "a slow receiver stops the reading from its worker until it gives credit",
                 "[relay][stream]") {
  spawn_idle();
  auto e = make_exec();
  e->takes_streams = true;
  e->demand = [](std::size_t frames) { return frames % 2 == 0 ? stream_demand::pause : stream_demand::more; };
  run(e);
  worker_says(answer_bytes("", "1", stream) + answer_bytes("", "2", stream) + answer_bytes("", "3", stream) +
              answer_bytes("", "4", stream) + answer_bytes("", "5"));
  CHECK(e->frames.size() == 2);
  CHECK(far->paused);

  tell(relay, credit_atom::value, e->id + 1000);
  CHECK(e->frames.size() == 2);
  tell(relay, credit_atom::value, e->id);
  CHECK(e->frames.size() == 4);
  CHECK(far->paused);
  tell(relay, credit_atom::value, e->id);
  CHECK(e->frames.size() == 5);
  CHECK_FALSE(far->paused);
  CHECK(e->ends == 1);
  tell(relay, credit_atom::value, e->id);
  CHECK(state() == "idle");
}

TEST_CASE_METHOD(relay_fixture, "what arrives beyond the buffer waits in the channel", "[relay][stream]") {
  spawn_idle();
  auto e = make_exec();
  e->takes_streams = true;
  e->demand = [](std::size_t) { return stream_demand::pause; };
  run(e);
  for (int i = 0; i < 5; ++i)
    worker_says(answer_bytes("", std::string(1000, 'x'), stream));
  CHECK(e->frames.size() == 1);
  CHECK(std::stoul(figure("bytes_in")) < 1100);
  for (std::size_t i = 2; i <= 5; ++i) {
    tell(relay, credit_atom::value, e->id);
    CHECK(e->frames.size() == i);
  }
}

TEST_CASE_METHOD(relay_fixture, "a cancelled stream is told to stop at once and drained", "[relay][stream]") {
  spawn_idle();
  auto e = run_stream();
  worker_says(answer_bytes("", "one", stream));
  tell(relay, cancel_atom::value, e->id);
  CHECK(is_stop(far->last_frame()));
  CHECK(e->failure->kind == error_kind::cancelled);
  CHECK(state() == "stopping");
  CHECK(told->words().empty());

  worker_says(answer_bytes("", "two", stream | stream_bits::ping));
  CHECK(is_pong(far->last_frame()));
  CHECK(e->frames.size() == 1);
  SECTION("up to its last frame") { worker_says(answer_bytes("", "")); }
  SECTION("up to an error frame") {
    worker_says(encode_short_frame(frame_flags::error, stream_bits::none, "stopped"));
  }
  CHECK(told->words() == "idle");
  CHECK(told->last().outcome.result == exec_outcome::cancelled);
  CHECK(state() == "idle");
  CHECK(figure("execs") == "1");

  advance(120s);
  CHECK(state() == "idle");
  auto next = run();
  worker_says(answer_bytes("", "next"));
  CHECK(next->ends == 1);
}

TEST_CASE_METHOD(relay_fixture, "a cancelled stream that goes on past its time breaks the relay",
                 "[relay][stream]") {
  spawn_idle({.stream_timeout = 5s});
  auto e = run_stream();
  worker_says(answer_bytes("", "one", stream));
  tell(relay, cancel_atom::value, e->id);
  for (int i = 0; i < 4; ++i) {
    advance(1s);
    worker_says(answer_bytes("", "more", stream));
  }
  CHECK(told->words().empty());
  advance(1s);
  CHECK(told->words() == "broken");
  CHECK(render(told->last().why) ==
        "sync_worker_receive_frame: Network:\n\tstream_cancel: the worker has not ended its "
        "stream within 5000 ms");
}

TEST_CASE_METHOD(relay_fixture, "a paused stream can be cancelled", "[relay][stream]") {
  spawn_idle();
  auto e = make_exec();
  e->takes_streams = true;
  e->demand = [](std::size_t) { return stream_demand::pause; };
  run(e);
  worker_says(answer_bytes("", "1", stream) + answer_bytes("", "2", stream));
  worker_says(answer_bytes("", "3"));
  CHECK(e->frames.size() == 1);
  tell(relay, cancel_atom::value, e->id);
  settle();
  CHECK(told->words() == "idle");
  CHECK(told->last().outcome.result == exec_outcome::cancelled);
  CHECK_FALSE(far->paused);
}

TEST_CASE_METHOD(relay_fixture, "an exec that was cancelled before its stream began never sees it",
                 "[relay][stream]") {
  spawn_idle();
  auto e = run_stream();
  tell(relay, cancel_atom::value, e->id);
  CHECK(far->frames().size() == 1);
  worker_says(answer_bytes("", "one", stream));
  CHECK(is_stop(far->last_frame()));
  CHECK(e->frames.empty());
  CHECK(e->failure->kind == error_kind::cancelled);
  worker_says(answer_bytes("", ""));
  CHECK(told->words() == "idle");
}

TEST_CASE_METHOD(relay_fixture, "a stream for an exec that takes none is stopped and drained",
                 "[relay][stream]") {
  spawn_idle();
  auto e = run();
  worker_says(answer_bytes("", "one", stream));
  CHECK(e->failure->text == "streaming is not supported");
  CHECK(e->frames.empty());
  CHECK(is_stop(far->last_frame()));
  CHECK(told->words().empty());
  worker_says(answer_bytes("", "two", stream));
  worker_says(answer_bytes("", "last"));
  CHECK(told->words() == "idle");
  CHECK(state() == "idle");
}

TEST_CASE_METHOD(relay_fixture, "an error inside a stream is not soft, case 60", "[relay][stream]") {
  spawn_idle();
  auto e = run_stream();
  worker_says(answer_bytes("", "one", stream));
  SECTION("an error frame") {
    worker_says(encode_short_frame(frame_flags::error, stream_bits::none, "boom"));
    CHECK(e->why() == "sync_worker_receive_frame: SoftJobError: boom");
    CHECK(told->words() == "idle");
    CHECK(told->last().outcome.result == exec_outcome::hard_error);
  }
  SECTION("a frame without an option") {
    worker_says(encode_short_frame(frame_flags::none, stream, "boom"));
    CHECK(e->failure->kind == error_kind::decode);
    CHECK(told->last().outcome.result == exec_outcome::hard_error);
  }
  SECTION("an end of stream") {
    worker_ends();
    CHECK(e->why() == "sync_worker_receive_frame: Network: EOF");
    CHECK(told->words() == "broken");
  }
  SECTION("garbage") {
    worker_says("oops");
    CHECK(e->failure->kind == error_kind::network);
    CHECK(told->words() == "broken");
  }
  CHECK(e->frames.size() == 1);
  CHECK(e->ends == 0);
}

TEST_CASE_METHOD(relay_fixture, "a frame that its exec rejects ends the exec and the worker's time",
                 "[relay][stream]") {
  spawn_idle();
  auto e = make_exec();
  e->takes_streams = true;
  e->demand = [](std::size_t frames) { return frames == 2 ? stream_demand::reject : stream_demand::more; };
  run(e);
  worker_says(answer_bytes("", "one", stream));
  worker_says(answer_bytes("", "two", GENERATE(stream, stream_bits::none)));
  CHECK(e->ends == 1);
  CHECK(told->words() == "idle");
  CHECK(told->last().outcome.result == exec_outcome::hard_error);
  worker_says(answer_bytes("", "three", stream));
  CHECK(e->frames.size() == 2);
  CHECK(state() == "leaving");
}

TEST_CASE_METHOD(relay_fixture, "an exec knows when its last streamed frame came", "[relay][stream]") {
  spawn_idle();
  auto e = run_stream();
  advance(3s);
  CHECK(e->last_frame_at == time_point{});
  worker_says(answer_bytes("", "one", stream));
  CHECK(e->last_frame_at == now());
  advance(2s);
  CHECK(e->last_frame_at == now() - 2s);
  worker_says(answer_bytes("", "two", stream));
  CHECK(e->last_frame_at == now());
}

TEST_CASE_METHOD(relay_fixture, "a stop context at the end of a stream is its last frame",
                 "[relay][stream]") {
  spawn_idle();
  auto e = run_stream();
  worker_says(answer_bytes("", "one", stream));
  worker_says(answer_bytes(R"({"stop":true})", ""));
  CHECK(e->ends == 1);
  CHECK(told->words() == "idle");
}

TEST_CASE_METHOD(relay_fixture, "a worker that does not take the stop frame is given up in time",
                 "[relay][stream]") {
  spawn_idle();
  auto e = run_stream();
  worker_says(answer_bytes("", "one", stream));
  far->take_at_most(0);
  tell(relay, cancel_atom::value, e->id);
  worker_says(answer_bytes("", "two", stream | stream_bits::ping));
  CHECK(e->failure->kind == error_kind::cancelled);
  advance(60s);
  CHECK(told->words() == "broken");
}

TEST_CASE_METHOD(relay_fixture, "control frames of one turn go out in their order", "[relay][stream]") {
  spawn_idle();
  auto e = run_stream();
  worker_says(answer_bytes("", "one", stream));
  far->written.clear();
  far->take_at_most(5);
  worker_says(answer_bytes("", "two", stream | stream_bits::ping));
  tell(relay, cancel_atom::value, e->id);
  far->take_more();
  settle();
  REQUIRE(far->frames().size() == 2);
  CHECK(is_pong(far->frames()[0]));
  CHECK(is_stop(far->frames()[1]));
}
