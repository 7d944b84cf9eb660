// Whatever happens in whatever order: every exec is ended exactly once or handed back, and the keeper knows.

#include "tests/relay/relay_fixture.hpp"

#include <random>

using namespace rr;
using namespace rr::test;
using namespace std::chrono_literals;

namespace {

/// One life of a relay: a worker, a client and a keeper that do things by chance.
class random_life : public relay_fixture {
public:
  explicit random_life(unsigned seed) : random_(seed) {
    shuffle(seed);
    spawn_idle({.stream_timeout = 2s});
    far->read_bytes = 1 + roll(40);
    far->on_frame = [this](const channel_script::frame& f) { worker_got(f); };
  }

  void live() {
    for (int i = 0; i < 250; ++i) {
      happen();
      if (roll(3) != 0)
        settle();
    }
    settle();
    advance(5s); // more than any deadline of a relay
    end();
  }

private:
  unsigned roll(unsigned sides) { return std::uniform_int_distribution<unsigned>{0, sides - 1}(random_); }

  void happen() {
    switch (roll(16)) {
    case 0:
      return caf::anon_send(relay, cancel_atom::value, some_exec()->id);
    case 1:
    case 2:
    case 3:
      return caf::anon_send(relay, credit_atom::value, some_exec()->id);
    case 4:
      return roll(300) == 0 ? far->end() : void();
    case 5:
      return roll(300) == 0 ? far->say("garbage") : void();
    case 6:
      return far->take_more(roll(3) == 0 ? std::optional<std::size_t>{roll(60)} : std::nullopt);
    case 7:
      return roll(300) == 0
                 ? caf::anon_send(relay, abort_atom::value, error{error_kind::exec_ttl, {}, "too long"})
                 : void();
    case 8:
      return roll(300) == 0 ? far->fail_writes("broken pipe") : void();
    case 9:
      return advance(std::chrono::milliseconds{roll(900)});
    case 10:
      return roll(30) == 0 ? caf::anon_send(relay, farewell_atom::value) : void();
    case 11:
      return roll(300) == 0 ? far->say(answer_bytes(R"({"stop":true})", "")) : void();
    default:
      return give();
    }
  }

  // As a pool does: one exec at a time, as long as it has heard nothing bad.
  void give() {
    auto handled = told->entries.size();
    if (handled != given_.size() || !is_usable())
      return;
    auto e = make_exec(std::string(roll(30), 'c'), std::string(roll(200), 'b'));
    e->takes_streams = roll(3) != 0;
    e->demand = [this](std::size_t) {
      auto what = roll(40);
      return what < 10 ? stream_demand::pause : what == 10 ? stream_demand::reject : stream_demand::more;
    };
    given_.push_back(e);
    caf::anon_send(relay, exec_atom::value, exec_ptr{e});
  }

  bool is_usable() const {
    for (auto& entry : told->entries)
      if (entry.what != "idle" || entry.outcome.result == exec_outcome::hard_error)
        return false;
    return true;
  }

  recorded_exec_ptr some_exec() {
    return given_.empty() ? make_exec() : given_[roll(unsigned(given_.size()))];
  }

  void worker_got(const channel_script::frame& f) {
    if (f.header.option_count != 1)
      return; // a STOP, a PONG or a farewell
    auto delay = std::chrono::milliseconds{roll(50)};
    switch (roll(40)) {
    case 0:
    case 1:
    case 2:
    case 3:
      return far->say(encode_short_frame(frame_flags::error, stream_bits::none, "soft"), delay);
    case 4:
      return far->say(encode_short_frame(frame_flags::none, stream_bits::none, "no option"), delay);
    case 5:
      return far->say(answer_bytes(R"({"stop":true})", ""), delay);
    case 6:
    case 7:
    case 8:
    case 9:
    case 10:
    case 11:
    case 12:
    case 13:
      for (auto n = roll(8); n > 0; --n)
        far->say(answer_bytes("", "chunk",
                              roll(3) == 0 ? stream_bits::stream | stream_bits::ping : stream_bits::stream),
                 delay);
      return far->say(answer_bytes("", "last"), delay + 1ms);
    default:
      return far->say(answer_bytes("ctx", "answer"), delay);
    }
  }

  void end() {
    auto was = state();
    caf::anon_send_exit(relay, caf::exit_reason::kill);
    settle();
    auto repeated = [this](const exec_ptr& e) {
      return std::count_if(told->entries.begin(), told->entries.end(),
                           [&](auto& x) { return x.repeated == e; });
    };
    for (auto& e : given_) {
      INFO("exec of " << e->body.size() << " bytes, keeper told: " << told->words() << ", relay was " << was);
      CHECK(e->ends + (e->failure ? 1 : 0) + repeated(e) == 1);
    }
    auto broken =
        std::count_if(told->entries.begin(), told->entries.end(), [](auto& x) { return x.what == "broken"; });
    CHECK(broken <= 1);
    CHECK(far->closed);
  }

  std::mt19937 random_;
  std::vector<recorded_exec_ptr> given_;
};

} // namespace

TEST_CASE("whatever happens, every exec is ended once or handed back once", "[relay][order]") {
  for (unsigned seed = 1; seed <= 300; ++seed) {
    INFO("seed " << seed);
    random_life{seed}.live();
  }
}
