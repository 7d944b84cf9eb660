#pragma once

#include "relay/relay_actor.hpp"
#include "tests/actors/actor_fixture.hpp"
#include "tests/relay/frame_bytes.hpp"
#include "tests/relay/recorded_exec.hpp"
#include "tests/relay/scripted_channel.hpp"

#include <caf/typed_event_based_actor.hpp>
#include <unistd.h>

namespace rr::test {

/// What a keeper was told, in order: `idle`, `repeat`, `quit`, `broken`.
struct keeper_log {
  struct entry {
    std::string what;
    std::uint64_t id;
    exec_outcome outcome = {};
    exec_ptr repeated = {};
    error why = {};
  };
  std::vector<entry> entries;

  std::string words() const {
    std::string all;
    for (auto& e : entries)
      all += (all.empty() ? "" : " ") + e.what;
    return all;
  }
  const entry& last() const {
    REQUIRE_FALSE(entries.empty());
    return entries.back();
  }
};

/// A relay on a scripted channel, its keeper, and the worker in the test's hands.
class relay_fixture : public actor_fixture {
public:
  relay_fixture() {
    keeper = own(system.spawn([log = told](relay_keeper_actor::pointer) -> relay_keeper_actor::behavior_type {
      return {
          [=](idle_atom, std::uint64_t id, const exec_outcome& outcome) {
            log->entries.push_back({"idle", id, outcome, {}, {}});
          },
          [=](repeat_atom, std::uint64_t id, exec_ptr& e) {
            log->entries.push_back({"repeat", id, {}, std::move(e), {}});
          },
          [=](quit_asked_atom, std::uint64_t id) {
            log->entries.push_back({"quit", id, {}, {}, {}});
          },
          [=](broken_atom, std::uint64_t id, const error& why) {
            log->entries.push_back({"broken", id, {}, {}, why});
          },
      };
    }));
  }

  /// A relay that has nobody to tell yet.
  void spawn(relay_options options = {}) {
    relay = own(spawn_relay(system, {"rr/relay", {}, {}}, far->channel(), options));
    settle();
  }
  void keep() {
    tell(relay, idle_atom::value, keeper, std::uint64_t{7}, worker_info{42, payload_codec::proto});
  }
  /// A relay that has greeted its worker and has its keeper.
  void spawn_idle(relay_options options = {}) {
    spawn(options);
    auto said = ask<handshake>(relay, hello_atom::value);
    worker_says(pid_reply());
    REQUIRE(said.value().pid == 4242);
    keep();
    far->written.clear();
  }

  static std::string pid_reply() {
    return encode_short_frame(frame_flags::control, stream_bits::none, R"({"pid":4242})");
  }

  void worker_says(std::string bytes) {
    far->say(std::move(bytes));
    settle();
  }
  void worker_ends(std::string system_text = {}) {
    far->end(std::move(system_text));
    settle();
  }
  void run(const recorded_exec_ptr& e) { tell(relay, exec_atom::value, exec_ptr{e}); }
  recorded_exec_ptr run(std::string context = "ctx", std::string body = "body") {
    auto e = make_exec(std::move(context), std::move(body));
    run(e);
    return e;
  }
  recorded_exec_ptr run_stream() {
    auto e = make_exec();
    e->takes_streams = true;
    run(e);
    return e;
  }

  std::string state() { return ask<snapshot>(relay, inspect_atom::value).value().state; }
  std::string figure(const std::string& key) {
    auto shown = ask<snapshot>(relay, inspect_atom::value).value();
    for (auto& [k, v] : shown.figures)
      if (k == key)
        return v;
    return "none";
  }

  std::shared_ptr<channel_script> far = std::make_shared<channel_script>(system);
  std::shared_ptr<keeper_log> told = std::make_shared<keeper_log>();
  relay_keeper_actor keeper;
  relay_actor relay;
};

} // namespace rr::test
