#pragma once

#include "config/section.hpp"

#include <string>

namespace rr::config {

/// Decodes `value` into `object`, the struct that `info` describes, which holds its initial values.
///
/// The untyped half of decode; returns all problems of level error, and adds warnings to `warnings`.
problems decode_into(void* object, const section_info& info, const node& value, const std::string& path,
                     problems& warnings);

/// Decodes one tree, such as the `config` map of a driver, that stands at `path`.
///
/// @errors every wrong value, each with its place, key and remedy
template <class T>
tl::expected<T, problems> decode(const node& value, const std::string& path, const section<T>& description,
                                 problems& warnings) {
  T out{};
  auto errors = decode_into(&out, *description.info(), value, path, warnings);
  if (!errors.empty())
    return tl::make_unexpected(std::move(errors));
  return out;
}

/// Decodes the section at a dotted path; a path that is not set gives `T{}` unchecked: ask document::has
/// where that matters.
///
/// @param warnings takes unknown keys, with a suggestion, and durations without a unit
/// @errors every wrong value, each with its place, key and remedy
template <class T>
tl::expected<T, problems> decode(const document& config, const std::string& path,
                                 const section<T>& description, problems& warnings) {
  const auto* value = config.find(path);
  if (value == nullptr)
    return T{};
  return decode(*value, path, description, warnings);
}

} // namespace rr::config
