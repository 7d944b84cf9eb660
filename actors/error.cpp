#include "actors/error.hpp"

#include <array>
#include <utility>

namespace rr {

namespace {

constexpr std::array<std::pair<error_kind, std::string_view>, 26> kind_names = {{
    {error_kind::timeout, "Timeout"},
    {error_kind::network, "Network"},
    {error_kind::file_not_found, "FileNotFound"},
    {error_kind::retry, "Retry"},
    {error_kind::stop, "Stop"},
    {error_kind::max_jobs, "MaxJobs"},
    {error_kind::queue_size, "QueueSize"},
    {error_kind::cancelled, "Cancelled"},
    {error_kind::register_plugin, "Register error"},
    {error_kind::providers, "Providers error"},
    {error_kind::logger, "Logger error"},
    {error_kind::arg_type, "Argument type error"},
    {error_kind::init, "Init error"},
    {error_kind::serve, "Serve error"},
    {error_kind::unsupported, "Unsupported"},
    {error_kind::disabled, "Vertex disabled"},
    {error_kind::traverse, "Traverse error"},
    {error_kind::function_call, "Function call error"},
    {error_kind::watcher_stopped, "Workers watcher stopped"},
    {error_kind::soft_job, "SoftJobError"},
    {error_kind::worker_allocate, "WorkerAllocate"},
    {error_kind::no_free_workers, "NoFreeWorkers"},
    {error_kind::encode, "Encode"},
    {error_kind::decode, "Decode"},
    {error_kind::exec_ttl, "ExecTTL"},
    {error_kind::idle_ttl, "IdleTTL"},
}};

void pad(std::string& out, std::string_view separator) {
  if (!out.empty())
    out += separator;
}

bool is_blank(const error& e) {
  return e.op.empty() && e.text.empty() && e.kind == error_kind::undefined && e.cause == nullptr;
}

} // namespace

std::string_view to_string(error_kind kind) {
  if (kind == error_kind::ttl)
    return "TTL";
  for (auto& [value, name] : kind_names)
    if (value == kind)
      return name;
  return {};
}

error wrap(std::string op, error_kind kind, error cause) {
  if (kind == error_kind::undefined || kind == cause.kind)
    kind = std::exchange(cause.kind, error_kind::undefined);
  return {kind, std::move(op), {}, {}, std::make_shared<const error>(std::move(cause))};
}

std::string render(const error& e) {
  std::string out = e.op;
  if (auto kind = to_string(e.kind); !kind.empty()) {
    pad(out, ": ");
    out += kind;
  }
  if (!e.text.empty()) {
    pad(out, ": ");
    out += e.text;
  }
  if (e.cause != nullptr && !is_blank(*e.cause)) {
    // A cause that is plain text of the world (no op of ours) stays on the line.
    pad(out, e.cause->op.empty() ? ": " : ":\n\t");
    out += render(*e.cause);
  }
  return out;
}

std::string remedy_of(const error& e) {
  for (auto* at = &e; at != nullptr; at = at->cause.get())
    if (!at->remedy.empty())
      return at->remedy;
  return {};
}

bool has_kind(const error& e, error_kind kind) {
  for (auto* at = &e; at != nullptr; at = at->cause.get())
    if (at->kind == kind)
      return true;
  return false;
}

} // namespace rr
