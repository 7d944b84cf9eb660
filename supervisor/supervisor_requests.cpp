#include "supervisor/supervisor_core.hpp"

#include <algorithm>

namespace rr {

namespace {

/// Whether `id` names an instance of the template: its id, `#` and a number.
bool is_instance_id(std::string_view id, std::string_view template_id) {
  if (id.substr(0, template_id.size()) != template_id)
    return false;
  id.remove_prefix(template_id.size());
  auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return id.size() > 1 && id.front() == '#' && std::all_of(id.begin() + 1, id.end(), is_digit);
}

} // namespace

void supervisor_core::handle(child_request& r) {
  switch (r.kind) {
  case child_request::start:
    return is_pool() ? start_instance(r) : start_child(r);
  case child_request::stop:
    return stop_child(r);
  case child_request::restart:
    return restart_child(r);
  case child_request::remove:
    return remove_child(r);
  case child_request::replace:
    return replace_spec(r);
  case child_request::which:
    return ports_.reply(r.id, which_children());
  case child_request::count:
    return ports_.reply(r.id, count_children());
  }
}

void supervisor_core::answer(const child_request& r, child_result result) {
  ports_.reply(r.id, child_reply{result, r.child.empty() ? r.spec.id : r.child, {}});
}

static child_result why_not_added(const child& present) {
  return present.state == child_state::running ? child_result::already_started
                                               : child_result::already_present;
}

void supervisor_core::start_child(child_request& r) {
  if (check_child_spec(r.spec, spec_.when_significant_end) || !r.spec.start)
    return answer(r, child_result::bad_spec);
  if (auto* present = children_.find(r.spec.id))
    return answer(r, why_not_added(*present));
  work_.emplace(work{purpose::add_child});
  work_->asker = r.id;
  work_->answer.id = r.spec.id;
  work_->starts.push_back(&children_.add(std::move(r.spec)));
}

void supervisor_core::start_instance(child_request& r) {
  auto instance = spec_.children.front();
  instance.id += '#' + std::to_string(++last_instance_);
  if (!r.spec.id.empty())
    instance.id = std::move(r.spec.id);
  r.spec.id = instance.id;
  if (auto* present = children_.find(instance.id))
    return answer(r, why_not_added(*present));
  auto has_own_start = static_cast<bool>(r.spec.start);
  if (has_own_start)
    instance.start = std::move(r.spec.start);
  work_.emplace(work{purpose::add_child});
  work_->asker = r.id;
  work_->answer.id = instance.id;
  auto& c = children_.add(std::move(instance));
  c.has_own_start = has_own_start;
  work_->starts.push_back(&c);
}

void supervisor_core::stop_child(const child_request& r) {
  auto* c = children_.find(r.child);
  if (!c) {
    if (!is_pool())
      return answer(r, child_result::not_found);
    // An instance that has ended is forgotten; to have it stopped is no error.
    auto was_instance = is_instance_id(r.child, spec_.children.front().id);
    return answer(r, was_instance ? child_result::ok : child_result::simple_one_for_one);
  }
  work_.emplace(work{purpose::stop_child});
  work_->asker = r.id;
  work_->answer.id = r.child;
  work_->stops.push_back(c);
}

void supervisor_core::restart_child(const child_request& r) {
  if (is_pool())
    return answer(r, child_result::simple_one_for_one);
  auto* c = children_.find(r.child);
  if (!c)
    return answer(r, child_result::not_found);
  if (c->state != child_state::stopped)
    return answer(r, c->state == child_state::running ? child_result::running : child_result::restarting);
  work_.emplace(work{purpose::start_child});
  work_->asker = r.id;
  work_->answer.id = r.child;
  work_->starts.push_back(c);
}

void supervisor_core::remove_child(const child_request& r) {
  if (is_pool())
    return answer(r, child_result::simple_one_for_one);
  auto* c = children_.find(r.child);
  if (!c)
    return answer(r, child_result::not_found);
  if (c->state != child_state::stopped)
    return answer(r, c->state == child_state::running ? child_result::running : child_result::restarting);
  forget(*c);
  answer(r, child_result::ok);
}

void supervisor_core::replace_spec(child_request& r) {
  if (check_child_spec(r.spec, spec_.when_significant_end) || !r.spec.start)
    return answer(r, child_result::bad_spec);
  if (is_pool()) {
    if (r.spec.id != spec_.children.front().id)
      return answer(r, child_result::not_found);
    spec_.children.front() = r.spec;
  } else {
    auto* c = children_.find(r.spec.id);
    if (!c)
      return answer(r, child_result::not_found);
    c->spec = r.spec;
  }
  answer(r, child_result::ok);
}

std::vector<child_info> supervisor_core::which_children() const {
  std::vector<child_info> all;
  for (auto& c : children_)
    all.push_back({c.spec.id, c.state, c.spec.kind, c.restarts});
  if (is_pool())
    std::stable_partition(all.begin(), all.end(), [](auto& c) { return c.state != child_state::restarting; });
  return all;
}

child_count supervisor_core::count_children() const {
  child_count count;
  for (auto& c : children_) {
    // In a pool an instance counts as active until its exit is handled, elsewhere a child until it ends.
    count.active += is_pool() ? c.state == child_state::running : c.is_alive;
    (c.spec.kind == child_kind::supervisor ? count.supervisors : count.workers) += 1;
  }
  count.specs = is_pool() ? 1 : children_.size();
  return count;
}

} // namespace rr
