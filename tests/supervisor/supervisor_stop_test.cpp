#include "tests/supervisor/supervisor_recorder.hpp"

#include <catch2/catch.hpp>

using namespace rr;
using namespace rr::test;

namespace {

constexpr auto no_deadline = time_point::max();

supervisor_spec two(shutdown_limit of_b = 5000ms) {
  auto spec = supervisor_of(restart_strategy::one_for_one, {child_named("a"), child_named("b")}, 5);
  spec.children[1].shutdown = of_b;
  return spec;
}

} // namespace

TEST_CASE("a stop order stops the children in reverse, each when the one before is gone",
          "[supervisor][stop]") {
  supervisor_recorder s{two()};
  s.slow = {"b"};
  s.boot();
  s.log();

  s.core.stop(no_deadline);
  s.settle();
  CHECK(s.log() == lines{"stop b"});
  CHECK(s.state == "stopping");

  s.exit("b");
  CHECK(s.log() == lines{"stop a", "end shutdown"});
}

TEST_CASE("a child that does not obey is killed at its limit and not before", "[supervisor][stop]") {
  supervisor_recorder s{two(300ms)};
  s.slow = {"b"};
  s.boot();
  s.core.stop(no_deadline);
  s.settle();
  s.log();

  s.advance(299ms);
  CHECK(s.log().empty());
  s.advance(1ms);
  CHECK(s.log() == lines{"kill b", "stop a", "end shutdown"});
}

TEST_CASE("brutal_kill kills without a request", "[supervisor][stop]") {
  supervisor_recorder s{two(brutal_kill{})};
  s.boot();
  s.log();

  s.core.stop(no_deadline);
  s.settle();

  CHECK(s.log() == lines{"kill b", "stop a", "end shutdown"});
}

TEST_CASE("infinity waits for ever where the order has no deadline", "[supervisor][stop]") {
  supervisor_recorder s{two(infinity{})};
  s.slow = {"b"};
  s.boot();
  s.core.stop(no_deadline);
  s.settle();
  s.log();

  s.advance(1000h);

  CHECK(s.log().empty());
  CHECK(s.deadlines["b"] == no_deadline);
}

TEST_CASE("a child gets the smaller of its own limit and what is left", "[supervisor][stop]") {
  supervisor_recorder s{two(infinity{})};
  s.slow = {"a", "b"};
  s.boot();
  s.log();

  s.core.stop(s.now + 7s);
  s.settle();
  CHECK(s.deadlines["b"] == s.now + 7s);
  s.advance(1s);
  s.exit("b");
  CHECK(s.deadlines["a"] == s.now + 5s);
  s.advance(5s);
  CHECK(s.log() == lines{"stop b", "stop a", "kill a", "end shutdown"});
}

TEST_CASE("nobody is asked once the deadline has passed", "[supervisor][stop]") {
  supervisor_recorder s{two(infinity{})};
  s.slow = {"b"};
  s.boot();
  s.log();

  s.core.stop(s.now + 1s);
  s.settle();
  s.advance(1s);

  CHECK(s.log() == lines{"stop b", "kill b", "kill a", "end shutdown"});
}

TEST_CASE("a second order with an earlier deadline shortens the stop that is under way",
          "[supervisor][stop]") {
  supervisor_recorder s{two(infinity{})};
  s.slow = {"b"};
  s.boot();
  s.core.stop(no_deadline);
  s.settle();
  s.log();

  s.core.stop(s.now + 2s);
  s.core.stop(s.now + 3s); // too late to matter
  s.advance(2s);

  CHECK(s.log() == lines{"kill b", "kill a", "end shutdown"});
}

TEST_CASE("an order with a deadline cuts a start short", "[supervisor][stop]") {
  supervisor_recorder s{two()};
  s.silent = {"b"};
  s.boot();
  s.log();

  s.core.stop(s.now + 2s);
  s.settle();

  CHECK(s.log() ==
        lines{"stop b", "stop a", "failed: start b: Stop: the supervisor is stopping", "end shutdown"});
}

TEST_CASE("an order without a deadline waits for a start", "[supervisor][stop]") {
  supervisor_recorder s{two()};
  s.silent = {"b"};
  s.boot();
  s.log();

  s.core.stop(no_deadline);
  s.settle();
  CHECK(s.log().empty());

  s.report("b", start_report::ok);
  CHECK(s.log() == lines{"up", "stop b", "stop a", "end shutdown"});
}

TEST_CASE("after an order with a deadline nothing is started any more", "[supervisor][stop]") {
  auto spec = two(infinity{});
  spec.strategy = restart_strategy::one_for_all;
  supervisor_recorder s{spec};
  s.slow = {"b"};
  s.boot();
  s.log();
  s.exit("a"); // a group restart that waits for b

  s.core.stop(s.now + 2s);
  s.advance(2s);

  CHECK(s.log() == lines{"stop b", "kill b", "end shutdown"});
}

TEST_CASE("what is left in the queue at the end: requests are answered, the rest is dropped",
          "[supervisor][stop]") {
  supervisor_recorder s{two()};
  s.slow = {"b"};
  s.boot();
  s.log();
  s.core.stop(no_deadline);
  s.settle();

  s.post(child_request::which);
  s.core.stop(no_deadline);
  s.core.end(caf::exit_reason::normal);
  s.post(child_request::restart, "a");
  s.exit("b");

  CHECK(s.log() ==
        lines{"stop b", "stop a", "reply 1 supervisor_down", "reply 2 supervisor_down", "end shutdown"});
  CHECK(s.ask(child_request::which) == "supervisor_down");
}

TEST_CASE("an order from elsewhere ends the supervisor with its own reason", "[supervisor][stop]") {
  supervisor_recorder s{two()};
  s.boot();
  s.log();

  s.core.end(to_exit_reason({error_kind::network, "link", "lost"}));
  s.settle();

  CHECK(s.log() == lines{"stop b", "stop a", "end otherwise"});
  CHECK(from_exit_reason(s.end_reason).kind == error_kind::network);
}

TEST_CASE("messages are handled in the order of arrival while a stop is waited for", "[supervisor][stop]") {
  supervisor_recorder s{two()};
  s.slow = {"b"};
  s.boot();
  s.log();

  s.post(child_request::stop, "b");
  s.post(child_request::restart, "b");
  s.settle();
  s.die("a");
  s.post(child_request::which);
  s.settle();
  CHECK(s.log() == lines{"stop b"});

  s.exit("b");
  CHECK(s.log() == lines{"reply 1 ok", "start b", "reply 2 ok", "start a", "reply 3 a=running b=running"});
}
