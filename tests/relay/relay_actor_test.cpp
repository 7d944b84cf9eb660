// Execs on a relay: written, answered, failed. Boot, streams and ends have files of their own.

#include "tests/relay/relay_fixture.hpp"

using namespace rr;
using namespace rr::test;
using namespace std::chrono_literals;

namespace {

constexpr const char* garbage_text =
    "goridge_frame_receive: validation failed on the message sent to STDOUT, see: "
    "https://docs.roadrunner.dev/error-codes/stdout-crc, invalid message: ";

} // namespace

TEST_CASE_METHOD(relay_fixture, "a request goes out as one frame with one option in one write",
                 "[relay][relay_actor]") {
  spawn_idle();
  far->write_sizes.clear();
  auto e = run("CTX", "BODY");

  CHECK(far->written == unhex("14 80 07000000 0569b405 0000 03000000") + "CTXBODY");
  CHECK(far->write_sizes == std::vector<std::size_t>{23});
  CHECK(e->encoded_for == std::vector{42});
  CHECK(state() == "busy");
  CHECK_FALSE(e->answered());
}

TEST_CASE_METHOD(relay_fixture, "an answer ends the exec, and then the keeper is told",
                 "[relay][relay_actor]") {
  spawn_idle();
  auto e = run();
  worker_says(answer_bytes("ctx", "hello", stream_bits::none, frame_flags::proto));

  REQUIRE(e->frames.size() == 1);
  CHECK(e->frames[0].context == "ctx");
  CHECK(e->frames[0].body == "hello");
  CHECK(e->frames[0].flags == frame_flags::proto);
  CHECK_FALSE(e->frames[0].more);
  CHECK(e->ends == 1);
  CHECK(told->words() == "idle");
  CHECK(told->last().id == 7);
  CHECK(told->last().outcome.result == exec_outcome::ok);
  CHECK(state() == "idle");
}

TEST_CASE_METHOD(relay_fixture, "a relay runs one exec after the other", "[relay][relay_actor]") {
  spawn_idle();
  for (int i = 0; i < 10; ++i) {
    auto e = run("c", std::to_string(i));
    worker_says(answer_bytes("", std::to_string(i)));
    CHECK(e->ends == 1);
    CHECK(e->frames.at(0).body == std::to_string(i));
  }
  CHECK(figure("execs") == "10");
}

TEST_CASE_METHOD(relay_fixture, "context only, body only and empty answers are answers, case 11 and 36",
                 "[relay][relay_actor]") {
  spawn_idle();
  auto context = run("c", "");
  worker_says(answer_bytes("world", ""));
  CHECK(context->frames.at(0).context == "world");
  CHECK(context->frames.at(0).body.empty());

  auto body = run("", "b");
  CHECK(far->last_frame().context().empty());
  worker_says(answer_bytes("", "world"));
  CHECK(body->frames.at(0).body == "world");

  auto neither = run("", "");
  worker_says(answer_bytes("", ""));
  CHECK(neither->ends == 1);
}

TEST_CASE_METHOD(relay_fixture, "an answer may arrive in any pieces", "[relay][relay_actor]") {
  spawn_idle();
  far->read_bytes = GENERATE(1u, 3u, 11u, 13u);
  auto e = run();
  worker_says(answer_bytes("a context", "and a body"));
  CHECK(e->frames.at(0).body == "and a body");
  CHECK(e->ends == 1);
}

TEST_CASE_METHOD(relay_fixture, "an error frame is a soft error and the worker stays, case 12",
                 "[relay][relay_actor]") {
  spawn_idle();
  auto e = run();
  worker_says(unhex("13 40 04000000 881e11e3 0000") + "boom");

  CHECK(e->why() == "sync_worker_receive_frame: SoftJobError: boom");
  CHECK(told->words() == "idle");
  CHECK(told->last().outcome.result == exec_outcome::soft_error);
  CHECK(told->last().outcome.why.kind == error_kind::soft_job);
  CHECK(state() == "idle");
}

