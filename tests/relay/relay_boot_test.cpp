// The boot handshake of a relay.

#include "tests/relay/relay_fixture.hpp"

using namespace rr;
using namespace rr::test;
using namespace std::chrono_literals;

TEST_CASE_METHOD(relay_fixture, "a relay is silent until it is told to greet", "[relay][boot]") {
  spawn();
  worker_says("early words");
  CHECK_FALSE(far->started);
  CHECK(far->written.empty());
  CHECK(state() == "fresh");
}

TEST_CASE_METHOD(relay_fixture, "a relay greets with its process id and answers with the worker's",
                 "[relay][boot]") {
  spawn();
  auto said = ask<handshake>(relay, hello_atom::value);
  CHECK(far->last_frame() == R"({"pid":)" + std::to_string(::getpid()) + "}");
  CHECK(far->last_frame().header.flags == (frame_flags::control | frame_flags::json));
  CHECK_FALSE(said.arrived());

  worker_says(encode_short_frame(frame_flags::control, stream_bits::none,
                                 R"({"pid":4242,"codecs":["proto","json"]})"));
  CHECK(said.value().pid == 4242);
  CHECK(said.value().codecs == std::vector<std::string>{"proto", "json"});
  CHECK(state() == "greeted");
  keep();
  CHECK(state() == "idle");
  CHECK(told->words().empty());
}

TEST_CASE_METHOD(relay_fixture, "a program that echoes its input is no worker", "[relay][boot]") {
  spawn();
  auto said = ask<handshake>(relay, hello_atom::value);
  worker_says(far->written);
  CHECK(said.why().text == "the PID request came back: the command only echoes its input");
  CHECK(far->closed);
}

TEST_CASE_METHOD(relay_fixture, "a reply that is none fails the boot with its reason", "[relay][boot]") {
  spawn();
  auto said = ask<handshake>(relay, hello_atom::value);
  SECTION("no CONTROL flag") {
    worker_says(encode_short_frame(frame_flags::json, stream_bits::none, R"({"pid":1})"));
    CHECK(render(said.why()) == "unexpected response, header is missing, no CONTROL flag");
  }
  SECTION("no pid") {
    worker_says(encode_short_frame(frame_flags::control, stream_bits::none, R"({"pid":0})"));
    CHECK(render(said.why()) == "pid should be greater than 0");
  }
  SECTION("the end of the worker") {
    worker_ends();
    CHECK(render(said.why()) == "EOF");
  }
  SECTION("a missing script") {
    worker_says("Could not open input file: x.php\n");
    CHECK(render(said.why()) == "goridge_frame_receive: FileNotFound: Could not open input file: x.php");
    CHECK(said.why().kind == error_kind::file_not_found);
  }
  SECTION("a reply that is far too long") {
    worker_says(encode_short_frame(frame_flags::control, stream_bits::none, std::string(100'000, ' ')));
    CHECK(render(said.why()).find("exceeds the limit of 65536") != std::string::npos);
  }
  CHECK(state() == "broken");
  CHECK(far->closed);
}

TEST_CASE_METHOD(relay_fixture, "text instead of a reply is collected for a moment, case 22",
                 "[relay][boot]") {
  spawn();
  auto said = ask<handshake>(relay, hello_atom::value);
  worker_says("warning: some weird php error, ");
  CHECK_FALSE(said.arrived());
  worker_says("THIS IS PHP");
  std::string shown = "THIS IS PHP";
  SECTION("until its writer ends") { worker_ends(); }
  SECTION("for 100 ms") {
    advance(99ms);
    CHECK_FALSE(said.arrived());
    advance(1ms);
  }
  SECTION("up to 4 KiB") {
    worker_says(std::string(5000, 'x'));
    shown += std::string(4096 - 42, 'x') + "... (946 bytes more)";
  }
  CHECK(render(said.why()) ==
        "goridge_frame_receive: validation failed on the message sent to STDOUT, see: "
        "https://docs.roadrunner.dev/error-codes/stdout-crc, invalid message: warning: some "
        "weird php error, " +
            shown);
}

TEST_CASE_METHOD(relay_fixture, "a worker that died before it was greeted is heard all the same",
                 "[relay][boot]") {
  spawn();
  far->fail_writes("broken pipe");
  SECTION("its last words") {
    far->say("PHP Fatal error: out of luck");
    far->end();
    auto said = ask<handshake>(relay, hello_atom::value);
    CHECK(render(said.why()).find("invalid message: PHP Fatal error: out of luck") != std::string::npos);
  }
  SECTION("its end") {
    far->end();
    auto said = ask<handshake>(relay, hello_atom::value);
    CHECK(render(said.why()) == "EOF");
  }
  SECTION("nothing but the failed write") {
    auto said = ask<handshake>(relay, hello_atom::value);
    CHECK_FALSE(said.arrived());
    advance(1s);
    CHECK(render(said.why()) == "broken pipe");
  }
}

TEST_CASE_METHOD(relay_fixture, "a second handshake is refused and changes nothing", "[relay][boot]") {
  spawn_idle();
  CHECK(ask<handshake>(relay, hello_atom::value).why().text == "the handshake is done once");
  auto e = run();
  worker_says(answer_bytes("c", "b"));
  CHECK(e->ends == 1);
}

TEST_CASE_METHOD(relay_fixture, "a handshake that is not over is answered when the relay ends",
                 "[relay][boot]") {
  spawn();
  auto said = ask<handshake>(relay, hello_atom::value);
  caf::anon_send_exit(relay, caf::exit_reason::kill);
  settle();
  CHECK(render(said.why()) == "EOF");
}

TEST_CASE_METHOD(relay_fixture, "a connection that was greeted elsewhere needs no handshake",
                 "[relay][boot]") {
  spawn();
  keep();
  CHECK(far->started);
  auto e = run();
  worker_says(answer_bytes("c", "b"));
  CHECK(e->ends == 1);
}

TEST_CASE_METHOD(relay_fixture, "a keeper that comes late is told what has happened", "[relay][boot]") {
  spawn();
  auto said = ask<handshake>(relay, hello_atom::value);
  SECTION("the worker is lost") {
    worker_says(pid_reply());
    worker_ends();
    keep();
    CHECK(told->words() == "broken");
  }
  SECTION("the worker asked to be replaced") {
    worker_says(pid_reply() + answer_bytes(R"({"stop":true})", ""));
    CHECK(said.value().pid == 4242);
    keep();
    CHECK(told->words() == "quit");
  }
}

TEST_CASE_METHOD(relay_fixture, "a keeper may come before the reply", "[relay][boot]") {
  spawn();
  auto said = ask<handshake>(relay, hello_atom::value);
  keep();
  CHECK(state() == "handshaking");
  worker_says(pid_reply());
  CHECK(state() == "idle");
}
