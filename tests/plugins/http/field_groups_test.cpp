#include "plugins/http/field_groups.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

using namespace rr::http;

namespace {

using shape = std::vector<std::pair<std::string, std::vector<std::string>>>;

shape groups_of(const std::vector<header_field>& fields, field_groups& groups) {
  groups.collect(fields, [](std::string_view name) { return name != "Host"; });
  shape out;
  for (const auto& group : groups.groups()) {
    out.emplace_back(fields[group.first].name, std::vector<std::string>{});
    groups.for_each(fields, group, [&](std::string_view value) { out.back().second.emplace_back(value); });
  }
  return out;
}

shape groups_of(const std::vector<header_field>& fields) {
  field_groups groups;
  return groups_of(fields, groups);
}

} // namespace

TEST_CASE("values of one name are grouped in order", "[http][field_groups]") {
  CHECK(groups_of({{"B", "1"}, {"A", "2"}, {"Host", "h"}, {"B", "3"}, {"C", "4"}, {"B", "5"}}) ==
        shape{{"B", {"1", "3", "5"}}, {"A", {"2"}}, {"C", {"4"}}});
  CHECK(groups_of({}).empty());
}

TEST_CASE("many fields are grouped as few are", "[http][field_groups]") {
  const auto count = GENERATE(31u, 32u, 33u, 500u);
  std::vector<std::string> names;
  for (std::size_t i = 0; i < count; ++i)
    names.push_back("N" + std::to_string(i * 7 % 20));
  std::vector<header_field> fields;
  for (const auto& name : names)
    fields.push_back({name, name});

  const auto groups = groups_of(fields);

  REQUIRE(groups.size() == 20);
  for (std::size_t i = 0; i < 20; ++i) {
    CHECK(groups[i].first == names[i]);
    CHECK(groups[i].second.size() == count / 20 + (i < count % 20 ? 1 : 0));
  }
}

TEST_CASE("a hundred thousand names are grouped in good time", "[http][field_groups]") {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < 100'000; ++i)
    names.push_back(std::to_string(i));
  std::vector<header_field> fields;
  for (const auto& name : names)
    fields.push_back({name, {}});

  CHECK(groups_of(fields).size() == 100'000);
}

TEST_CASE("groups can be collected again", "[http][field_groups]") {
  field_groups groups;
  groups_of({{"A", "1"}, {"A", "2"}, {"B", "3"}}, groups);
  CHECK(groups_of({{"B", "1"}}, groups) == shape{{"B", {"1"}}});
}
