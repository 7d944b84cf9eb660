#include "supervisor/process_spawner.hpp"

#include "actors/reactor.hpp"
#include "supervisor/os_process.hpp"

#include <cassert>
#include <unordered_map>

namespace rr {

namespace {

using launch_callback = std::function<void(expected<process_ptr>)>;

/// Who waits for a start, on each reactor's thread. Callbacks hold references to actors and never leave it:
/// what is still queued on the main thread when the actor system ends must not hold any.
struct waiting_launches {
  std::uint64_t last = 0;
  std::unordered_map<std::uint64_t, launch_callback> callbacks;

  std::uint64_t enter(launch_callback done) {
    callbacks.emplace(++last, std::move(done));
    return last;
  }
  launch_callback take(std::uint64_t ticket) {
    auto found = callbacks.extract(ticket);
    return found ? std::move(found.mapped()) : launch_callback{};
  }
};

thread_local waiting_launches waiting;

// Also run by a reactor that is being cleaned up: nobody waits then, and the process is killed where it
// stands.
void answer(std::uint64_t ticket, expected<started_process>& started) {
  auto done = waiting.take(ticket);
  if (!done)
    return;
  if (started)
    done(make_os_process(reactor::here()->io(), std::move(*started)));
  else
    done(tl::unexpected<error>(std::move(started.error())));
}

} // namespace

void process_spawner::launch(process_spec spec, launch_callback done) {
  auto* home = reactor::here();
  assert(home != nullptr);
  auto ticket = waiting.enter(std::move(done));
  loop_.post([weak = weak_from_this(), home, ticket, spec = std::move(spec)] {
    auto self = weak.lock();
    if (self == nullptr)
      return;
    auto started = std::make_shared<expected<started_process>>(self->start(spec));
    home->post([ticket, started] { answer(ticket, *started); });
  });
}

expected<started_process> process_spawner::start(const process_spec& spec) {
  auto started = start_process(spec);
  if (!started || guardian_ == nullptr)
    return started;
  int pid = started->handle.pid();
  auto ticks = process_start_ticks(pid);
  guardian_->add(pid, ticks);
  started->handle.on_reaped([loop = &loop_, protector = guardian_, pid, ticks] {
    loop->post([=] { protector->remove(pid, ticks); });
  });
  return started;
}

} // namespace rr
