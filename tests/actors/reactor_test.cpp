#include "actors/runtime.hpp"
#include "actors/supervised.hpp"

#include <atomic>
#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <catch2/catch.hpp>
#include <future>
#include <set>
#include <thread>

using namespace rr;

namespace {

using ping_atom = caf::atom_constant<caf::atom("ping")>;
using where_atom = caf::atom_constant<caf::atom("where")>;

/// Runs `f` on a reactor's thread and gives its result.
template <class F>
auto on_reactor(reactor& r, F f) {
  std::promise<decltype(f())> promise;
  auto result = promise.get_future();
  r.post([&] { promise.set_value(f()); });
  return result.get();
}

caf::behavior thread_teller(caf::event_based_actor*) {
  return {
      [](where_atom) { return std::hash<std::thread::id>{}(std::this_thread::get_id()); },
  };
}

} // namespace

TEST_CASE("the default is one reactor up to eight cores and one more per further eight",
          "[actors][runtime]") {
  CHECK(default_reactor_count(0) == 1);
  CHECK(default_reactor_count(1) == 1);
  CHECK(default_reactor_count(8) == 1);
  CHECK(default_reactor_count(9) == 2);
  CHECK(default_reactor_count(17) == 3);
}

TEST_CASE("an actor stays on the reactor it was born on, whoever sends to it", "[actors][reactor]") {
  runtime rt{{.reactors = 2}};
  auto home = on_reactor(rt.at(1), [] { return std::hash<std::thread::id>{}(std::this_thread::get_id()); });
  auto teller = on_reactor(rt.at(1), [&] {
    caf::actor_config cfg{reactor::here()};
    auto fun = &thread_teller;
    return rt.system().spawn_functor(std::true_type{}, cfg, fun);
  });

  caf::scoped_actor self{rt.system()};
  for (int i = 0; i < 100; ++i)
    self->request(teller, std::chrono::seconds{5}, where_atom::value)
        .receive([&](std::size_t where) { CHECK(where == home); }, [](caf::error&) { FAIL("no answer"); });
}

TEST_CASE("an actor of another reactor does not draw its receiver over", "[actors][reactor]") {
  runtime rt{{.reactors = 2}};
  auto here = [] { return std::hash<std::thread::id>{}(std::this_thread::get_id()); };
  auto home = on_reactor(rt.at(1), here);
  auto teller = on_reactor(rt.at(1), [&] {
    caf::actor_config cfg{reactor::here()};
    auto fun = &thread_teller;
    return rt.system().spawn_functor(std::true_type{}, cfg, fun);
  });
  std::promise<bool> always_home;
  on_reactor(rt.at(0), [&] {
    caf::actor_config cfg{reactor::here()};
    auto ask = [&](caf::event_based_actor* asker) {
      auto left = std::make_shared<int>(100);
      auto again = std::make_shared<std::function<void()>>();
      *again = [=, &always_home] {
        asker->request(teller, std::chrono::seconds{5}, where_atom::value)
            .then([=, &always_home](std::size_t where) {
              if (where == home && --*left > 0)
                return (*again)();
              always_home.set_value(where == home);
              *again = nullptr;
            });
      };
      (*again)();
    };
    return rt.system().spawn_functor(std::true_type{}, cfg, ask);
  });
  CHECK(always_home.get_future().get());
}

TEST_CASE("a delayed message, a request timeout and a scoped actor work on reactors", "[actors][reactor]") {
  runtime rt;
  caf::scoped_actor self{rt.system()};
  auto silent = rt.system().spawn([](caf::event_based_actor*) -> caf::behavior {
    return {[](ping_atom) { return caf::response_promise{}; }};
  });
  auto late = rt.system().spawn([](caf::event_based_actor* actor) -> caf::behavior {
    return {
        [=](where_atom) {
          auto promise = actor->make_response_promise();
          actor->delayed_send(actor, std::chrono::milliseconds{20}, ping_atom::value);
          actor->become([=](ping_atom) mutable {
            promise.deliver(42);
            actor->quit();
          });
          return promise;
        },
    };
  });

  self->request(late, std::chrono::seconds{5}, where_atom::value)
      .receive([](int x) { CHECK(x == 42); }, [](caf::error&) { FAIL("no answer"); });
  self->request(silent, std::chrono::milliseconds{20}, ping_atom::value)
      .receive([] { FAIL("an answer"); }, [](caf::error& e) { CHECK(e == caf::sec::request_timeout); });
  caf::anon_send_exit(silent, caf::exit_reason::user_shutdown);
}

TEST_CASE("actors that send to themselves for ever do not stop the timers", "[actors][reactor]") {
  runtime rt;
  std::vector<caf::actor> busy;
  for (int i = 0; i < 20; ++i) {
    busy.push_back(rt.system().spawn([](caf::event_based_actor* actor) -> caf::behavior {
      actor->send(actor, ping_atom::value);
      return {[=](ping_atom) { actor->send(actor, ping_atom::value); }};
    }));
  }
  std::promise<void> fired;
  rt.at(0).post([&] {
    auto timer = std::make_shared<boost::asio::steady_timer>(rt.at(0).io(), std::chrono::milliseconds{20});
    timer->async_wait([timer, &fired](boost::system::error_code) { fired.set_value(); });
  });

  CHECK(fired.get_future().wait_for(std::chrono::seconds{5}) == std::future_status::ready);
  for (auto& a : busy)
    caf::anon_send_exit(a, caf::exit_reason::kill);
}

namespace {

using thrower_actor = supervised_actor::extend<caf::reacts_to<ping_atom>>;

struct thrower_state : supervised_state {
  static constexpr const char* name = "thrower";

  thrower_state(caf::scheduled_actor* self, birth b) : supervised_state(self, std::move(b), name) {}

  thrower_actor::behavior_type make_behavior() {
    enter("ready");
    return {
        [](stop_atom, time_point) {},
        [this](inspect_atom) { return describe(); },
        [](ping_atom) { throw std::runtime_error("the sky fell"); },
    };
  }

  void figures(snapshot& s) const override { s.figures.emplace_back("mood", "good"); }
};

} // namespace

TEST_CASE("an exception ends the actor that threw it, with its text, and nothing else",
          "[actors][supervised]") {
  runtime rt;
  caf::scoped_actor self{rt.system()};
  auto spawn = [&] {
    return spawn_supervised<thrower_state, thrower_actor>(rt.system(), birth{"rr/t", {}, {}});
  };
  auto victim = on_reactor(rt.at(0), spawn);
  auto other = on_reactor(rt.at(0), spawn);

  self->monitor(victim);
  self->send(victim, ping_atom::value);
  self->receive([](caf::down_msg& down) { CHECK(from_exit_reason(down.reason).text == "the sky fell"); });

  self->request(other, std::chrono::seconds{5}, inspect_atom::value)
      .receive(
          [](snapshot& s) {
            CHECK(s.path == "rr/t");
            CHECK(s.state == "ready");
            CHECK(s.messages == 1);
            CHECK(s.figures.at(0).first == "mood");
          },
          [](caf::error&) { FAIL("no answer"); });
  CHECK(on_reactor(rt.at(0), [] { return actor_directory::here().size(); }) == 1);
  CHECK(on_reactor(rt.at(0), [] { return actor_directory::here().collect().front().path; }) == "rr/t");
  caf::anon_send_exit(other, caf::exit_reason::kill);
}
