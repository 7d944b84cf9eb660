#include "actors/reactor.hpp"

#include "actors/log.hpp"

#include <boost/asio/post.hpp>
#include <caf/actor_system.hpp>
#include <caf/scheduled_actor.hpp>
#include <caf/scheduler/abstract_coordinator.hpp>

namespace rr {

namespace {

thread_local reactor* current = nullptr;

// Between two looks at the sockets at most this many actors run, and the other way round: neither starves the
// other.
constexpr int ready_batch = 64;
constexpr int io_batch = 16;

} // namespace

reactor::reactor(caf::actor_system& system, std::size_t throughput)
    : caf::execution_unit(&system), throughput_(throughput) {}

reactor::~reactor() = default;

reactor* reactor::here() noexcept { return current; }

void reactor::post(std::function<void()> f) { boost::asio::post(io_, std::move(f)); }

void reactor::exec_later(caf::resumable* job) {
  auto is_actor = job->subtype() == caf::resumable::scheduled_actor;
  if (is_actor && static_cast<caf::scheduled_actor*>(job)->context() != this)
    system().scheduler().enqueue(job);
  else
    admit(job);
}

void reactor::admit(caf::resumable* job) {
  if (current == this)
    push(job);
  else
    boost::asio::post(io_, [this, job] { push(job); });
}

void reactor::run() {
  current = this;
  actor_directory::set_here(&directory_);
  auto work = boost::asio::make_work_guard(io_);
  while (!stopping_ || !ready_.empty()) {
    log_port::flush_this_thread();
    if (ready_.empty()) {
      io_.run_one();
    } else {
      for (int i = 0; i < io_batch && io_.poll_one() != 0; ++i) {
      }
    }
    run_ready();
  }
  log_port::flush_this_thread();
  actor_directory::set_here(nullptr);
  current = nullptr;
}

void reactor::run_ready() {
  for (int n = ready_batch; n > 0 && !ready_.empty(); --n) {
    auto* job = ready_.front();
    ready_.pop_front();
    switch (job->resume(this, throughput_)) {
    case caf::resumable::resume_later:
      ready_.push_back(job);
      break;
    case caf::resumable::shutdown_execution_unit:
      break;
    default: // done, or waiting for a message: the reference taken when it became ready ends here
      caf::intrusive_ptr_release(job);
    }
  }
}

void reactor::request_stop() {
  boost::asio::post(io_, [this] { stopping_ = true; });
}

void reactor::clean_up() {
  current = this;
  actor_directory::set_here(&directory_);
  tick_.cancel();
  timers_.cancel_all();
  io_.restart();
  io_.poll();
  while (!ready_.empty()) {
    auto* job = ready_.front();
    ready_.pop_front();
    caf::scheduler::abstract_coordinator::cleanup_and_release(job);
  }
  actor_directory::set_here(nullptr);
  current = nullptr;
}

// Re-arms only for an earlier deadline: each costs a system call.
void reactor::arm() {
  auto& due = timers_.schedule();
  if (due.empty() || due.begin()->first >= armed_)
    return;
  armed_ = due.begin()->first;
  tick_.expires_at(armed_);
  tick_.async_wait([this](boost::system::error_code ec) {
    if (!ec)
      on_tick();
  });
}

void reactor::on_tick() {
  armed_ = caf::actor_clock::time_point::max();
  timers_.trigger_expired_timeouts();
  arm();
}

} // namespace rr
