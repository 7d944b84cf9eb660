#pragma once

#include "config/field.hpp"

namespace rr::config {

/// The description of one section and the struct `T` that its values go to.
///
/// A key's default is the initial value of its member in `T{}`; nothing else names it. Keys are matched
/// without case. A description is copied cheaply into the descriptions that nest it.
///
/// Example: `section<pool_options> s{"pool", "..."}; s.field("num_workers", &pool_options::workers, {.max =
/// 500});`
template <class T>
class section {
public:
  section(std::string name, std::string doc) : info_{std::make_shared<section_info>()} {
    info_->name = std::move(name);
    info_->doc = std::move(doc);
  }

  /// A key for a boolean, an integer, a double, a string, a duration, a list of strings or of doubles, a map
  /// of strings, a node, or a std::optional of one of them.
  template <class M>
  section& field(std::string key, M T::*member, field_options options = {}) {
    auto info = make<M>(std::move(key), std::move(options));
    info.store = [member](void* object, field_value&& value) {
      static_cast<T*>(object)->*member = field_traits<M>::from(std::move(value));
    };
    if constexpr (!is_optional<M>)
      set_default(info, field_traits<M>::to(T{}.*member));
    return add(std::move(info));
  }

  /// A key for one value out of a table of names; the names are matched without case.
  template <class E>
  section& choice(std::string key, E T::*member, std::vector<std::pair<std::string, E>> table,
                  field_options options = {}) {
    field_info info;
    info.key = std::move(key);
    info.kind = field_kind::choice;
    info.options = std::move(options);
    info.default_text = info.options.default_text;
    const E initial = T{}.*member;
    for (const auto& [name, value] : table) {
      info.names.push_back(name);
      if (value == initial && info.default_text.empty())
        info.default_text = name;
    }
    info.store = [member, table = std::move(table)](void* object, field_value&& value) {
      static_cast<T*>(object)->*member = table[std::get<choice_index>(value).value].second;
    };
    return add(std::move(info));
  }

  /// A nested section that always has a value.
  template <class S>
  section& sub(std::string key, S T::*member, const section<S>& nested, field_options options = {}) {
    return add_nested(
        std::move(key), field_kind::section, nested.info(), std::move(options),
        [member](void* object, const std::string&) -> void* { return &(static_cast<T*>(object)->*member); });
  }

  /// A nested section that is absent unless its key is set; an empty map sets it.
  template <class S>
  section& sub(std::string key, std::optional<S> T::*member, const section<S>& nested,
               field_options options = {}) {
    add_nested(std::move(key), field_kind::section, nested.info(), std::move(options),
               [member](void* object, const std::string&) -> void* {
                 return &(static_cast<T*>(object)->*member).emplace();
               });
    info_->fields.back().optional = true;
    return *this;
  }

  /// A list of maps.
  template <class S>
  section& list(std::string key, std::vector<S> T::*member, const section<S>& nested,
                field_options options = {}) {
    return add_nested(std::move(key), field_kind::sections, nested.info(), std::move(options),
                      [member](void* object, const std::string&) -> void* {
                        return &(static_cast<T*>(object)->*member).emplace_back();
                      });
  }

  /// A map of names, which keep their written case, to maps.
  template <class S>
  section& map(std::string key, std::map<std::string, S> T::*member, const section<S>& nested,
               field_options options = {}) {
    return add_nested(std::move(key), field_kind::sections_by_key, nested.info(), std::move(options),
                      [member](void* object, const std::string& name) -> void* {
                        return &(static_cast<T*>(object)->*member)[name];
                      });
  }

  /// A map of names to strings; a list of maps is merged into one.
  section& map(std::string key, text_map T::*member, field_options options = {}) {
    return field(std::move(key), member, std::move(options));
  }

  /// A section that is itself a map of names to maps, like `kv` or `service`: `member` takes all of its keys.
  template <class S>
  section& names(std::map<std::string, S> T::*member, const section<S>& nested, field_options options = {}) {
    return map(std::string{any_key}, member, nested, std::move(options));
  }

  /// Keys of older files: accepted silently, without effect.
  section& ignored(std::vector<std::string> keys, std::string doc = {}) {
    for (auto& key : keys) {
      field_info info;
      info.key = std::move(key);
      info.options.doc = doc;
      add(std::move(info));
    }
    return *this;
  }

  /// A check of the decoded struct as a whole: returns what is wrong, or an empty string.
  section& check(std::function<std::string(const T&)> is_wrong) {
    info_->checks.push_back([is_wrong = std::move(is_wrong)](const void* object) {
      return is_wrong(*static_cast<const T*>(object));
    });
    return *this;
  }

  /// Unknown keys get no warning.
  section& open_ended() {
    info_->open_ended = true;
    return *this;
  }

  /// The erased description, shared with this object.
  std::shared_ptr<const section_info> info() const { return info_; }

private:
  template <class M>
  static field_info make(std::string key, field_options options) {
    field_info info;
    info.key = std::move(key);
    info.kind = field_traits<M>::kind;
    info.options = std::move(options);
    info.default_text = info.options.default_text;
    info.optional = is_optional<M>;
    set_limits(info, static_cast<M*>(nullptr));
    return info;
  }

  template <class M>
  static void set_limits(field_info& info, M*) {
    if constexpr (std::integral<M>) {
      info.integer_min = static_cast<std::int64_t>(std::numeric_limits<M>::min());
      info.integer_max = static_cast<std::uint64_t>(std::numeric_limits<M>::max());
    }
  }
  template <class M>
  static void set_limits(field_info& info, std::optional<M>*) {
    set_limits(info, static_cast<M*>(nullptr));
  }

  static void set_default(field_info& info, const field_value& initial) {
    if (info.default_text.empty())
      info.default_text = format_value(initial);
  }

  section& add_nested(std::string key, field_kind kind, std::shared_ptr<const section_info> nested,
                      field_options options, std::function<void*(void*, const std::string&)> open) {
    field_info info;
    info.key = std::move(key);
    info.kind = kind;
    info.options = std::move(options);
    info.default_text = info.options.default_text;
    info.nested = std::move(nested);
    info.open = std::move(open);
    return add(std::move(info));
  }

  section& add(field_info info) {
    info_->fields.push_back(std::move(info));
    return *this;
  }

  std::shared_ptr<section_info> info_;
};

/// Called for every key, outer before inner, with its full path: `http.pool.num_workers`,
/// `fileserver.serve[].root`, `kv.<name>.driver`.
using field_visitor = std::function<void(const std::string& path, const field_info& field)>;

/// Walks over a description and all nested ones; `path` is where the section stands.
void walk(const section_info& info, const std::string& path, const field_visitor& visit);

} // namespace rr::config
