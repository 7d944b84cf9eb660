// The request path of a pool: an exec comes, waits, runs, and its worker is idle again.

#include "supervisor/pool_errors.hpp"
#include "supervisor/pool_state.hpp"

#include <algorithm>

namespace rr {

void pool_state::take(exec_ptr e) {
  if (phase_ != phase::serving && phase_ != phase::starting) {
    e->fail(pool_stopped_error());
    return;
  }
  if (options_.queue_max && waiting_.size() + running_ >= *options_.queue_max) {
    e->fail(queue_full_error());
    return;
  }
  e->queued_at = now();
  if (waiting_.empty() && !idle_.empty()) {
    auto id = idle_.front();
    idle_.pop_front();
    run(workers_.at(id), std::move(e));
    return;
  }
  waiting_.push_back(std::move(e));
  wake_at(waiting_.front()->queued_at + options_.allocate_timeout);
  if (options_.debug)
    fill_up();
}

void pool_state::serve_waiting() {
  while (!waiting_.empty() && !idle_.empty()) {
    auto e = std::move(waiting_.front());
    waiting_.pop_front();
    if (e->abandoned) {
      e->fail(cancelled_error());
      continue;
    }
    auto id = idle_.front();
    idle_.pop_front();
    run(workers_.at(id), std::move(e));
  }
}

void pool_state::run(pool_worker& w, exec_ptr e) {
  mark(w, worker_state::working);
  ++w.execs;
  ++running_;
  w.current = e;
  if (options_.limits.exec_ttl) {
    w.busy_since = now();
    wake_at(w.busy_since + *options_.limits.exec_ttl);
  }
  self_->send(w.relay, exec_atom::value, std::move(e));
}

// The answer has been delivered by the relay; what follows costs the caller nothing.
void pool_state::finish(std::uint64_t id, const exec_outcome& outcome) {
  auto* w = find(id);
  if (w == nullptr || w->current == nullptr)
    return;
  w->current.reset();
  --running_;
  boot_failures_ = 0; // a worker that serves is the end of a crash loop
  if (outcome.result == exec_outcome::soft_error)
    log_.warn("soft worker error", {{"reason", "SoftJob"},
                                    {"pid", w->info.pid},
                                    {"internal_event_name", "EventWorkerSoftError"},
                                    {"error", render(outcome.why)}});
  if (outcome.result == exec_outcome::hard_error) {
    log_.warn("worker will be restarted", {{"pid", w->info.pid},
                                           {"internal_event_name", "EventWorkerDestruct"},
                                           {"error", render(outcome.why)}});
    give_up(*w, worker_state::errored, outcome.why);
  } else if (w->state == worker_state::working) {
    make_idle(*w);
  }
  stop_if_drained();
}

// The worker asked to be replaced instead of answering: the caller notices nothing, its exec is the next to run.
void pool_state::repeat(std::uint64_t id, exec_ptr e) {
  waiting_.push_front(std::move(e));
  wake_at(waiting_.front()->queued_at + options_.allocate_timeout);
  if (auto* w = find(id); w != nullptr && w->current != nullptr) {
    w->current.reset();
    --running_;
    mark(*w, worker_state::invalid);
    w->counted = false;
    retire(*w);
    fill_up();
  }
  serve_waiting();
}

void pool_state::cancel(std::uint64_t exec_id) {
  auto same = [=](const exec_ptr& e) { return e->id == exec_id; };
  if (auto found = std::find_if(waiting_.begin(), waiting_.end(), same); found != waiting_.end()) {
    auto e = std::move(*found);
    waiting_.erase(found);
    e->fail(cancelled_error());
    stop_if_drained();
  } else if (auto* w = running_exec(exec_id)) {
    self_->send(w->relay, cancel_atom::value, exec_id);
    end_unwanted(*w);
  }
}

void pool_state::credit(std::uint64_t exec_id) {
  if (auto* w = running_exec(exec_id))
    self_->send(w->relay, credit_atom::value, exec_id);
}

} // namespace rr