TEST_CASE_METHOD(relay_fixture, "an answer without exactly one option is a hard error",
                 "[relay][relay_actor]") {
  spawn_idle();
  auto options = GENERATE(std::vector<std::uint32_t>{}, std::vector<std::uint32_t>{1, 2});
  auto e = run();
  worker_says(encode_frame(frame_flags::none, stream_bits::none, options, "text").value());

  CHECK(e->why() == "sync_worker_receive_frame: Decode: options length should be equal 1 (body offset)");
  CHECK(e->failure->kind == error_kind::decode);
  CHECK(told->words() == "idle");
  CHECK(told->last().outcome.result == exec_outcome::hard_error);
  CHECK(state() == "leaving");
}

TEST_CASE_METHOD(relay_fixture, "an answer shorter than its context is a hard error",
                 "[relay][relay_actor]") {
  spawn_idle();
  auto e = run();
  std::uint32_t option = 5;
  worker_says(encode_frame(frame_flags::none, stream_bits::none, {&option, 1}, "four").value());
  CHECK(e->why() == "Network: bad payload four");
  CHECK(told->last().outcome.result == exec_outcome::hard_error);
}

TEST_CASE_METHOD(relay_fixture, "garbage in place of an answer fails the exec at once",
                 "[relay][relay_actor]") {
  spawn_idle();
  auto e = run();
  worker_says("Hello");
  CHECK(e->why() == std::string{"sync_worker_receive_frame: Network:\n\t"} + garbage_text + "Hello");
  CHECK(told->words() == "broken");
  CHECK(render(told->last().why) == e->why());
  CHECK(far->closed);
  CHECK(state() == "broken");

  worker_ends();
  CHECK(told->words() == "broken");
}

TEST_CASE_METHOD(relay_fixture, "an end of stream fails the exec", "[relay][relay_actor]") {
  spawn_idle();
  auto e = run();
  SECTION("between frames") {
    worker_ends();
    CHECK(e->why() == "sync_worker_receive_frame: Network: EOF");
  }
  SECTION("inside a header") {
    worker_says(answer_bytes("c", "b").substr(0, 5));
    worker_ends();
    CHECK(e->why() == "sync_worker_receive_frame: Network: unexpected EOF");
  }
  SECTION("where the payload should start") {
    worker_says(answer_bytes("c", "b").substr(0, 16));
    worker_ends();
    CHECK(e->why() == "sync_worker_receive_frame: Network:\n\tgoridge_frame_receive: unexpected EOF");
  }
  SECTION("with an error of the system") {
    worker_ends("connection reset by peer");
    CHECK(e->why() == "sync_worker_receive_frame: Network: connection reset by peer");
  }
  CHECK(e->failure->kind == error_kind::network);
  CHECK(told->words() == "broken");
  CHECK(e->frames.empty());
}

TEST_CASE_METHOD(relay_fixture, "an answer over the limit is refused before it arrives",
                 "[relay][relay_actor]") {
  spawn_idle({.payload_bytes_max = 100});
  auto e = run();
  worker_says(answer_bytes("", std::string(101, 'x')).substr(0, 12));
  CHECK(e->why() ==
        "sync_worker_receive_frame: Network:\n\tgoridge_frame_receive: payload of 101 bytes exceeds the "
        "limit of 100");
  CHECK(told->words() == "broken");
}

TEST_CASE_METHOD(relay_fixture, "an exec that cannot be encoded is failed and the worker stays",
                 "[relay][relay_actor]") {
  spawn_idle();
  auto e = make_exec();
  e->cannot_encode = error{error_kind::encode, "encode", "too big"};
  run(e);
  CHECK(e->why() == "encode: Encode: too big");
  CHECK(told->words() == "idle");
  CHECK(far->written.empty());
  CHECK(state() == "idle");
}

