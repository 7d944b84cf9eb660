#include "actors/events_actor.hpp"
#include "tests/actors/actor_fixture.hpp"

#include <algorithm>
#include <caf/behavior.hpp>
#include <caf/make_message.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

using namespace rr;
using rr::test::actor_fixture;

namespace {

using ids = std::vector<event_id>;

ids ids_of(const std::vector<event>& events) {
  ids result;
  for (auto& e : events)
    result.push_back(e.id);
  return result;
}

using lazy_subscriber = event_subscriber::extend<caf::reacts_to<tick_atom>>;

/// What actors use to their end: it outlives the actor system.
struct bus_holder {
  event_bus bus;
};

struct events_fixture : bus_holder, actor_fixture {
  events_actor spawn(std::size_t size) { return own(spawn_events(system, {"rr/events", {}, {}}, size, bus)); }

  ids history(events_actor events, event_query query = {}) {
    return ids_of(ask<std::vector<event>>(events, history_atom::value, query).value());
  }

  /// A subscriber that notes what it gets.
  event_subscriber subscriber() {
    return own(system.spawn([this](event_subscriber::pointer) -> event_subscriber::behavior_type {
      return {[this](publish_atom, const std::vector<event>& batch, std::uint64_t lost) {
        for (auto& e : batch)
          seen.push_back(e.id);
        lost_seen += lost;
      }};
    }));
  }

  /// A subscriber that answers a batch when it is told to.
  lazy_subscriber slow_subscriber() {
    return own(system.spawn([this](lazy_subscriber::pointer self) -> lazy_subscriber::behavior_type {
      return {[this, self](publish_atom, const std::vector<event>& batch, std::uint64_t lost) {
                for (auto& e : batch)
                  seen.push_back(e.id);
                lost_seen += lost;
                owed = self->make_response_promise<void>();
                return owed;
              },
              [this](tick_atom) { static_cast<caf::response_promise&>(owed).deliver(caf::make_message()); }};
    }));
  }

  void emit(int count) {
    for (int i = 0; i < count; ++i)
      bus.emit("rr/x", event_kind::note);
  }

  ids seen;
  std::uint64_t lost_seen = 0;
  caf::typed_response_promise<void> owed;
};

} // namespace

TEST_CASE("the bus numbers facts from one and gives each number at once", "[actors][event]") {
  event_bus bus;

  CHECK(bus.emit("rr/a", event_kind::child_exited) == 1);
  CHECK(bus.emit("rr/a", event_kind::child_restarted, {}, 1) == 2);
}

TEST_CASE("facts before a receiver are kept and sent to it first", "[actors][event]") {
  event_bus bus;
  ids seen;
  bus.emit("rr/a", event_kind::note);
  bus.emit("rr/b", event_kind::note);

  bus.connect([&](const event& e) { seen.push_back(e.id); });
  bus.emit("rr/c", event_kind::note);

  CHECK(seen == ids{1, 2, 3});
}

TEST_CASE("the bus keeps a bounded number of facts and tells how many it lost", "[actors][event]") {
  event_bus bus;
  std::vector<event> seen;
  for (std::size_t i = 0; i < events_waiting_max + 7; ++i)
    bus.emit("rr/a", event_kind::note);

  bus.connect([&](const event& e) { seen.push_back(e); });

  REQUIRE(seen.size() == events_waiting_max + 1);
  CHECK(seen.front().id == 8);
  CHECK(seen.back().kind == event_kind::note);
  CHECK(seen.back().fields.back() == std::pair<std::string, std::string>{"lost", "7"});
}

TEST_CASE("a late disconnect does not cut off the successor", "[actors][event]") {
  event_bus bus;
  ids former;
  ids successor;
  auto first = bus.connect([&](const event& e) { former.push_back(e.id); });
  auto second = bus.connect([&](const event& e) { successor.push_back(e.id); });

  bus.disconnect(first);
  bus.emit("rr/a", event_kind::note);
  CHECK(former.empty());
  CHECK(successor == ids{1});

  bus.disconnect(second);
  bus.emit("rr/a", event_kind::note);
  CHECK(successor == ids{1});
}

TEST_CASE("a field of any length is cut to its limit", "[actors][event]") {
  event_bus bus;
  std::string value;
  bus.connect([&](const event& e) { value = e.fields.at(0).second; });

  bus.emit("rr/a", event_kind::worker_died, {{"stderr", std::string(1u << 20, 'x')}});

  CHECK(value.size() == event_value_bytes_max + 3);
}

