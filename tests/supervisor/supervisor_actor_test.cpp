#include "supervisor/supervisor_actor.hpp"

#include "actors/registry.hpp"
#include "actors/supervised.hpp"
#include "tests/actors/actor_fixture.hpp"

#include <caf/actor_cast.hpp>
#include <map>
#include <stdexcept>

using namespace rr;
using namespace rr::test;
using namespace std::chrono_literals;

namespace {

/// What the children of a test did, by path.
struct diary {
  std::vector<std::string> lines;
  std::map<std::string, int> alive;
  int most_alive = 0; ///< of one path at a time
  bool fails = false; ///< the next starts
};

/// A child that obeys unless its path ends in `deaf`.
class plain_state final : public supervised_state {
public:
  using self_type = supervised<plain_state, supervised_actor>;
  static constexpr const char* name = "plain";

  plain_state(self_type* self, birth b, diary* d)
      : supervised_state(self, std::move(b), "plain"), self_(self), diary_(d) {}

  ~plain_state() override { diary_->alive[path()] -= is_counted_; }

  supervised_actor::behavior_type make_behavior() {
    if (diary_->fails) {
      diary_->lines.push_back("fail " + path());
      report_started({start_report::fail, {error_kind::init, "plain", "told to"}});
      self_->quit(to_exit_reason({error_kind::init, "plain", "told to"}));
    } else {
      diary_->lines.push_back("start " + path());
      is_counted_ = true;
      diary_->most_alive = std::max(diary_->most_alive, ++diary_->alive[path()]);
      report_started();
    }
    return {
        [this](stop_atom, time_point) {
          diary_->lines.push_back("stop " + path());
          if (path().find("deaf") == std::string::npos)
            self_->quit(caf::exit_reason::user_shutdown);
        },
        [this](inspect_atom) { return describe(); },
    };
  }

private:
  self_type* self_;
  diary* diary_;
  bool is_counted_ = false;
};

supervised_actor spawn_plain(caf::actor_system& system, birth b, diary* d) {
  return spawn_supervised<plain_state, supervised_actor>(system, std::move(b), d);
}

/// A base of its own, so that it outlives the actors that the fixture ends.
struct with_diary {
  diary book;
};

struct supervisor_fixture : with_diary, actor_fixture {
  child_spec plain(std::string id) {
    child_spec spec;
    spec.id = std::move(id);
    spec.start = starts(spawn_plain, &book);
    return spec;
  }

  supervisor_actor run(supervisor_spec spec) {
    auto s = own(spawn_supervisor(system, birth{"test", {}, {}}, std::move(spec)));
    settle();
    return s;
  }

  supervisor_spec of(std::vector<child_spec> children, unsigned restarts_max = 3) {
    supervisor_spec spec;
    spec.intensity.restarts_max = restarts_max;
    spec.children = std::move(children);
    return spec;
  }

  caf::strong_actor_ptr at(const std::string& path) { return registry::instance().find(path); }

  void kill(const std::string& path) {
    caf::anon_send_exit(caf::actor_cast<caf::actor>(at(path)), caf::exit_reason::kill);
    settle();
  }
};

using lines = std::vector<std::string>;

} // namespace

TEST_CASE_METHOD(supervisor_fixture, "a path leads to the present incarnation",
                 "[supervisor][supervisor_actor]") {
  run(of({plain("a")}));
  auto first = at("test/a");
  REQUIRE(first);

  kill("test/a");

  CHECK(at("test/a"));
  CHECK(at("test/a") != first);
  CHECK(book.lines == lines{"start test/a", "start test/a"});
}

TEST_CASE_METHOD(supervisor_fixture, "a stop order ends the children in reverse and leaves no path",
                 "[supervisor][supervisor_actor]") {
  auto s = run(of({plain("a"), plain("b")}));
  book.lines.clear();

  tell(s, stop_atom::value, time_point::max());

  CHECK(book.lines == lines{"stop test/b", "stop test/a"});
  CHECK_FALSE(at("test/a"));
  CHECK(book.alive["test/a"] + book.alive["test/b"] == 0);
}

TEST_CASE_METHOD(supervisor_fixture, "a deaf child is killed at the deadline of the order",
                 "[supervisor][supervisor_actor]") {
  auto s = run(of({plain("deaf")}));
  tell(s, stop_atom::value, now() + 1s);

  advance(999ms);
  CHECK(book.alive["test/deaf"] == 1);
  advance(1ms);
  CHECK(book.alive["test/deaf"] == 0);
}

TEST_CASE_METHOD(supervisor_fixture, "a supervisor that is killed takes its children along",
                 "[supervisor][supervisor_actor]") {
  child_spec nested;
  nested.id = "s";
  nested.kind = child_kind::supervisor;
  nested.shutdown = infinity{};
  nested.start = starts(spawn_supervisor, of({plain("deaf")}));
  auto s = run(of({nested, plain("a")}));
  REQUIRE(book.alive["test/s/deaf"] == 1);

  caf::anon_send_exit(s, caf::exit_reason::kill);
  settle();

  CHECK(book.alive["test/s/deaf"] == 0);
  CHECK(book.alive["test/a"] == 0);
  CHECK_FALSE(at("test/s"));
  CHECK_FALSE(at("test/s/deaf"));
}