TEST_CASE_METHOD(relay_fixture, "an abandoned exec does not reach the worker", "[relay][relay_actor]") {
  spawn_idle();
  auto e = make_exec();
  e->abandoned = true;
  run(e);
  CHECK(e->failure->kind == error_kind::cancelled);
  CHECK(told->words() == "idle");
  CHECK(told->last().outcome.result == exec_outcome::cancelled);
  CHECK(far->written.empty());
}

TEST_CASE_METHOD(relay_fixture, "an answer that nobody waits for is thrown away", "[relay][relay_actor]") {
  spawn_idle();
  auto e = run();
  tell(relay, cancel_atom::value, e->id + 1000);
  CHECK_FALSE(e->abandoned);
  tell(relay, cancel_atom::value, e->id);
  CHECK(e->abandoned);
  CHECK_FALSE(e->answered());
  CHECK(far->frames().size() == 1);

  worker_says(answer_bytes("c", "b"));
  CHECK(e->frames.empty());
  CHECK(e->failure->kind == error_kind::cancelled);
  CHECK(told->words() == "idle");
  CHECK(told->last().outcome.result == exec_outcome::ok);
  tell(relay, cancel_atom::value, e->id);
  CHECK(state() == "idle");
}

TEST_CASE_METHOD(relay_fixture, "a restart request hands the exec back untouched, case 24",
                 "[relay][relay_actor]") {
  spawn_idle();
  auto e = run();
  worker_says(unhex("14 00 0d000000 f339efdb 0000 0d000000") + R"({"stop":true})");
  CHECK_FALSE(e->answered());
  CHECK(e->frames.empty());
  CHECK(told->words() == "repeat");
  CHECK(told->last().repeated == e);
  CHECK(state() == "leaving");

  tell(relay, farewell_atom::value);
  CHECK(far->last_frame().header.flags == (frame_flags::control | frame_flags::json));
  worker_ends();
  CHECK(told->words() == "repeat broken");
  told->entries.clear();
}

TEST_CASE_METHOD(relay_fixture, "only the exact restart request is one", "[relay][relay_actor]") {
  spawn_idle();
  auto e = run();
  SECTION("with a body it is an answer") { worker_says(answer_bytes(R"({"stop":true})", "x")); }
  SECTION("as a body it is an answer") { worker_says(answer_bytes("", R"({"stop":true})")); }
  SECTION("spelled otherwise it is an answer") { worker_says(answer_bytes(R"({"stop": true})", "")); }
  CHECK(e->ends == 1);
  CHECK(told->words() == "idle");
}

TEST_CASE_METHOD(relay_fixture, "an idle worker that asks to be replaced is", "[relay][relay_actor]") {
  spawn_idle();
  worker_says(answer_bytes(R"({"stop":true})", ""));
  CHECK(told->words() == "quit");
  CHECK(told->last().id == 7);

  auto late = run();
  CHECK(told->words() == "quit repeat");
  CHECK(told->last().repeated == late);
  CHECK(far->written.empty());
  told->entries.clear();
}

TEST_CASE_METHOD(relay_fixture, "a restart request behind an answer belongs to the idle worker",
                 "[relay][relay_actor]") {
  spawn_idle();
  auto e = run();
  worker_says(answer_bytes("c", "b") + answer_bytes(R"({"stop":true})", ""));
  CHECK(e->ends == 1);
  CHECK(told->words() == "idle quit");
}

TEST_CASE_METHOD(relay_fixture, "an idle worker is lost with what it says or its end",
                 "[relay][relay_actor]") {
  spawn_idle();
  SECTION("garbage") {
    worker_says("PHP Warning: x");
    CHECK(render(told->last().why).find("invalid message: PHP Warning: x") != std::string::npos);
  }
  SECTION("end of stream") {
    worker_ends();
    CHECK(render(told->last().why) == "sync_worker_receive_frame: Network: EOF");
  }
  SECTION("an answer to nothing") {
    worker_says(answer_bytes("c", "surplus"));
    CHECK(render(told->last().why).find("a frame that nobody has asked for: csurplus") != std::string::npos);
  }
  CHECK(told->words() == "broken");

  auto late = run();
  CHECK_FALSE(late->answered());
  CHECK(told->words() == "broken repeat");
  told->entries.clear();
}

