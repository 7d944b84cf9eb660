// How a pool keeps its size: workers boot, become idle, are recycled, die and are replaced.

#include "supervisor/jobs_limit.hpp"
#include "supervisor/pool_errors.hpp"
#include "supervisor/pool_state.hpp"

#include <algorithm>

namespace rr {

namespace {

std::string how_it_ended(const worker_end& end) {
  if (end.exit)
    return to_string(*end.exit);
  return render(end.why);
}

} // namespace

std::size_t pool_state::missing() const {
  if (phase_ == phase::stopping || phase_ == phase::failed)
    return 0;
  // A debug pool has one worker on its way for each exec that waits.
  auto fresh = [this](auto& x) { return options_.debug ? x.second.state == worker_state::inactive : x.second.counted; };
  auto have = static_cast<std::size_t>(std::count_if(workers_.begin(), workers_.end(), fresh));
  auto want = options_.debug ? waiting_.size() : options_.workers;
  return want > have ? want - have : 0;
}

// While boots fail, one attempt at a time shows when the cause has gone.
void pool_state::fill_up() {
  if (next_boot_)
    return;
  auto count = missing();
  if (failing_)
    count = std::min<std::size_t>(count, 1);
  for (; count != 0; --count)
    boot_one();
}

void pool_state::boot_one() {
  auto id = next_id_++;
  auto& w = workers_[id];
  w.id = id;
  w.created = std::chrono::system_clock::now();
  if (options_.debug)
    w.execs_max = 1;
  else if (options_.limits.jobs_max)
    w.execs_max = jobs_limit(*options_.limits.jobs_max, random_);
  auto worker_id = "worker-" + std::to_string(id);
  birth b{path() + "/" + worker_id, {worker_id, id}, caf::actor_cast<parent_actor>(self_)};
  w.handle = spawn_worker(self_->system(), std::move(b), caf::actor_cast<worker_keeper_actor>(self_), id, launcher_,
                          options_.worker);
  // Linked: a pool that is killed takes its workers, and so their processes, with it.
  self_->link_to(w.handle);
}

void pool_state::booted(std::uint64_t id, const worker_boot& boot) {
  auto* w = find(id);
  if (w == nullptr)
    return;
  w->relay = boot.relay;
  w->info = boot.info;
  log_.debug("worker is allocated", {{"pid", w->info.pid},
                                     {"max_execs", w->execs_max.value_or(0)},
                                     {"internal_event_name", "EventWorkerConstruct"}});
  auto ready = event_bus::instance().emit(path(), event_kind::worker_ready,
                                          {{"pid", std::to_string(w->info.pid)}}, failing_event_);
  if (failing_) {
    failing_ = false;
    failing_event_ = 0;
    event_bus::instance().emit(path(), event_kind::pool_recovered, {}, ready);
    enter("serving");
    fill_up();
  }
  if (phase_ == phase::stopping || phase_ == phase::failed) {
    retire(*w);
    return;
  }
  self_->send(w->relay, idle_atom::value, caf::actor_cast<relay_keeper_actor>(self_), id, w->info);
  make_idle(*w);
  retire_predecessor();
  started_if_complete();
}

void pool_state::make_idle(pool_worker& w) {
  if (w.execs_max && w.execs >= *w.execs_max) {
    log_.debug("requests execution limit reached, worker will be restarted",
               {{"pid", w.info.pid}, {"execs", w.execs}});
    recycle(w, worker_state::max_jobs_reached);
    return;
  }
  if (w.retire_when_idle) {
    recycle(w, worker_state::invalid);
    return;
  }
  mark(w, worker_state::ready);
  idle_.push_back(w.id);
  serve_waiting();
}

// The successor boots first; the worker goes when it is up, or when its boot has failed too.
void pool_state::recycle(pool_worker& w, worker_state why) {
  mark(w, why);
  w.counted = false;
  w.cause = event_bus::instance().emit(path(), event_kind::limit_reached,
                                       {{"limit", std::string{to_string(why)}},
                                        {"pid", std::to_string(w.info.pid)},
                                        {"execs", std::to_string(w.execs)}});
  if (options_.debug || phase_ != phase::serving) {
    retire(w);
    fill_up();
    return;
  }
  outgoing_.push_back(w.id);
  fill_up();
  if (next_boot_)
    retire_predecessor();
}

void pool_state::retire_predecessor() {
  if (outgoing_.empty())
    return;
  auto id = outgoing_.front();
  outgoing_.pop_front();
  if (auto* w = find(id))
    retire(*w);
}

// Asks the worker to end in its own time; running work is not interrupted by this.
void pool_state::retire(pool_worker& w) {
  forget_idle(w.id);
  w.counted = false;
  mark(w, worker_state::stopping);
  self_->send(w.handle, stop_atom::value, now() + options_.worker.stop_timeout);
}

// The worker is beyond use: killed, and replaced without waiting for its end.
void pool_state::give_up(pool_worker& w, worker_state why, const error& reason) {
  forget_idle(w.id);
  mark(w, why);
  w.counted = false;
  self_->send(w.handle, kill_atom::value, reason);
  fill_up();
}

void pool_state::broken(std::uint64_t id, const error& why) {
  auto* w = find(id);
  if (w == nullptr)
    return;
  if (w->current != nullptr) {
    w->current.reset();
    --running_;
  }
  if (w->counted || w->state == worker_state::working || w->state == worker_state::ready)
    log_.warn("RoadRunner can't communicate with the worker", {{"reason", "worker hung or process was killed"},
                                                               {"pid", w->info.pid},
                                                               {"internal_event_name", "EventWorkerError"},
                                                               {"error", render(why)}});
  // A relay that ends while its worker stops is how stopping looks.
  if (w->state != worker_state::stopping)
    give_up(*w, worker_state::errored, why);
  stop_if_drained();
}

void pool_state::quit_asked(std::uint64_t id) {
  auto* w = find(id);
  if (w == nullptr)
    return;
  if (w->state == worker_state::ready && forget_idle(id))
    recycle(*w, worker_state::invalid);
  else
    w->retire_when_idle = true;
}

void pool_state::gone(std::uint64_t id, const worker_end& end) {
  auto found = workers_.find(id);
  if (found == workers_.end())
    return;
  auto w = std::move(found->second);
  workers_.erase(found);
  self_->unlink_from(w.handle);
  forget_idle(id);
  outgoing_.erase(std::remove(outgoing_.begin(), outgoing_.end(), id), outgoing_.end());
  if (w.current != nullptr)
    --running_; // its relay has failed the exec
  if (end.booted)
    died(w, end);
  else
    boot_failed(w, end);
  fill_up();
  stop_if_drained();
  end_if_empty();
}

void pool_state::died(const pool_worker& w, const worker_end& end) {
  auto kind = end.asked ? event_kind::worker_stopped : event_kind::worker_died;
  event_bus::instance().emit(path(), kind,
                             {{"pid", std::to_string(end.pid)},
                              {"exit", how_it_ended(end)},
                              {"why", render(end.why)},
                              {"execs", std::to_string(w.execs)},
                              {"exec", w.current != nullptr ? w.current->describe() : ""}},
                             w.cause);
  if (!end.asked)
    log_.warn("worker died", {{"pid", end.pid},
                              {"exit", how_it_ended(end)},
                              {"execs", w.execs},
                              {"internal_event_name", "EventWorkerProcessExit"}});
  // A worker that dies before it has served anything is a boot that failed late: no crash loop without waits.
  if (!end.asked && w.execs == 0 && phase_ == phase::serving && !options_.debug) {
    wait_before_boot();
  }
}

void pool_state::wait_before_boot() {
  next_boot_ = now() + wait_before_restart(options_.boot_wait, boot_failures_++, random_);
  wake_at(*next_boot_);
}

void pool_state::boot_failed(const pool_worker& w, const worker_end& end) {
  if (phase_ == phase::stopping || phase_ == phase::failed)
    return;
  last_boot_error_ = render(end.why);
  if (phase_ == phase::starting) {
    fail_start(end.why);
    return;
  }
  log_.error("allocate", {{"error", last_boot_error_}, {"pid", end.pid}});
  if (options_.debug && !waiting_.empty()) {
    auto e = std::move(waiting_.front());
    waiting_.pop_front();
    e->fail(wrap("worker_watcher_allocate_new", error_kind::worker_allocate, end.why));
    return;
  }
  if (!failing_) {
    failing_ = true;
    enter("failing");
    failing_event_ = event_bus::instance().emit(path(), event_kind::pool_failing, {{"error", last_boot_error_}}, w.cause);
  }
  retire_predecessor();
  wait_before_boot();
}

// A worker actor that ended without `gone` (an exception in it) has killed its process; a parent's order ends the pool.
void pool_state::lost_handle(const caf::exit_msg& x) {
  auto same = [&](auto& entry) { return caf::actor_cast<caf::actor_addr>(entry.second.handle) == x.source; };
  auto found = std::find_if(workers_.begin(), workers_.end(), same);
  if (found == workers_.end()) {
    // The late notice of a worker that is off the book already says nothing new.
    if (x.source == nullptr || x.source == born().parent || x.source == self_->address())
      self_->quit(x.reason);
    return;
  }
  gone(found->first, {found->second.info.pid, found->second.relay != nullptr, std::nullopt,
                      from_exit_reason(x.reason), false, {}});
}

} // namespace rr
