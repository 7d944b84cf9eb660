#pragma once

#include "config/document.hpp"
#include "config/reader.hpp"

#include <catch2/catch.hpp>
#include <string_view>

namespace rr::test {

/// The configuration that a file `.rr.yaml` with this text gives, without variables expanded.
inline config::document document_of(std::string_view text) {
  auto parsed = config::read_yaml(text, ".rr.yaml");
  REQUIRE(parsed);
  config::document d;
  d.root = std::move(parsed->root);
  return d;
}

} // namespace rr::test
