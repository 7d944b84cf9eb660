#include "supervisor/line_splitter.hpp"

#include <catch2/catch.hpp>
#include <vector>

using namespace rr;

namespace {

struct lines {
  std::vector<std::string> all;
  line_splitter::receiver take() {
    return [this](std::string line) { all.push_back(std::move(line)); };
  }
};

using text = std::vector<std::string>;

} // namespace

TEST_CASE("lines come whole wherever the bytes are cut", "[supervisor][line_splitter]") {
  std::string bytes = "first\nsecond line\n\nthird\r\nrest";
  auto cut = GENERATE_COPY(range(std::size_t{0}, bytes.size()));
  line_splitter splitter{100};
  lines got;

  splitter.append(std::string_view{bytes}.substr(0, cut), got.take());
  splitter.append(std::string_view{bytes}.substr(cut), got.take());
  CHECK(got.all == text{"first", "second line", "third\r"});
  CHECK_FALSE(splitter.empty());

  splitter.flush(got.take());
  CHECK(got.all.back() == "rest");
  CHECK(splitter.empty());
}

TEST_CASE("a line of exactly the limit is one line, a longer one comes in pieces",
          "[supervisor][line_splitter]") {
  line_splitter splitter{4};
  lines got;

  splitter.append("abcd", got.take());
  splitter.append("\nabcdefghi\nabcd\n", got.take());

  CHECK(got.all == text{"abcd", "abcd", "efgh", "i", "abcd"});
}

TEST_CASE("flushing nothing gives nothing", "[supervisor][line_splitter]") {
  line_splitter splitter{4};
  lines got;

  splitter.append("", got.take());
  splitter.append("\n\n", got.take());
  splitter.flush(got.take());

  CHECK(got.all.empty());
}

TEST_CASE("a tail keeps the last bytes", "[supervisor][line_splitter]") {
  byte_tail tail{4};

  tail.append("ab");
  CHECK(tail.bytes() == "ab");
  tail.append("cde");
  CHECK(tail.bytes() == "bcde");
  tail.append("0123456789");
  CHECK(tail.bytes() == "6789");
}