TEST_CASE("every kind of event has a name", "[actors][event]") {
  CHECK(to_string(event_kind::child_started) == "child_started");
  CHECK(to_string(event_kind::supervisor_gave_up) == "supervisor_gave_up");
  for (int i = 0; i <= static_cast<int>(event_kind::note); ++i)
    CHECK(to_string(static_cast<event_kind>(i)) != "unknown");
}

TEST_CASE_METHOD(events_fixture, "facts before and after the start are in the history, oldest first",
                 "[actors][events_actor]") {
  emit(2);
  auto events = spawn(10);
  emit(1);
  settle();

  CHECK(history(events) == ids{1, 2, 3});
}

TEST_CASE_METHOD(events_fixture, "the ring drops nothing inside its size and the oldest past it",
                 "[actors][events_actor]") {
  auto events = spawn(3);

  emit(3);
  settle();
  CHECK(history(events) == ids{1, 2, 3});

  emit(2);
  settle();
  CHECK(history(events) == ids{3, 4, 5});
}

TEST_CASE_METHOD(events_fixture, "a query picks by id, path and number", "[actors][events_actor]") {
  auto events = spawn(10);
  bus.emit("rr/http/pool", event_kind::note);
  bus.emit("rr/rpc", event_kind::note);
  bus.emit("rr/http", event_kind::note);
  bus.emit("rr/http/pool", event_kind::note);
  settle();

  CHECK(history(events, {2, {}, 1000}) == ids{3, 4});
  CHECK(history(events, {0, "rr/http", 1000}) == ids{1, 3, 4});
  CHECK(history(events, {0, "rr/http", 2}) == ids{3, 4});
  CHECK(history(events, {0, {}, 0}).empty());
  CHECK(history(events, {99, {}, 1000}).empty());
}

TEST_CASE_METHOD(events_fixture, "a subscriber gets every fact from its start on", "[actors][events_actor]") {
  auto events = spawn(10);
  emit(1);
  settle();

  tell(events, watch_atom::value, subscriber());
  emit(3);
  settle();

  CHECK(seen == ids{2, 3, 4});
  CHECK(lost_seen == 0);
}

TEST_CASE_METHOD(events_fixture, "who watches twice gets every fact once", "[actors][events_actor]") {
  auto events = spawn(10);
  auto who = subscriber();
  tell(events, watch_atom::value, who);
  tell(events, watch_atom::value, who);

  emit(1);
  settle();

  CHECK(seen == ids{1});
}

TEST_CASE_METHOD(events_fixture, "a slow subscriber gets one batch and loses the oldest past its limit",
                 "[actors][events_actor]") {
  auto events = spawn(10);
  auto slow = slow_subscriber();
  tell(events, watch_atom::value, event_subscriber{slow});

  emit(1);
  settle();
  emit(static_cast<int>(events_per_subscriber_max) + 5);
  settle();
  CHECK(seen == ids{1});

  tell(slow, tick_atom::value);

  CHECK(seen.size() == 1 + events_per_subscriber_max);
  CHECK(seen.at(1) == 7);
  CHECK(lost_seen == 5);
}

TEST_CASE_METHOD(events_fixture, "a subscriber that ended is forgotten", "[actors][events_actor]") {
  auto events = spawn(10);
  auto who = slow_subscriber();
  tell(events, watch_atom::value, event_subscriber{who});
  emit(2);
  settle();

  caf::anon_send_exit(who, caf::exit_reason::kill);
  settle();

  auto shown = ask<snapshot>(events, inspect_atom::value).value();
  CHECK(std::find(shown.figures.begin(), shown.figures.end(),
                  std::pair<std::string, std::string>{"subscribers", "0"}) != shown.figures.end());
}

TEST_CASE_METHOD(events_fixture, "facts between two events actors reach the second",
                 "[actors][events_actor]") {
  auto first = spawn(10);
  emit(1);
  settle();
  caf::anon_send_exit(first, caf::exit_reason::kill);
  settle();

  emit(1);
  auto second = spawn(10);
  settle();

  CHECK(history(second) == ids{2});
}

TEST_CASE_METHOD(events_fixture, "the events actor ends when it is asked to", "[actors][events_actor]") {
  auto events = spawn(10);

  tell(events, stop_atom::value, now());

  CHECK(system.registry().running() == 0);
}
