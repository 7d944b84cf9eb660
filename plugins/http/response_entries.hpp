#pragma once

#include "actors/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rr::http {

/// The head of an answer before any rule is applied to it: what a context says, in its order. Keeps its
/// memory.
struct response_entries {
  /// One key with its values.
  struct entry {
    std::string_view key;
    std::uint32_t first = 0; ///< into `values`
    std::uint32_t count = 0;
  };

  std::int64_t status = 0; ///< 0 when the context names none
  std::vector<entry> entries;
  std::vector<std::string_view> values;

  /// Texts that do not stand in the context as they are. Reserved before views into it are made, and never
  /// grown after.
  std::string arena;

  void clear();
};

/// An honest answer is far below this; a context with more values is refused.
constexpr std::size_t response_values_max = 10'000;

/// Reads a protobuf message http.v1.Response. Unknown fields are skipped.
///
/// @errors kind decode: what no parser of protobuf would take, a key that is no UTF-8, too many values
expected<void> read_proto_response(std::string_view context, response_entries& into);

/// Reads `{"status":200,"headers":{"Name":["value"]}}`. Unknown members are skipped; a value may be a single
/// text or a number; `[]` and null stand for no headers.
///
/// @errors kind decode: what is no JSON or has another shape, too many values
expected<void> read_json_response(std::string_view context, response_entries& into);

} // namespace rr::http
