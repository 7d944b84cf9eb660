#include "plugins/pool_section.hpp"

#include "config/duration.hpp"

#include <algorithm>
#include <thread>

namespace rr {

namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

// Up, so that a time-out of a nanosecond does not become none at all.
milliseconds rounded(nanoseconds value) {
  return std::max(std::chrono::ceil<milliseconds>(value), milliseconds{1});
}

template <class T>
std::optional<T> none_if_zero(T value) {
  return value == T{0} ? std::nullopt : std::optional<T>{value};
}

/// Whether the user wrote a duration other than 0, which stands for the default.
bool sets_duration(const config::node* written, std::string_view key) {
  auto* value = written != nullptr ? written->child(key) : nullptr;
  return value != nullptr && config::parse_duration(value->text) != nanoseconds{0};
}

std::size_t processor_count() {
  return std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, pool_workers_max);
}

config::section<pool_supervisor_config> supervisor_section() {
  using c = pool_supervisor_config;
  config::section<c> s{"supervisor", "Limits of workers and of their requests."};
  s.field("watch_tick", &c::watch_tick,
          {.doc = "How often the soft limits are looked at.", .zero_means_default = true});
  s.field("ttl", &c::ttl,
          {.doc = "How long a worker lives at most; 0: no limit. Soft: a request is never interrupted."});
  s.field("idle_ttl", &c::idle_ttl, {.doc = "How long a worker may be idle; 0: no limit. Soft."});
  s.field("exec_ttl", &c::exec_ttl,
          {.doc = "How long a request, or one frame of a stream, may take; 0: no limit. Hard: the worker is "
                  "killed."});
  s.field("max_worker_memory", &c::max_worker_memory,
          {.unit = "MB", .doc = "The most resident memory of a worker; 0: no limit. Soft."});
  return s;
}

config::section<dynamic_allocator_config> allocator_section() {
  using c = dynamic_allocator_config;
  config::section<c> s{"dynamic_allocator", "More workers when requests wait too long."};
  s.field("max_workers", &c::max_workers,
          {.unit = "processes",
           .doc = "Additional workers at most, 100 at the most.",
           .zero_means_default = true});
  s.field("spawn_rate", &c::spawn_rate,
          {.unit = "processes",
           .doc = "Workers started at a time, 100 at the most.",
           .zero_means_default = true});
  s.field("idle_timeout", &c::idle_timeout,
          {.doc = "When additional workers go after the last allocation, 1 s at least.",
           .zero_means_default = true});
  return s;
}

} // namespace

config::section<pool_config> pool_section() {
  using c = pool_config;
  config::section<c> s{"pool", "The workers of a plugin."};
  s.field("debug", &c::debug, {.doc = "A fresh worker for every request; errors are shown to the client."});
  s.field("command", &c::command,
          {.default_text = "server.command",
           .doc = "The command of this pool's workers: a string, split like a command line, or a list, taken "
                  "as it is.",
           .command = true});
  s.field("num_workers", &c::num_workers,
          {.default_text = "number of processors",
           .unit = "processes",
           .doc = "How many workers there are.",
           .max = pool_workers_max,
           .range_text = "number of workers can't be more than 500",
           .zero_means_default = true});
  s.field("max_jobs", &c::max_jobs,
          {.unit = "requests",
           .doc = "After how many requests a worker is replaced; 0: never. Up to 14 % more by chance, so "
                  "that not all are "
                  "replaced together."});
  s.field("max_queue_size", &c::max_queue_size,
          {.unit = "requests", .doc = "The most requests that wait and run at a time; 0: no limit."});
  s.field("allocate_timeout", &c::allocate_timeout,
          {.doc = "How long a worker may take to boot, and how long a request waits for a free one.",
           .zero_means_default = true});
  s.field("destroy_timeout", &c::destroy_timeout,
          {.doc = "How long the pool may take to stop; when set, also how long one worker may (else 10 s).",
           .zero_means_default = true});
  s.field("reset_timeout", &c::reset_timeout,
          {.doc = "How long a reset waits for busy workers.", .zero_means_default = true});
  s.field("stream_timeout", &c::stream_timeout,
          {.doc = "How long a worker may go on with a stream that nobody reads any more.",
           .zero_means_default = true});
  s.sub("supervisor", &c::supervisor, supervisor_section());
  s.sub("dynamic_allocator", &c::dynamic_allocator, allocator_section());
  return s;
}

pool_options to_pool_options(const pool_config& config, std::string name, const config::node* written) {
  pool_options o;
  o.name = std::move(name);
  o.debug = config.debug;
  o.workers = config.num_workers != 0 ? config.num_workers : processor_count();
  o.queue_max = none_if_zero<std::size_t>(config.max_queue_size);
  o.allocate_timeout = rounded(config.allocate_timeout);
  o.destroy_timeout = rounded(config.destroy_timeout);
  o.reset_timeout = rounded(config.reset_timeout);
  o.limits.jobs_max = none_if_zero(config.max_jobs);
  if (config.supervisor && config.supervisor->exec_ttl != nanoseconds{0})
    o.limits.exec_ttl = rounded(config.supervisor->exec_ttl);
  o.worker.process.argv = config.command;
  o.worker.boot_timeout = o.allocate_timeout;
  o.worker.relay.stream_timeout = rounded(config.stream_timeout);
  if (sets_duration(written, "destroy_timeout"))
    o.worker.stop_timeout = o.destroy_timeout;
  return o;
}

// The only list of such keys: a line goes when its behaviour comes.
std::vector<std::string> pool_keys_without_effect(const pool_config& config) {
  std::vector<std::string> keys;
  if (auto& limits = config.supervisor) {
    if (limits->ttl != nanoseconds{0})
      keys.emplace_back("pool.supervisor.ttl");
    if (limits->idle_ttl != nanoseconds{0})
      keys.emplace_back("pool.supervisor.idle_ttl");
    if (limits->max_worker_memory != 0)
      keys.emplace_back("pool.supervisor.max_worker_memory");
  }
  if (config.dynamic_allocator)
    keys.emplace_back("pool.dynamic_allocator");
  if (config.reset_timeout != pool_config{}.reset_timeout)
    keys.emplace_back("pool.reset_timeout");
  return keys;
}

} // namespace rr
