#include "tests/plugins/container_fixture.hpp"

using namespace rr;
using namespace rr::test;
using namespace std::chrono_literals;

TEST_CASE_METHOD(container_fixture,
                 "plugins are initialised after what they require and get its value (case 1)",
                 "[container]") {
  std::string got;
  auto& http = add("http");
  http.describe = requires_a<first_contract>();
  http.init = [&](init_context& c) {
    got = c.get<first_contract>()->text;
    return init_result{};
  };
  add("server").describe = provides_a<first_contract>("server");

  start();

  CHECK(is_up());
  CHECK(steps("init") == diary{"server", "http"});
  CHECK(got == "server for http");
  CHECK(states() == std::map<std::string, std::string>{{"http", "serving"}, {"server", "serving"}});
}

TEST_CASE_METHOD(container_fixture, "one plugin alone starts and stops (case 2)", "[container]") {
  add("only");

  start();
  halt();

  CHECK(is_up());
  REQUIRE(stopped.size() == 1);
  CHECK(stopped.front());
  CHECK(*notes == diary{"init only", "serve only", "stop only"});
  CHECK(states()["only"] == "stopped");
}

TEST_CASE_METHOD(container_fixture, "a second start of running plugins changes nothing (case 3)",
                 "[container]") {
  add("only");
  start();

  tell(container, start_atom::value);

  CHECK(is_up());
  CHECK(steps("serve") == diary{"only"});
}

TEST_CASE_METHOD(container_fixture, "without plugins every step is an error (case 4)", "[container]") {
  start();
  halt();
  halt();

  CHECK(start_error() == "no plugins registered");
  REQUIRE(stopped.size() == 2);
  CHECK(stopped[0].error().text == "no plugins registered");
  CHECK(stopped[1].error().text == "no plugins registered");
}

TEST_CASE_METHOD(container_fixture,
                 "an init error ends the start unchanged and undoes the earlier inits (case 5)",
                 "[container]") {
  add("a", 3);
  add("b", 2);
  add("bad").init = [](init_context&) {
    return init_result::fail({error_kind::init, "bad_plugin_init", "no such file"});
  };
  add("never", 0);

  start();
  tell(container, start_atom::value);
  halt();

  REQUIRE(started.size() == 2);
  CHECK(render(started[0].error()) == "bad_plugin_init: Init error: no such file");
  CHECK(started[1].error().text == "no plugins registered");
  CHECK_FALSE(stopped.front());
  CHECK(steps("destroy") == diary{"b", "a", "bad", "never"});
  CHECK(steps("serve").empty());
  CHECK(states()["bad"] == "failed [bad_plugin_init: Init error: no such file]");
}

TEST_CASE_METHOD(container_fixture, "an exception in an init is that plugin's error", "[container]") {
  add("bad").init = [](init_context&) -> init_result { throw std::runtime_error("boom"); };

  start();

  CHECK(start_error() == "unhandled exception: boom");
}

TEST_CASE_METHOD(container_fixture, "nothing to serve when all plugins are disabled (case 7)",
                 "[container]") {
  auto& server = add("server");
  server.describe = provides_a<first_contract>("server");
  server.init = [](init_context&) { return init_result::off("no server section"); };
  for (auto* name : {"p1", "p2", "p3"})
    add(name).describe = requires_a<first_contract>();

  start();

  CHECK(start_error() == "All plugins are disabled, nothing to serve");
  CHECK(states()["server"] == "disabled [no server section]");
  CHECK(states()["p3"] == "disabled [missing dependency test.first/1]");
  CHECK(steps("init") == diary{"server"});
}

TEST_CASE_METHOD(container_fixture, "an unrelated plugin serves although the others are disabled (case 8)",
                 "[container]") {
  add("http").describe = requires_a<first_contract>();
  add("rpc", 100);

  start();

  CHECK(is_up());
  CHECK(steps("serve") == diary{"rpc"});
  CHECK(states()["http"] == "disabled [missing dependency test.first/1]");
}

TEST_CASE_METHOD(container_fixture, "a consumer gets the value of the provider that is left (case 9)",
                 "[container]") {
  std::string got;
  auto& user = add("user", 50);
  user.describe = requires_a<first_contract>();
  user.init = [&](init_context& c) {
    got = c.get<first_contract>()->text;
    return init_result{};
  };
  auto& one = add("one", 9);
  one.describe = provides_a<first_contract>("one");
  one.init = [](init_context&) { return init_result::off("off"); };
  add("two").describe = provides_a<first_contract>("two");

  start();

  CHECK(got == "two for user");
  CHECK(steps("init") == diary{"one", "two", "user"});
}

