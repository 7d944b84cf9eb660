#include "plugins/http/response_entries.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

using namespace rr::http;
using namespace std::string_literals;

namespace {

using shape = std::vector<std::pair<std::string, std::vector<std::string>>>;
using reader = rr::expected<void> (*)(std::string_view, response_entries&);

struct read_context {
  bool is_fine = false;
  std::int64_t status = 0;
  shape entries;
};

read_context read(reader read_with, std::string_view context) {
  response_entries into;
  into.arena.reserve(2 * context.size());
  read_context out;
  out.is_fine = read_with(context, into).has_value();
  out.status = into.status;
  for (const auto& entry : into.entries) {
    out.entries.emplace_back(entry.key, std::vector<std::string>{});
    for (std::uint32_t i = 0; i < entry.count; ++i)
      out.entries.back().second.emplace_back(into.values.at(entry.first + i));
  }
  return out;
}

std::string field(unsigned number, std::string_view content) {
  return std::string{static_cast<char>(number << 3 | 2), static_cast<char>(content.size())} +
         std::string{content};
}

std::string header(std::string_view key, const std::vector<std::string>& values) {
  std::string list;
  for (const auto& value : values)
    list += field(1, value);
  return field(2, field(1, key) + field(2, list));
}

} // namespace

TEST_CASE("protobuf entries keep spelling and order", "[http][response_entries]") {
  const auto out = read(read_proto_response,
                        header("b", {"1", "2"}) + "\x08\xc8\x01" + header("A", {}) + header("b", {"3"}));

  CHECK(out.is_fine);
  CHECK(out.status == 200);
  CHECK(out.entries == shape{{"b", {"1", "2"}}, {"A", {}}, {"b", {"3"}}});
}

TEST_CASE("parts of a protobuf entry may come in any order, repeated, or be missing",
          "[http][response_entries]") {
  const auto entries = [](const std::string& entry) {
    return read(read_proto_response, field(2, entry)).entries;
  };
  CHECK(entries(field(2, field(1, "v")) + field(1, "k")) == shape{{"k", {"v"}}});
  CHECK(entries(field(1, "k") + field(2, field(1, "v")) + field(2, field(1, "w"))) ==
        shape{{"k", {"v", "w"}}});
  CHECK(entries(field(1, "k") + field(1, "l")) == shape{{"l", {}}});
  CHECK(entries("") == shape{{"", {}}});
  CHECK(entries(field(1, "k") + field(3, "x") + "\x20\x05") == shape{{"k", {}}});
}

TEST_CASE("the last status of a protobuf context counts", "[http][response_entries]") {
  CHECK(read(read_proto_response, "\x08\x01\x08\x02").status == 2);
  CHECK(read(read_proto_response, "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01").status == -1);
  CHECK(read(read_proto_response, "\x08\xff\xff\xff\xff\xff\xff\xff\xff\x7f").status == INT64_MAX);
  CHECK(read(read_proto_response, "\x08\x81\x80\x80\x00"s).status == 1);
}

TEST_CASE("lengths beyond the bytes that are there are errors at every level", "[http][response_entries]") {
  const auto good = header("key", {"value", "other"});
  REQUIRE(read(read_proto_response, good).is_fine);
  for (std::size_t at = 0; at < good.size(); ++at)
    for (const int byte : {0x7f, 0x80, 0xff}) {
      auto bad = good;
      bad[at] = static_cast<char>(byte);
      CHECK_NOTHROW(read(read_proto_response, bad));
    }
  for (const std::size_t at : {1, 3, 8, 10}) { // of the entry, the key, the list, the first value
    auto bad = good;
    bad[at] = '\x7f';
    INFO(at);
    CHECK_FALSE(read(read_proto_response, bad).is_fine);
  }
}

TEST_CASE("unknown groups end where they end, and only there", "[http][response_entries]") {
  const auto fine = [](const std::string& bytes) { return read(read_proto_response, bytes).is_fine; };
  const std::string open = "\x1b"; // group 3
  const std::string close = "\x1c";
  CHECK(fine(open + close));
  CHECK(fine(open + "\x0b\x0c" + field(5, "x") + close));
  CHECK_FALSE(fine(open));
  CHECK_FALSE(fine(close));
  CHECK_FALSE(fine(open + "\x0c"));
  CHECK_FALSE(fine(open + open + close));
  std::string deep;
  for (int i = 0; i < 30; ++i)
    deep = open + deep + close;
  CHECK(fine(deep));
  for (int i = 0; i < 10; ++i)
    deep = open + deep + close;
  CHECK_FALSE(fine(deep));
}

TEST_CASE("what stands in a group is not taken for the answer", "[http][response_entries]") {
  const auto out = read(read_proto_response, "\x1b\x08\x05" + header("A", {"1"}) + "\x1c");
  CHECK(out.is_fine);
  CHECK(out.status == 0);
  CHECK(out.entries.empty());
}

TEST_CASE("JSON entries keep spelling and order", "[http][response_entries]") {
  const auto out = read(read_json_response, R"({"headers":{"b":["1","2"],"A":[],"b":["3"]},"status":200})");

  CHECK(out.is_fine);
  CHECK(out.status == 200);
  CHECK(out.entries == shape{{"b", {"1", "2"}}, {"A", {}}, {"b", {"3"}}});
}

TEST_CASE("of JSON members with one name the last counts", "[http][response_entries]") {
  const auto out =
      read(read_json_response, R"({"status":1,"headers":{"A":"1"},"status":2,"headers":{"B":"2"}})");
  CHECK(out.status == 2);
  CHECK(out.entries == shape{{"B", {"2"}}});
}

TEST_CASE("members are known by their exact names", "[http][response_entries]") {
  const auto out = read(read_json_response, R"({"Status":1,"HEADERS":{"A":"1"},"stat\u0075s":2})");
  CHECK(out.status == 2);
  CHECK(out.entries.empty());
}

TEST_CASE("statuses are whole numbers of 64 bits", "[http][response_entries]") {
  const auto status = [](const std::string& text) {
    return read(read_json_response, R"({"status":)" + text + "}");
  };
  CHECK(status("-0").status == 0);
  CHECK(status("9223372036854775807").status == INT64_MAX);
  CHECK(status("-9223372036854775808").status == INT64_MIN);
  for (const auto* text : {"9223372036854775808", "200.0", "2e2", "\"200\"", "true", "[200]", "{}"})
    CHECK_FALSE(status(text).is_fine);
}

TEST_CASE("entries forget what they held", "[http][response_entries]") {
  response_entries entries;
  entries.arena.reserve(1000);
  REQUIRE(read_json_response(R"({"status":5,"headers":{"A\n":"\n"}})", entries).has_value());
  REQUIRE_FALSE(entries.arena.empty());

  entries.clear();

  CHECK(entries.status == 0);
  CHECK(entries.entries.empty());
  CHECK(entries.values.empty());
  CHECK(entries.arena.empty());
}
