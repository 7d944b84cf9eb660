#pragma once

#include "actors/error.hpp"
#include "actors/log.hpp"
#include "actors/messages.hpp"
#include "supervisor/child_spec.hpp"

#include <any>
#include <caf/actor_system.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace rr::config {
struct document;
}

namespace rr {

class process_launcher;

/// The name and version of a contract between plugins, for example {"rr.server", 1}.
struct service_id {
  std::string_view name;
  unsigned version = 1;

  friend bool operator==(const service_id&, const service_id&) = default;
};

/// Says which id the contract T has; specialised beside each contract: `static constexpr service_id id`.
template <class T>
struct service_traits;

/// What a plugin needs, offers and gathers. Filled by plugin::describe, read by the container.
class descriptor {
public:
  struct requirement {
    service_id id;
    bool optional = false;
  };
  /// Makes the value for one consumer; holds a std::shared_ptr<T>.
  using factory = std::function<std::any(std::string_view consumer)>;
  struct provision {
    service_id id;
    factory make;
  };
  struct collection {
    service_id id;
    std::function<void(std::string_view provider, const std::any& value)> take;
  };

  /// This plugin cannot work without a provider of T.
  template <class T>
  descriptor& require() {
    requirements.push_back({service_traits<T>::id, false});
    return *this;
  }

  template <class T>
  descriptor& optional() {
    requirements.push_back({service_traits<T>::id, true});
    return *this;
  }

  /// Offers a T; the factory runs once for every consumer, after this plugin's init.
  template <class T>
  descriptor& provide(std::function<std::shared_ptr<T>(std::string_view consumer)> make) {
    provisions.push_back({service_traits<T>::id, [make = std::move(make)](std::string_view consumer) {
                            return std::any{make(consumer)};
                          }});
    return *this;
  }

  /// Gets every active provider's T, its own excepted, after all inits: by weight descending, then registration.
  template <class T>
  descriptor& collect(std::function<void(std::string_view provider, std::shared_ptr<T>)> take) {
    collections.push_back({service_traits<T>::id, [take = std::move(take)](std::string_view provider, const std::any& v) {
                             take(provider, std::any_cast<std::shared_ptr<T>>(v));
                           }});
    return *this;
  }

  std::vector<requirement> requirements;
  std::vector<provision> provisions;
  std::vector<collection> collections;
};

/// What holds for the whole process while plugins live.
struct host {
  caf::actor_system* system = nullptr;
  const config::document* config = nullptr;
  std::shared_ptr<process_launcher> launcher;
  std::string version; ///< of rr, without a leading v
  std::chrono::milliseconds grace_period{30'000};
  bool experimental = false;
};

/// The outcome of an init: ok, switched off with a reason (its section is absent, ...), or an error that ends the start.
struct init_result {
  enum code_type : std::uint8_t { ok, disabled, failed };

  code_type code = ok;
  error why = {};

  static init_result off(std::string reason) { return {disabled, {error_kind::disabled, {}, std::move(reason)}}; }
  static init_result fail(error e) { return {failed, std::move(e)}; }
};

/// What a plugin may use during init.
class init_context {
public:
  virtual ~init_context() = default;

  virtual const host& of() const = 0;

  /// The provider's value for a required or optional contract; null for an optional one that nobody offers.
  template <class T>
  std::shared_ptr<T> get() {
    auto value = resolve(service_traits<T>::id);
    return value.has_value() ? std::any_cast<std::shared_ptr<T>>(value) : nullptr;
  }

protected:
  virtual std::any resolve(service_id id) = 0;
};

/// Ends an asynchronous step; called once, on any thread.
using completion = std::function<void(expected<void>)>;

/// What a plugin may use from serve on.
class serve_context {
public:
  virtual ~serve_context() = default;

  /// Adds a child to the root supervisor and completes when it is up. Its path is `rr/<id>`. The container ends it when
  /// the plugin stops; a plugin has at most one.
  virtual void start_child(child_spec spec, completion done) = 0;

  /// A failure while running: by default everything is stopped in order and the process ends with exit code 1.
  virtual void fail(error why) = 0;

  /// True once the stop has begun.
  virtual bool stopping() const = 0;
};

/// A part of rr with one life cycle: described, initialised once, collected, served, stopped. All calls of one plugin come
/// from the container's actor: its code is single-threaded, and must not block.
class plugin {
public:
  virtual ~plugin() = default;

  /// The plugin's unique name; also its configuration section, its logger and its child in the tree.
  virtual std::string_view name() const noexcept = 0;

  /// The name that messages show where the reference shows a Go type: `*http.Plugin`.
  virtual std::string shown_as() const { return "*" + std::string{name()} + ".Plugin"; }

  /// Heavier classes are served first and stopped last: rpc 100; kv, service 10; the rest 1.
  virtual unsigned weight() const noexcept { return 1; }

  virtual void describe(descriptor&) {}
  virtual init_result init(init_context& context) = 0;

  /// Becomes ready (listening, workers booted), then completes.
  virtual void serve(std::shared_ptr<serve_context> context, completion done) {
    (void)context;
    done({});
  }

  /// Beside ending its child, which the container does: before it, at the latest at the deadline.
  virtual void stop(time_point deadline, completion done) {
    (void)deadline;
    done({});
  }
};

} // namespace rr
