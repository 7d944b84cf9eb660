#include "supervisor/user_lookup.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace rr;

TEST_CASE("a user is found with its own group", "[supervisor][user_lookup]") {
  auto root = find_user("root");

  REQUIRE(root);
  CHECK(root->uid == 0);
  CHECK(root->gid == 0);
  CHECK(std::find(root->groups.begin(), root->groups.end(), 0) != root->groups.end());
}

TEST_CASE("a group that is given replaces the user's own", "[supervisor][user_lookup]") {
  auto nobody = find_user("nobody");
  auto in_daemon = find_user("nobody", "daemon");

  REQUIRE(nobody);
  REQUIRE(in_daemon);
  CHECK(in_daemon->uid == nobody->uid);
  CHECK(in_daemon->gid == 1);
  CHECK(std::find(in_daemon->groups.begin(), in_daemon->groups.end(), 1) != in_daemon->groups.end());
}

TEST_CASE("unknown names are named (case 51)", "[supervisor][user_lookup]") {
  CHECK(find_user("nobody-like-this").error().text == "user: unknown user nobody-like-this");
  CHECK(find_user("root", "no-such-group").error().text == "group: unknown group no-such-group");
  CHECK_FALSE(find_user(""));
  CHECK_FALSE(find_user("1000000")); // a name, not a number
}
