#include "tests/supervisor/trace/scenario.hpp"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

namespace rr::trace {

namespace {

using nlohmann::json;

/// Longest time that fits the clock's nanoseconds with room for sums: some 31 years.
constexpr std::uint64_t time_ms_max = 1'000'000'000'000;

[[noreturn]] void reject(const std::string& where, const std::string& what) {
  throw std::runtime_error(where + ": " + what);
}

/// A required value of an object.
const json& need(const json& object, const char* key, const std::string& where) {
  if (!object.is_object())
    reject(where, "not an object");
  auto i = object.find(key);
  if (i == object.end())
    reject(where, std::string("`") + key + "` is missing");
  return *i;
}

/// Reads an optional value by `read(value, where)`, or gives `otherwise`.
template <class T, class F>
T read_or(const json& object, const char* key, const std::string& where, T otherwise, F read) {
  auto i = object.find(key);
  return i == object.end() ? otherwise : read(*i, where + "." + key);
}

template <class T>
using words = std::initializer_list<std::pair<const char*, T>>;

template <class T>
T read_word(const json& value, const std::string& where, words<T> known) {
  if (value.is_string())
    for (auto& [word, meaning] : known)
      if (value.get_ref<const std::string&>() == word)
        return meaning;
  reject(where, "not a known word");
}

/// A whole number from 0 on.
std::uint64_t read_count(const json& value, const std::string& where) {
  if (!value.is_number_unsigned())
    reject(where, "not a whole number from 0 on");
  return value.get<std::uint64_t>();
}

milliseconds read_time(const json& value, const std::string& where) {
  auto ms = read_count(value, where);
  if (ms > time_ms_max)
    reject(where, "too long");
  return milliseconds{static_cast<std::int64_t>(ms)};
}

milliseconds read_positive_time(const json& value, const std::string& where) {
  auto time = read_time(value, where);
  if (time.count() == 0)
    reject(where, "must be greater than 0");
  return time;
}

bool read_bool(const json& value, const std::string& where) {
  if (!value.is_boolean())
    reject(where, "neither true nor false");
  return value.get<bool>();
}

bool is_id(std::string_view text) {
  auto is_lower = [](char c) { return c >= 'a' && c <= 'z'; };
  auto may_follow = [&](char c) { return is_lower(c) || (c >= '0' && c <= '9') || c == '_'; };
  return !text.empty() && is_lower(text.front()) && std::all_of(text.begin(), text.end(), may_follow);
}

/// An id, or that of a pool's instance: `a#2`.
bool is_child_id(std::string_view text) {
  auto hash = text.find('#');
  if (hash == std::string_view::npos)
    return is_id(text);
  auto number = text.substr(hash + 1);
  auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return is_id(text.substr(0, hash)) && !number.empty() && number.front() != '0' &&
         std::all_of(number.begin(), number.end(), is_digit);
}

std::string read_text(const json& value, const std::string& where, bool (*is_fit)(std::string_view),
                      const char* what) {
  if (!value.is_string() || !is_fit(value.get_ref<const std::string&>()))
    reject(where, std::string("not ") + what);
  return value.get<std::string>();
}

bool is_path(std::string_view text) {
  if (text == ".")
    return true;
  for (;;) {
    auto slash = text.find('/');
    if (slash == std::string_view::npos)
      return is_child_id(text);
    if (!is_id(text.substr(0, slash)))
      return false;
    text.remove_prefix(slash + 1);
  }
}

std::string read_id(const json& value, const std::string& where) {
  return read_text(value, where, is_id, "an id");
}

std::string read_child_id(const json& value, const std::string& where) {
  return read_text(value, where, is_child_id, "the id of a child");
}

std::string read_path(const json& value, const std::string& where) {
  return read_text(value, where, is_path, "a path");
}

template <class F>
auto read_list(const json& value, const std::string& where, F read) {
  if (!value.is_array())
    reject(where, "not a list");
  std::vector<decltype(read(value, where))> all;
  for (auto& one : value)
    all.push_back(read(one, where + "[" + std::to_string(all.size()) + "]"));
  return all;
}

std::vector<outcome> read_starts(const json& value, const std::string& where) {
  auto all = read_list(value, where, [](const json& v, const std::string& w) {
    return read_word<outcome>(v, w,
                              {{"ok", outcome::ok}, {"fail", outcome::fail}, {"ignore", outcome::ignore}});
  });
  if (all.empty())
    reject(where, "empty");
  return all;
}

shutdown_limit read_shutdown(const json& value, const std::string& where) {
  if (value.is_string())
    return read_word<shutdown_limit>(value, where,
                                     {{"brutal_kill", brutal_kill{}}, {"infinity", infinity{}}});
  return read_positive_time(value, where);
}

reason read_reason(const json& value, const std::string& where) {
  return read_word<reason>(value, where,
                           {{"normal", reason::normal},
                            {"shutdown", reason::shutdown},
                            {"crash", reason::crash},
                            {"killed", reason::killed}});
}

reason read_stop_reason(const json& value, const std::string& where) {
  return read_word<reason>(
      value, where, {{"normal", reason::normal}, {"shutdown", reason::shutdown}, {"crash", reason::crash}});
}

unsigned read_intensity(const json& value, const std::string& where) {
  auto count = read_count(value, where);
  return static_cast<unsigned>(std::min<std::uint64_t>(count, std::numeric_limits<unsigned>::max()));
}

milliseconds read_period(const json& value, const std::string& where) {
  auto period = read_positive_time(value, where);
  if (period.count() % 1000 != 0)
    reject(where, "not a multiple of 1000");
  return period;
}

restart_strategy read_strategy(const json& value, const std::string& where) {
  return read_word<restart_strategy>(value, where,
                                     {{"one_for_one", restart_strategy::one_for_one},
                                      {"one_for_all", restart_strategy::one_for_all},
                                      {"rest_for_one", restart_strategy::rest_for_one},
                                      {"simple_one_for_one", restart_strategy::simple_one_for_one}});
}

flags read_flags(const json& value, const std::string& where) {
  if (!value.is_object())
    reject(where, "not an object");
  flags f;
  f.strategy = read_or(value, "strategy", where, f.strategy, read_strategy);
  f.intensity.restarts_max = read_or(value, "intensity", where, f.intensity.restarts_max, read_intensity);
  f.intensity.period = read_or(value, "period_ms", where, f.intensity.period, read_period);
  f.when_significant_end =
      read_or(value, "auto_shutdown", where, f.when_significant_end, [](const json& v, const std::string& w) {
        return read_word<auto_shutdown>(v, w,
                                        {{"never", auto_shutdown::never},
                                         {"any_significant", auto_shutdown::any_significant},
                                         {"all_significant", auto_shutdown::all_significant}});
      });
  return f;
}

node read_node(const json& value, const std::string& where);

std::vector<node> read_children(const json& object, const std::string& where, const flags& supervisor) {
  auto all = read_list(need(object, "children", where), where + ".children", read_node);
  auto is_pool = supervisor.strategy == restart_strategy::simple_one_for_one;
  if (is_pool && (all.size() != 1 || all.front().supervisor))
    reject(where + ".children", "a simple_one_for_one supervisor has exactly one child, a worker");
  return all;
}

node read_node(const json& value, const std::string& where) {
  node n;
  n.id = read_id(need(value, "id", where), where + ".id");
  n.restart = read_or(value, "restart", where, n.restart, [](const json& v, const std::string& w) {
    return read_word<restart_type>(v, w,
                                   {{"permanent", restart_type::permanent},
                                    {"transient", restart_type::transient},
                                    {"temporary", restart_type::temporary}});
  });
  n.significant = read_or(value, "significant", where, n.significant, read_bool);
  if (value.contains("supervisor")) {
    n.supervisor = read_flags(value.at("supervisor"), where + ".supervisor");
    n.shutdown = infinity{};
    n.children = read_children(value, where, *n.supervisor);
    return n;
  }
  n.shutdown = read_or(value, "shutdown", where, n.shutdown, read_shutdown);
  n.starts = read_or(value, "starts", where, n.starts, read_starts);
  n.stop_delay = read_or(value, "stop_delay_ms", where, n.stop_delay, read_time);
  n.stop_reason = read_or(value, "stop_reason", where, n.stop_reason, read_stop_reason);
  return n;
}

void read_exit(const json& value, const std::string& where, step& s) {
  s.why = read_reason(need(value, "reason", where), where + ".reason");
  if (value.contains("child") == value.contains("children"))
    reject(where, "an exit has either `child` or `children`");
  if (value.contains("child"))
    s.targets = {read_path(value.at("child"), where + ".child")};
  else
    s.targets = read_list(value.at("children"), where + ".children", read_path);
  if (s.targets.empty())
    reject(where + ".children", "empty");
}

void read_start_child(const json& value, const std::string& where, step& s) {
  if (value.contains("child") == value.contains("spec"))
    reject(where, "start_child has either `spec` or `child`");
  if (value.contains("spec")) {
    s.spec = read_node(value.at("spec"), where + ".spec");
    s.child = s.spec->id;
    return;
  }
  s.child = read_id(value.at("child"), where + ".child");
  if (value.contains("starts"))
    s.starts = read_starts(value.at("starts"), where + ".starts");
}

step read_step(const json& value, const std::string& where) {
  step s;
  s.at = read_positive_time(need(value, "at_ms", where), where + ".at_ms");
  s.kind = read_word<step::kind_type>(need(value, "do", where), where + ".do",
                                      {{"exit", step::exit},
                                       {"start_child", step::start_child},
                                       {"terminate_child", step::terminate_child},
                                       {"restart_child", step::restart_child},
                                       {"delete_child", step::delete_child},
                                       {"which_children", step::which_children},
                                       {"count_children", step::count_children},
                                       {"stop", step::stop}});
  s.name = value.at("do").get<std::string>();
  s.sup = read_or(value, "sup", where, s.sup, read_path);
  switch (s.kind) {
  case step::exit:
    read_exit(value, where, s);
    break;
  case step::start_child:
    read_start_child(value, where, s);
    break;
  case step::terminate_child:
  case step::restart_child:
  case step::delete_child:
    s.child = read_child_id(need(value, "child", where), where + ".child");
    break;
  default:
    break;
  }
  return s;
}

scenario read_scenario(const json& value) {
  scenario s;
  s.supervisor = read_flags(need(value, "supervisor", "scenario"), "supervisor");
  s.children = read_children(value, "scenario", s.supervisor);
  s.steps = read_list(need(value, "steps", "scenario"), "steps", read_step);
  auto does_not_grow = [](const step& a, const step& b) { return a.at >= b.at; };
  if (std::adjacent_find(s.steps.begin(), s.steps.end(), does_not_grow) != s.steps.end())
    reject("steps", "`at_ms` does not grow");
  return s;
}

} // namespace

std::string_view to_string(outcome o) {
  return o == outcome::ok ? "ok" : o == outcome::fail ? "fail" : "ignore";
}

std::string_view to_string(reason r) {
  switch (r) {
  case reason::normal:
    return "normal";
  case reason::shutdown:
    return "shutdown";
  case reason::crash:
    return "crash";
  case reason::killed:
    break;
  }
  return "killed";
}

expected<scenario> parse_scenario(std::string_view text) {
  try {
    return read_scenario(json::parse(text));
  } catch (const std::exception& e) {
    return fail(error_kind::decode, "scenario", e.what());
  }
}

} // namespace rr::trace