TEST_CASE_METHOD(container_fixture, "a provider of two contracts serves both to one consumer (case 12)",
                 "[container]") {
  diary got;
  auto& both = add("both");
  both.describe = [](descriptor& d) {
    provides_a<first_contract>("1st")(d);
    provides_a<second_contract>("2nd")(d);
  };
  auto& user = add("user");
  user.describe = [](descriptor& d) { d.require<first_contract>().require<second_contract>(); };
  user.init = [&](init_context& c) {
    got = {c.get<first_contract>()->text, c.get<second_contract>()->text};
    return init_result{};
  };

  start();

  CHECK(got == diary{"1st for user", "2nd for user"});
}

TEST_CASE_METHOD(container_fixture, "a contract that was not declared is not handed out", "[container]") {
  auto got = std::make_shared<first_contract>();
  add("server", 9).describe = provides_a<first_contract>("server");
  add("sneaky").init = [&](init_context& c) {
    got = c.get<first_contract>();
    return init_result{};
  };

  start();

  CHECK(got == nullptr);
}

TEST_CASE_METHOD(container_fixture, "a collector gets every other provider's value after all inits (case 13)",
                 "[container]") {
  auto offers = [](std::string from) {
    return [from](descriptor& d) {
      provides_a<first_contract>(from)(d);
      provides_a<second_contract>(from)(d);
    };
  };
  auto& http = add("http", 9);
  http.describe = [&](descriptor& d) {
    offers("http")(d);
    d.collect<first_contract>(
        [this](auto from, auto v) { notes->push_back("1 " + std::string{from} + ": " + v->text); });
    d.collect<second_contract>(
        [this](auto from, auto v) { notes->push_back("2 " + std::string{from} + ": " + v->text); });
  };
  add("gzip").describe = offers("gzip");
  add("cors").describe = offers("cors");

  start();

  CHECK(*notes == diary{"init http", "init gzip", "init cors", "1 gzip: gzip for http",
                        "1 cors: cors for http", "2 gzip: gzip for http", "2 cors: cors for http",
                        "serve http", "serve gzip", "serve cors"});
}

TEST_CASE_METHOD(container_fixture, "plugins that require each other end the start (case 14)",
                 "[container]") {
  auto needs_and_offers = [](auto needs, auto offers) {
    return [=](descriptor& d) {
      needs(d);
      offers(d);
    };
  };
  add("a").describe = needs_and_offers(requires_a<first_contract>(), provides_a<second_contract>("a"));
  add("b").describe = needs_and_offers(requires_a<second_contract>(), provides_a<first_contract>("b"));

  start();

  CHECK(start_error() == "Init error: plugins require each other: a -> b -> a");
}

TEST_CASE_METHOD(container_fixture, "collectors of each other both start (case 14)", "[container]") {
  diary got;
  add("a").describe = [&](descriptor& d) {
    provides_a<first_contract>("a")(d);
    d.collect<second_contract>([&](auto, auto v) { got.push_back(v->text); });
  };
  add("b").describe = [&](descriptor& d) {
    provides_a<second_contract>("b")(d);
    d.collect<first_contract>([&](auto, auto v) { got.push_back(v->text); });
  };

  start();

  CHECK(is_up());
  CHECK(got == diary{"b for a", "a for b"});
}

TEST_CASE_METHOD(container_fixture, "a name that is registered twice ends the start", "[container]") {
  add("http");
  add("http");

  start();

  CHECK(start_error() == "Register error: plugin http is already registered");
}

TEST_CASE_METHOD(container_fixture, "the next weight class waits until the heavier one is ready (case 22)",
                 "[container]") {
  std::map<std::string, completion> pending;
  for (auto& [name, weight] :
       std::map<std::string, unsigned>{{"http", 1}, {"jobs", 1}, {"kv", 10}, {"rpc", 100}})
    add(name, weight).serve = [&pending, n = name](auto, completion done) { pending[n] = done; };

  start();
  CHECK(steps("serve") == diary{"rpc"});

  pending["rpc"]({});
  settle();
  CHECK(steps("serve") == diary{"rpc", "kv"});

  pending["kv"]({});
  settle();
  CHECK(steps("serve") == diary{"rpc", "kv", "http", "jobs"});

  pending["jobs"]({});
  settle();
  CHECK(started.empty());

  pending["http"]({});
  settle();
  CHECK(is_up());
}

