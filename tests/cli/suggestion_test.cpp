#include "cli/suggestion.hpp"

#include <catch2/catch.hpp>

TEST_CASE("a near word is suggested, a far one is not", "[cli][suggestion]") {
  CHECK(rr::did_you_mean("srve", {"serve", "help"}) == "\n\nDid you mean this?\n\tserve\n");
  CHECK(rr::did_you_mean("completely-different", {"serve", "help"}).empty());
}