TEST_CASE_METHOD(supervisor_fixture, "an exit message from elsewhere ends a supervisor in order",
                 "[supervisor][supervisor_actor]") {
  auto s = run(of({plain("a"), plain("b")}));
  book.lines.clear();

  caf::anon_send_exit(s, caf::exit_reason::user_shutdown);
  settle();

  CHECK(book.lines == lines{"stop test/b", "stop test/a"});
}

TEST_CASE_METHOD(supervisor_fixture, "a start that throws or gives no actor is a failed start",
                 "[supervisor][supervisor_actor]") {
  auto s = run(of({plain("a")}));
  child_spec odd;
  odd.id = "odd";
  odd.start = [](caf::actor_system&, birth) -> supervised_actor { throw std::runtime_error("no luck"); };

  auto thrown = ask<child_reply>(s, start_child_atom::value, odd);
  odd.start = [](caf::actor_system&, birth) { return supervised_actor{}; };
  auto empty = ask<child_reply>(s, start_child_atom::value, odd);

  CHECK(thrown.value().result == child_result::start_failed);
  CHECK(thrown.value().why.text == "no luck");
  CHECK(empty.value().result == child_result::start_failed);
}

TEST_CASE_METHOD(supervisor_fixture, "a replaced spec survives restarts", "[supervisor][supervisor_actor]") {
  auto s = run(of({plain("a")}));
  diary other;
  auto changed = plain("a");
  changed.start = starts(spawn_plain, &other);

  CHECK(ask<child_reply>(s, replace_spec_atom::value, changed).value().result == child_result::ok);
  kill("test/a");
  kill("test/a");

  CHECK(book.lines.size() == 1);
  CHECK(other.lines.size() == 2);
  tell(s, stop_atom::value, time_point::max()); // before `other` goes
}

TEST_CASE_METHOD(supervisor_fixture, "an owed answer comes also from a supervisor that is killed",
                 "[supervisor][supervisor_actor]") {
  auto s = run(of({plain("deaf")}));
  auto end = ask<child_reply>(s, end_child_atom::value, std::string{"deaf"});
  auto which = ask<std::vector<child_info>>(s, which_children_atom::value);
  REQUIRE_FALSE(end.arrived());

  caf::anon_send_exit(s, caf::exit_reason::kill);
  settle();

  CHECK(end.value().result == child_result::supervisor_down);
  CHECK(which.failed());
}

TEST_CASE_METHOD(supervisor_fixture, "a snapshot shows the children as their supervisor knows them",
                 "[supervisor][supervisor_actor]") {
  auto s = run(of({plain("a"), plain("b")}));
  kill("test/b");

  auto seen = ask<snapshot>(s, inspect_atom::value).value();

  CHECK(seen.kind == "supervisor");
  CHECK(seen.state == "running");
  REQUIRE(seen.children.size() == 2);
  CHECK(seen.children[0].restarts == 0);
  CHECK(seen.children[1].id == "b");
  CHECK(seen.children[1].state == "running");
  CHECK(seen.children[1].restarts == 1);
  CHECK_FALSE(seen.children[1].last_error.empty());
}

TEST_CASE_METHOD(supervisor_fixture, "with back-off a failing child is retried until it recovers",
                 "[supervisor][supervisor_actor]") {
  auto spec = of({plain("a")}, 2);
  spec.waits.emplace();
  spec.waits->seed = 1;
  auto s = run(spec);
  book.fails = true;
  kill("test/a");
  advance(60s);
  CHECK(ask<snapshot>(s, inspect_atom::value).value().state == "failing");
  CHECK_FALSE(at("test/a"));

  book.fails = false;
  advance(13s);
  CHECK(at("test/a"));
  advance(10s);
  CHECK(ask<snapshot>(s, inspect_atom::value).value().state == "running");
}

TEST_CASE_METHOD(supervisor_fixture,
                 "in any order of actors no child lives twice and every question is answered",
                 "[supervisor][supervisor_actor]") {
  auto seed = GENERATE(range(0u, 40u));
  shuffle(seed);
  std::mt19937 random{seed};
  auto spec = of({plain("a"), plain("b"), plain("c")}, 1000);
  spec.strategy = seed % 2 ? restart_strategy::one_for_all : restart_strategy::rest_for_one;
  auto s = run(spec);
  const lines ids{"a", "b", "c"};
  std::vector<answer<child_reply>> answers;

  for (auto i = 0; i < 20; ++i) {
    for (auto& id : ids)
      if (auto child = at("test/" + id); child && random() % 2)
        caf::anon_send_exit(caf::actor_cast<caf::actor>(child), caf::exit_reason::kill);
    answers.push_back(ask<child_reply>(s, end_child_atom::value, ids[random() % 3]));
    answers.push_back(ask<child_reply>(s, restart_child_atom::value, ids[random() % 3]));
  }

  for (auto& one : answers)
    CHECK(one.arrived());
  CHECK(book.most_alive == 1);
  tell(s, stop_atom::value, time_point::max());
  for (auto& id : ids)
    CHECK(book.alive["test/" + id] == 0);
}