TEST_CASE_METHOD(container_fixture, "inside a class a plugin is served when its provider is ready",
                 "[container]") {
  completion server_done;
  add("http").describe = requires_a<first_contract>();
  auto& server = add("server");
  server.describe = provides_a<first_contract>("server");
  server.serve = [&](auto, completion done) { server_done = done; };
  add("status");

  start();
  CHECK(steps("serve") == diary{"server", "status"});

  server_done({});
  settle();
  CHECK(steps("serve") == diary{"server", "status", "http"});
  CHECK(is_up());
}

TEST_CASE_METHOD(container_fixture,
                 "a serve error stops what is up and names the plugin as the reference does (case 15)",
                 "[container]") {
  add("rpc", 100);
  give_child(scripts.back());
  add("http").serve = [](auto, completion done) {
    done(fail(error_kind::network, "http_plugin_serve", "listen tcp :80: bind: permission denied"));
  };
  add("never", 0);

  start();

  CHECK(start_error() ==
        "Function call error:\n\tserve error from the plugin *http.Plugin stopping execution, error: "
        "http_plugin_serve: Network: listen tcp :80: bind: permission denied");
  CHECK(steps("stop") == diary{"rpc"});
  CHECK(steps("down") == diary{"rpc"});
  CHECK(steps("serve") == diary{"rpc", "http"});
  CHECK(states()["http"] == "failed [http_plugin_serve: Network: listen tcp :80: bind: permission denied]");
  CHECK(states()["rpc"] == "stopped");
}

TEST_CASE_METHOD(container_fixture, "a serve that fails after five seconds is reported once (case 16)",
                 "[container]") {
  completion late;
  add("slow").serve = [&](auto, completion done) { late = done; };
  start();
  advance(5s);
  CHECK(started.empty());

  late(fail(error_kind::undefined, {}, "too late"));
  settle();
  halt();

  CHECK(
      start_error() ==
      "Function call error:\n\tserve error from the plugin *slow.Plugin stopping execution, error: too late");
  CHECK(failed.empty());
  REQUIRE(stopped.size() == 1);
  CHECK(stopped.front());
}

TEST_CASE_METHOD(container_fixture, "a serve that is given up without a word fails the start",
                 "[container]") {
  add("rude").serve = [](auto, completion) {};

  start();

  CHECK(start_error().find("the plugin gave up without saying why") != std::string::npos);
}

TEST_CASE_METHOD(container_fixture, "a plugin's child is started by the root before the plugin is ready",
                 "[container]") {
  child_script slow;
  slow.boot = 300ms;
  give_child(add("http"), slow);

  start();
  CHECK(started.empty());

  advance(300ms);
  CHECK(is_up());
  auto asked = ask<std::vector<child_info>>(root, which_children_atom::value);
  auto& children = asked.value();
  REQUIRE(children.size() == 1);
  CHECK(children.front().id == "http");
}

TEST_CASE_METHOD(container_fixture, "a child that cannot start fails the start with its own error",
                 "[container]") {
  child_script bad;
  bad.boot_error = {error_kind::network, "listen", "address in use"};
  give_child(add("http"), bad);

  start();

  CHECK(start_error().find("listen: Network: address in use") != std::string::npos);
}

TEST_CASE_METHOD(container_fixture, "a plugin has one child", "[container]") {
  expected<void> second;
  add("http").serve = [&](auto context, completion done) {
    context->start_child(fake_child("one", {}, notes), done);
    context->start_child(fake_child("two", {}, notes), [&](expected<void> r) { second = r; });
  };

  start();

  CHECK(is_up());
  CHECK_FALSE(second);
}

TEST_CASE_METHOD(container_fixture, "the snapshot lists the plugins", "[container]") {
  add("http");
  start();

  auto asked = ask<snapshot>(container, inspect_atom::value);
  auto& s = asked.value();

  CHECK(s.state == "running");
  CHECK(s.figures == std::vector<std::pair<std::string, std::string>>{{"http", "serving"}});
}
