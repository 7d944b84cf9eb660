#include "relay/relay_phase.hpp"

#include <catch2/catch.hpp>
#include <set>
#include <string>

using namespace rr;
using p = relay_phase;
using v = relay_event;

namespace {

constexpr p all_phases[] = {p::fresh,     p::greeting, p::greeted, p::idle,    p::busy,
                            p::streaming, p::stopping, p::leaving, p::failing, p::broken};

void leads(v event, std::initializer_list<p> from, p to) {
  for (auto phase : all_phases) {
    INFO(to_word(phase));
    auto allowed = std::find(from.begin(), from.end(), phase) != from.end();
    CHECK(next_phase(phase, event) == (allowed ? std::optional{to} : std::nullopt));
  }
}

} // namespace

TEST_CASE("each event leads on from where it can happen and from nowhere else", "[relay][relay_phase]") {
  leads(v::hello_sent, {p::fresh}, p::greeting);
  leads(v::reply_came, {p::greeting}, p::greeted);
  leads(v::exec_taken, {p::idle}, p::busy);
  leads(v::stream_frame_came, {p::busy, p::streaming}, p::streaming);
  leads(v::answer_came, {p::busy, p::streaming, p::stopping}, p::idle);
  leads(v::stop_sent, {p::busy, p::streaming}, p::stopping);
  leads(v::restart_asked, {p::greeted, p::idle, p::busy}, p::leaving);
  leads(v::made_no_sense, {p::busy, p::streaming}, p::leaving);
  leads(v::trouble_began,
        {p::greeting, p::greeted, p::idle, p::busy, p::streaming, p::stopping, p::leaving, p::failing},
        p::failing);
}

TEST_CASE("a channel can be lost at any time", "[relay][relay_phase]") {
  for (auto phase : all_phases)
    CHECK(next_phase(phase, v::channel_lost) == p::broken);
}

TEST_CASE("a first keeper makes a fresh or greeted relay idle, another one changes nothing",
          "[relay][relay_phase]") {
  for (auto phase : all_phases) {
    auto first = phase == p::fresh || phase == p::greeted;
    CHECK(next_phase(phase, v::keeper_came) == (first ? p::idle : phase));
  }
}

TEST_CASE("every phase has a word of its own", "[relay][relay_phase]") {
  std::set<std::string> words;
  for (auto phase : all_phases)
    words.insert(to_word(phase));
  CHECK(words.size() == std::size(all_phases));
}
