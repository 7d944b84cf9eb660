#include "supervisor/pool_actor.hpp"

#include "supervisor/pool_errors.hpp"
#include "supervisor/pool_state.hpp"

#include <algorithm>

namespace rr {

namespace {

// At the deadline the parent kills this actor; the workers are killed a little earlier, so that their ends are still seen.
constexpr std::chrono::milliseconds kill_margin{250};

unsigned seed_of(const pool_options& options) { return options.seed != 0 ? options.seed : std::random_device{}(); }

} // namespace

pool_actor spawn_pool(caf::actor_system& system, birth b, std::shared_ptr<process_launcher> launcher,
                      pool_options options) {
  return spawn_supervised<pool_state, pool_actor>(system, std::move(b), std::move(launcher), std::move(options));
}

pool_state::pool_state(actor_type* self, birth b, std::shared_ptr<process_launcher> launcher, pool_options options)
    : supervised_state(self, std::move(b), name), self_(self), launcher_(std::move(launcher)),
      options_(std::move(options)), log_(options_.worker.log_channel), random_(seed_of(options_)) {}

// An actor that owes answers gives them when it ends, however it ends. What runs is answered by its relay.
pool_state::~pool_state() {
  for (auto& e : waiting_)
    e->fail(pool_stopped_error());
}

pool_actor::behavior_type pool_state::make_behavior() {
  self_->set_exit_handler([this](caf::exit_msg& x) { lost_handle(x); });
  fill_up();
  started_if_complete();
  return {
      [this](stop_atom, time_point deadline) { stop(deadline); },
      [this](inspect_atom) { return describe(); },
      [this](exec_atom, exec_ptr& e) { take(std::move(e)); },
      [this](cancel_atom, std::uint64_t exec_id) { cancel(exec_id); },
      [this](credit_atom, std::uint64_t exec_id) { credit(exec_id); },
      [this](idle_atom, std::uint64_t id, const exec_outcome& outcome) { finish(id, outcome); },
      [this](repeat_atom, std::uint64_t id, exec_ptr& e) { repeat(id, std::move(e)); },
      [this](quit_asked_atom, std::uint64_t id) { quit_asked(id); },
      [this](broken_atom, std::uint64_t id, const error& why) { broken(id, why); },
      [](started_atom, const child_ref&, const start_report&) {
        // A worker's start is told by `booted` or `gone`.
      },
      [this](booted_atom, std::uint64_t id, const worker_boot& boot) { booted(id, boot); },
      [this](gone_atom, std::uint64_t id, const worker_end& end) { gone(id, end); },
      [this](tick_atom) { tick(); },
      [this](workers_atom) {
        std::vector<worker_row> rows;
        for (auto& [id, w] : workers_)
          if (w.relay)
            rows.push_back({w.info.pid, w.state, w.execs, w.created, w.current ? w.current->describe() : ""});
        return rows;
      },
  };
}

void pool_state::figures(snapshot& s) const {
  auto in_state = [this](worker_state state) {
    auto n = std::count_if(workers_.begin(), workers_.end(), [=](auto& x) { return x.second.state == state; });
    return std::to_string(n);
  };
  s.figures = {{"size", std::to_string(options_.debug ? 0 : options_.workers)},
               {"workers", std::to_string(workers_.size())},
               {"busy", in_state(worker_state::working)},
               {"idle", in_state(worker_state::ready)},
               {"booting", in_state(worker_state::inactive)},
               {"queue", std::to_string(waiting_.size())}};
  if (failing_)
    s.last_error = last_boot_error_;
}

// -- start and stop ---------------------------------------------------------------------------------------------------

void pool_state::started_if_complete() {
  if (phase_ != phase::starting)
    return;
  auto ready = [](auto& x) { return x.second.relay != nullptr; };
  if (!std::all_of(workers_.begin(), workers_.end(), ready) || missing() != 0)
    return;
  phase_ = phase::serving;
  enter("serving");
  report_started();
}

// The first allocation is all or nothing: the first error fails the start, and the workers that did boot are ended.
void pool_state::fail_start(const error& why) {
  phase_ = phase::failed;
  enter("failed");
  start_error_ = allocate_error(why);
  report_started({start_report::fail, start_error_});
  for (auto& [id, w] : workers_)
    self_->send(w.handle, kill_atom::value, error{error_kind::stop, {}, "the pool's start has failed"});
  end_if_empty();
}

void pool_state::stop(time_point deadline) {
  if (phase_ == phase::failed)
    return;
  if (deadline == time_point::max())
    deadline = now() + options_.destroy_timeout;
  stop_deadline_ = std::min(stop_deadline_, deadline - kill_margin);
  if (phase_ == phase::draining || phase_ == phase::stopping)
    return;
  log_.info("destroy signal received", {{"timeout", std::chrono::nanoseconds{options_.destroy_timeout}}});
  phase_ = phase::draining;
  enter("draining");
  wake_at(stop_deadline_);
  for (auto& [id, w] : workers_)
    end_unwanted(w);
  stop_if_drained();
}

// A worker whose client has gone is not waited for when the pool stops.
void pool_state::end_unwanted(pool_worker& w) {
  if (phase_ != phase::draining || w.current == nullptr || !w.current->abandoned)
    return;
  self_->send(w.relay, abort_atom::value, cancelled_error());
  give_up(w, worker_state::stopping, cancelled_error());
}

// While execs wait, workers stay: they are served first.
void pool_state::stop_if_drained() {
  if (phase_ != phase::draining || running_ != 0 || !waiting_.empty())
    return;
  phase_ = phase::stopping;
  enter("stopping");
  for (auto& [id, w] : workers_)
    retire(w);
  end_if_empty();
}

// The deadline has come: what waits is refused, what lives is killed.
void pool_state::cut_short() {
  while (!waiting_.empty()) {
    auto e = std::move(waiting_.front());
    waiting_.pop_front();
    e->fail(pool_stopped_error());
  }
  phase_ = phase::stopping;
  stop_deadline_ = time_point::max();
  error why{error_kind::stop, {}, "still busy when the time for stopping ran out"};
  for (auto& [id, w] : workers_)
    self_->send(w.handle, kill_atom::value, why);
  end_if_empty();
}

void pool_state::end_if_empty() {
  if (!workers_.empty())
    return;
  if (phase_ == phase::stopping)
    self_->quit(caf::exit_reason::user_shutdown);
  else if (phase_ == phase::failed)
    self_->quit(to_exit_reason(start_error_));
}

// -- book-keeping -----------------------------------------------------------------------------------------------------

pool_worker* pool_state::find(std::uint64_t id) {
  auto found = workers_.find(id);
  return found == workers_.end() ? nullptr : &found->second;
}

pool_worker* pool_state::running_exec(std::uint64_t exec_id) {
  auto runs = [=](auto& x) { return x.second.current != nullptr && x.second.current->id == exec_id; };
  auto found = std::find_if(workers_.begin(), workers_.end(), runs);
  return found == workers_.end() ? nullptr : &found->second;
}

void pool_state::mark(pool_worker& w, worker_state to) {
  if (may_follow(w.state, to))
    w.state = to;
  else
    log_.debug("transition info, this is not an error", {{"pid", w.info.pid}, {"from", to_string(w.state)}});
}

bool pool_state::forget_idle(std::uint64_t id) {
  auto found = std::find(idle_.begin(), idle_.end(), id);
  if (found == idle_.end())
    return false;
  idle_.erase(found);
  return true;
}

time_point pool_state::now() const { return self_->clock().now(); }

} // namespace rr
