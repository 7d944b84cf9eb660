#include "actors/reactor_scheduler.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <caf/actor_system.hpp>
#include <caf/group.hpp>
#include <caf/scheduled_actor.hpp>
#include <csignal>
#include <pthread.h>

namespace rr {

using timers = reactor::timer_queue;

// -- clock ------------------------------------------------------------------------------------------------------------

template <class F>
void reactor_clock::on_queue(F f) {
  if (owner_.stopped())
    return;
  if (auto* here = reactor::here()) {
    here->with_timers(std::move(f));
    return;
  }
  auto& first = owner_.at(0);
  boost::asio::post(first.io(), [&first, f = std::move(f)]() mutable { first.with_timers(std::move(f)); });
}

void reactor_clock::set_ordinary_timeout(time_point t, caf::abstract_actor* self, caf::atom_value type,
                                         std::uint64_t id) {
  on_queue([=, keep = caf::strong_actor_ptr{self->ctrl()}](timers& q) { q.set_ordinary_timeout(t, self, type, id); });
}

void reactor_clock::set_multi_timeout(time_point t, caf::abstract_actor* self, caf::atom_value type,
                                      std::uint64_t id) {
  on_queue([=, keep = caf::strong_actor_ptr{self->ctrl()}](timers& q) { q.set_multi_timeout(t, self, type, id); });
}

void reactor_clock::set_request_timeout(time_point t, caf::abstract_actor* self, caf::message_id id) {
  on_queue([=, keep = caf::strong_actor_ptr{self->ctrl()}](timers& q) { q.set_request_timeout(t, self, id); });
}

void reactor_clock::cancel_ordinary_timeout(caf::abstract_actor* self, caf::atom_value type) {
  on_queue([=, keep = caf::strong_actor_ptr{self->ctrl()}](timers& q) { q.cancel_ordinary_timeout(self, type); });
}

void reactor_clock::cancel_request_timeout(caf::abstract_actor* self, caf::message_id id) {
  on_queue([=, keep = caf::strong_actor_ptr{self->ctrl()}](timers& q) { q.cancel_request_timeout(self, id); });
}

// Also called from destructors, so by id and without taking a reference.
void reactor_clock::cancel_timeouts(caf::abstract_actor* self) {
  on_queue([id = self->id()](timers& q) { q.handle(timers::timeouts_cancellation{id}); });
}

void reactor_clock::schedule_message(time_point t, caf::strong_actor_ptr receiver,
                                     caf::mailbox_element_ptr content) {
  on_queue([t, receiver = std::move(receiver), content = std::move(content)](timers& q) mutable {
    q.schedule_message(t, std::move(receiver), std::move(content));
  });
}

void reactor_clock::schedule_message(time_point t, caf::group target, caf::strong_actor_ptr sender,
                                     caf::message content) {
  on_queue([t, target = std::move(target), sender = std::move(sender), content = std::move(content)](timers& q) mutable {
    q.schedule_message(t, std::move(target), std::move(sender), std::move(content));
  });
}

void reactor_clock::cancel_all() {
  on_queue([](timers& q) { q.cancel_all(); });
}

// -- scheduler --------------------------------------------------------------------------------------------------------

reactor_scheduler::reactor_scheduler(caf::actor_system& system) : abstract_coordinator(system), clock_(*this) {}

reactor_scheduler::~reactor_scheduler() = default;

caf::actor_system::module* reactor_scheduler::make(caf::actor_system& system, caf::detail::type_list<>) {
  return new reactor_scheduler(system);
}

void reactor_scheduler::start() {
  for (std::size_t i = 0; i < num_workers_; ++i)
    reactors_.push_back(std::make_unique<reactor>(system_, max_throughput_));
  // Reactors take no signals: those belong to the main thread.
  sigset_t all, old;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &old);
  for (auto& r : reactors_)
    threads_.emplace_back([&r] { r->run(); });
  pthread_sigmask(SIG_SETMASK, &old, nullptr);
  abstract_coordinator::start();
}

void reactor_scheduler::stop() {
  for (auto& r : reactors_)
    r->request_stop();
  for (auto& t : threads_)
    t.join();
  threads_.clear();
  stopped_.store(true, std::memory_order_release);
  for (auto& r : reactors_)
    r->clean_up();
  stop_actors();
}

// From any thread. The reference that CAF took for the job goes along.
void reactor_scheduler::enqueue(caf::resumable* job) {
  if (stopped()) {
    cleanup_and_release(job);
    return;
  }
  auto* here = reactor::here();
  auto* home = home_of(job);
  if (home == nullptr)
    home = here != nullptr ? here : reactors_[next_.fetch_add(1) % reactors_.size()].get();
  home->admit(job);
}

// An actor's last execution unit is its home: the one given at birth, then the one that resumed it. Race-free, as only
// the sender that unblocks the mailbox schedules.
reactor* reactor_scheduler::home_of(caf::resumable* job) const {
  if (job->subtype() != caf::resumable::scheduled_actor)
    return nullptr;
  auto* last = static_cast<caf::scheduled_actor*>(job)->context();
  auto found = std::find_if(reactors_.begin(), reactors_.end(), [last](auto& r) { return r.get() == last; });
  return found == reactors_.end() ? nullptr : found->get();
}

} // namespace rr
