#include "actors/registry.hpp"
#include "tests/actors/actor_fixture.hpp"

#include <caf/behavior.hpp>

using rr::registry;
using rr::test::actor_fixture;

namespace {

struct registry_fixture : actor_fixture {
  ~registry_fixture() { registry::instance().clear(); }

  caf::strong_actor_ptr an_actor() {
    auto a = own(system.spawn([](caf::event_based_actor*) -> caf::behavior { return {[](int) {}}; }));
    return caf::actor_cast<caf::strong_actor_ptr>(a);
  }
};

} // namespace

TEST_CASE_METHOD(registry_fixture, "who entered a path is found there", "[actors][registry]") {
  auto pool = an_actor();

  registry::instance().enter("rr/http/pool", pool);

  CHECK(registry::instance().find("rr/http/pool") == pool);
  CHECK(registry::instance().find("rr/http") == nullptr);
}

TEST_CASE_METHOD(registry_fixture, "a successor at a path takes the place of the former one",
                 "[actors][registry]") {
  auto former = an_actor();
  auto successor = an_actor();

  registry::instance().enter("rr/rpc", former);
  registry::instance().enter("rr/rpc", successor);

  CHECK(registry::instance().find("rr/rpc") == successor);
}

TEST_CASE_METHOD(registry_fixture, "a late removal leaves the successor in its place", "[actors][registry]") {
  auto former = an_actor();
  auto successor = an_actor();
  registry::instance().enter("rr/rpc", former);
  registry::instance().enter("rr/rpc", successor);

  registry::instance().leave("rr/rpc", former);
  CHECK(registry::instance().find("rr/rpc") == successor);

  registry::instance().leave("rr/rpc", successor);
  CHECK(registry::instance().find("rr/rpc") == nullptr);
  registry::instance().leave("rr/rpc", successor);
}

TEST_CASE_METHOD(registry_fixture, "a registry that was cleared holds nobody", "[actors][registry]") {
  registry::instance().enter("rr/a", an_actor());
  registry::instance().enter("rr/b", an_actor());

  registry::instance().clear();

  CHECK(registry::instance().find("rr/a") == nullptr);
  CHECK(registry::instance().find("rr/b") == nullptr);
}
