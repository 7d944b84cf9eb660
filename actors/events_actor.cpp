#include "actors/events_actor.hpp"

#include "actors/supervised.hpp"

#include <algorithm>
#include <caf/all.hpp>
#include <deque>
#include <iterator>
#include <string>
#include <utility>

namespace rr {

namespace {

/// One who watches, and what it has not taken yet.
struct watcher {
  event_subscriber handle;
  std::deque<event> waiting;
  std::uint64_t lost = 0;
  bool is_busy = false; ///< has a batch that it did not answer yet
};

class events_state final : public supervised_state {
public:
  static constexpr const char* name = "events";
  using self_pointer = supervised_pointer<events_state, events_actor>;

  events_state(self_pointer self, birth b, std::size_t size, event_bus& bus)
      : supervised_state(self, std::move(b), name), self_(self), size_(std::max<std::size_t>(size, 1)),
        bus_(bus) {}

  ~events_state() override { bus_.disconnect(connection_); }

  events_actor::behavior_type make_behavior() {
    self_->set_down_handler([this](const caf::down_msg& down) { forget(down.source); });
    // The receiver's handle keeps this actor alive; the end of the state gives it back.
    auto me = caf::actor_cast<events_actor>(self_);
    connection_ = bus_.connect([me](event e) { caf::anon_send(me, publish_atom::value, std::move(e)); });
    enter("running");
    report_started();
    return {
        [this](stop_atom, time_point) { self_->quit(caf::exit_reason::user_shutdown); },
        [this](inspect_atom) { return describe(); },
        [this](publish_atom, event& e) { publish(std::move(e)); },
        [this](history_atom, const event_query& query) { return history(query); },
        [this](watch_atom, event_subscriber& subscriber) { watch(std::move(subscriber)); },
    };
  }

protected:
  void figures(snapshot& s) const override {
    s.figures.emplace_back("events", std::to_string(ring_.size()));
    s.figures.emplace_back("size", std::to_string(size_));
    s.figures.emplace_back("last_id", std::to_string(ring_.empty() ? 0 : ring_.back().id));
    s.figures.emplace_back("subscribers", std::to_string(watchers_.size()));
    s.figures.emplace_back("lost_by_subscribers", std::to_string(lost_));
  }

private:
  void publish(event e) {
    for (auto& w : watchers_)
      offer(w, e);
    if (ring_.size() == size_)
      ring_.pop_front();
    ring_.push_back(std::move(e));
  }

  // A slow subscriber loses the oldest: what it gets next is then one piece of the present behind one gap.
  void offer(watcher& w, const event& e) {
    if (w.waiting.size() == events_per_subscriber_max) {
      w.waiting.pop_front();
      ++w.lost;
      ++lost_;
    }
    w.waiting.push_back(e);
    if (!w.is_busy)
      send_batch(w);
  }

  void send_batch(watcher& w) {
    std::vector<event> batch{std::make_move_iterator(w.waiting.begin()),
                             std::make_move_iterator(w.waiting.end())};
    w.waiting.clear();
    w.is_busy = true;
    auto who = w.handle.address();
    // Without a deadline: a subscriber that never answers costs its bounded share, and its end is an error.
    self_->request(w.handle, caf::infinite, publish_atom::value, std::move(batch), std::exchange(w.lost, 0))
        .then([this, who] { taken(who); }, [this, who](const caf::error&) { forget(who); });
  }

  void taken(const caf::actor_addr& who) {
    auto w = find(who);
    if (w == watchers_.end())
      return;
    w->is_busy = false;
    if (!w->waiting.empty())
      send_batch(*w);
  }

  std::vector<event> history(const event_query& query) const {
    std::vector<event> found;
    for (auto e = ring_.rbegin(); e != ring_.rend() && found.size() < query.count_max && e->id > query.after;
         ++e)
      if (e->path.compare(0, query.path_prefix.size(), query.path_prefix) == 0)
        found.push_back(*e);
    std::reverse(found.begin(), found.end());
    return found;
  }

  void watch(event_subscriber subscriber) {
    if (!subscriber || find(subscriber.address()) != watchers_.end())
      return;
    self_->monitor(subscriber);
    watchers_.push_back({std::move(subscriber), {}, 0, false});
  }

  void forget(const caf::actor_addr& gone) {
    if (auto w = find(gone); w != watchers_.end())
      watchers_.erase(w);
  }

  std::vector<watcher>::iterator find(const caf::actor_addr& who) {
    return std::find_if(watchers_.begin(), watchers_.end(),
                        [&](auto& w) { return w.handle.address() == who; });
  }

  self_pointer self_;
  std::size_t size_;
  event_bus& bus_;
  event_bus::connection_id connection_ = 0;
  std::deque<event> ring_;
  std::vector<watcher> watchers_;
  std::uint64_t lost_ = 0;
};

} // namespace

events_actor spawn_events(caf::actor_system& system, birth b, std::size_t size, event_bus& bus) {
  return spawn_supervised<events_state, events_actor>(system, std::move(b), size, bus);
}

} // namespace rr