TEST_CASE_METHOD(relay_fixture, "an exec that did not reach its worker goes to another one",
                 "[relay][relay_actor]") {
  spawn_idle();
  far->fail_writes("broken pipe");
  auto e = run();
  CHECK_FALSE(e->answered());
  CHECK(told->words() == "repeat");
  CHECK(state() == "failing");

  SECTION("the worker's end explains it") {
    worker_ends();
    CHECK(render(told->last().why) == "sync_worker_receive_frame: Network: EOF");
  }
  SECTION("its last words explain it") {
    worker_says("PHP Fatal error");
    CHECK(render(told->last().why).find("invalid message: PHP Fatal error") != std::string::npos);
  }
  SECTION("without either the failed write does") {
    advance(999ms);
    CHECK(told->words() == "repeat");
    advance(1ms);
    CHECK(render(told->last().why) == "sync_worker_send_frame: Network: broken pipe");
  }
  CHECK(told->words() == "repeat broken");
  told->entries.clear();
}

TEST_CASE_METHOD(relay_fixture, "an exec of which the worker took a part is failed when it dies",
                 "[relay][relay_actor]") {
  spawn_idle();
  far->take_at_most(10);
  auto e = run();
  far->fail_writes("broken pipe");
  settle();
  CHECK_FALSE(e->answered());
  worker_ends();
  CHECK(e->why() == "sync_worker_receive_frame: Network: EOF");
  CHECK(told->words() == "broken");
}

TEST_CASE_METHOD(relay_fixture, "a large request is written as the worker takes it", "[relay][relay_actor]") {
  spawn_idle();
  far->take_at_most(65536);
  auto body = std::string(1'000'000, 'b');
  auto e = run("ctx", body);
  CHECK(far->written.size() == 65536);

  far->take_more(65536);
  settle();
  far->take_more();
  settle();
  CHECK(far->last_frame().body() == body);
  worker_says(answer_bytes("c", "b"));
  CHECK(e->ends == 1);
  CHECK(told->words() == "idle");
}

TEST_CASE_METHOD(relay_fixture, "an exec that is answered before it was written ends when it is",
                 "[relay][relay_actor]") {
  spawn_idle();
  far->take_at_most(100);
  auto e = run("ctx", std::string(1000, 'b'));
  SECTION("by an answer") {
    worker_says(answer_bytes("c", "early"));
    CHECK(e->frames.size() == 1);
    CHECK(e->ends == 0);
    CHECK(told->words().empty());
    far->take_more();
    settle();
    CHECK(e->ends == 1);
    CHECK(told->words() == "idle");
    CHECK(state() == "idle");
  }
  SECTION("by a soft error") {
    worker_says(encode_short_frame(frame_flags::error, stream_bits::none, "too large"));
    CHECK_FALSE(e->answered());
    far->take_more();
    settle();
    CHECK(e->failure->kind == error_kind::soft_job);
    CHECK(told->last().outcome.result == exec_outcome::soft_error);
  }
  SECTION("by the end of its worker: the answer counts") {
    worker_says(answer_bytes("c", "early"));
    worker_ends();
    CHECK(e->ends == 1);
    CHECK(told->words() == "broken");
  }
  SECTION("by a restart request: the rest of it is not written") {
    worker_says(answer_bytes(R"({"stop":true})", ""));
    CHECK_FALSE(e->answered());
    CHECK(told->words() == "repeat");
    CHECK(far->closed);
    told->entries.clear();
  }
}

TEST_CASE_METHOD(relay_fixture, "an abort fails the running exec at once and closes the channel",
                 "[relay][relay_actor]") {
  spawn_idle();
  error why{error_kind::exec_ttl, "worker_exec_with_timeout", "context deadline exceeded"};
  tell(relay, abort_atom::value, why);
  CHECK(state() == "idle");

  far->take_at_most(GENERATE(5u, 100000u));
  auto e = run("ctx", std::string(5000, 'b'));
  tell(relay, abort_atom::value, why);
  CHECK(e->why() == "worker_exec_with_timeout: ExecTTL: context deadline exceeded");
  CHECK(far->closed);
  CHECK(told->words().empty());
  far->take_more();
  worker_says(answer_bytes("too", "late"));
  worker_ends();
  CHECK(told->words().empty());
}

TEST_CASE_METHOD(relay_fixture, "the end of a relay fails what runs", "[relay][relay_actor]") {
  spawn_idle();
  auto e = run();
  caf::anon_send_exit(relay, GENERATE(caf::exit_reason::kill, caf::exit_reason::user_shutdown));
  settle();
  CHECK(e->why() == "sync_worker_receive_frame: Network: EOF");
  CHECK(far->closed);
}

TEST_CASE_METHOD(relay_fixture, "a relay that is stopped ends after its exec", "[relay][relay_actor]") {
  spawn_idle();
  auto e = run();
  tell(relay, stop_atom::value, now() + 10s);
  CHECK_FALSE(far->closed);
  worker_says(answer_bytes("c", "b"));
  CHECK(e->ends == 1);
  CHECK(far->closed);
}

TEST_CASE_METHOD(relay_fixture, "a farewell is the stop request", "[relay][relay_actor]") {
  spawn_idle();
  tell(relay, farewell_atom::value);
  CHECK(far->written == unhex("13 09 0d000000 3a6bfacb 0000") + R"({"stop":true})");
}

TEST_CASE_METHOD(relay_fixture, "a farewell waits behind a request that is being written",
                 "[relay][relay_actor]") {
  spawn_idle();
  far->take_at_most(10);
  auto e = run("ctx", std::string(1000, 'b'));
  tell(relay, farewell_atom::value);
  far->take_more();
  settle();
  REQUIRE(far->frames().size() == 2);
  CHECK(far->frames()[0].body() == std::string(1000, 'b'));
  CHECK(far->frames()[1] == R"({"stop":true})");
  worker_says(answer_bytes("c", "b"));
  CHECK(e->ends == 1);
}

TEST_CASE_METHOD(relay_fixture, "a request waits behind a control frame that is being written",
                 "[relay][relay_actor]") {
  spawn_idle();
  far->take_at_most(3);
  tell(relay, farewell_atom::value);
  auto e = run("c", "b");
  CHECK(state() == "busy");
  SECTION("and follows it") {
    far->take_more();
    settle();
    REQUIRE(far->frames().size() == 2);
    CHECK(far->frames()[1].body() == "b");
    worker_says(answer_bytes("x", "y"));
    CHECK(e->ends == 1);
  }
  SECTION("and goes elsewhere when that fails") {
    far->fail_writes("broken pipe");
    settle();
    CHECK(told->words() == "repeat");
    told->entries.clear();
  }
  SECTION("and is failed with its worker") {
    worker_ends();
    CHECK(e->why() == "sync_worker_receive_frame: Network: EOF");
  }
}

TEST_CASE_METHOD(relay_fixture, "a relay shows what it does", "[relay][relay_actor]") {
  spawn_idle();
  auto e = run("ctx", "index");
  CHECK(figure("channel") == "pipes");
  CHECK(figure("pid") == "42");
  CHECK(figure("execs") == "1");
  CHECK(figure("exec") == "GET /index");
  CHECK(figure("bytes_in") == "24");
  worker_says(answer_bytes("c", "b"));
  CHECK(figure("bytes_in") == "42");
  CHECK(figure("exec") == "none");
}
