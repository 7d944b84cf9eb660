#include "plugins/http/proto_wire.hpp"

#include <catch2/catch.hpp>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>
#include <string>

using namespace rr::http::proto;
using google::protobuf::internal::WireFormatLite;

TEST_CASE("varints have the size that libprotobuf gives them", "[http][proto_wire]") {
  for (std::uint64_t value = 1; value != 0; value <<= 1)
    for (const auto near : {value - 1, value, value + 1}) {
      INFO(near);
      CHECK(varint_size(near) == google::protobuf::io::CodedOutputStream::VarintSize64(near));
    }
  CHECK(varint_size(~std::uint64_t{0}) == 10);
}

TEST_CASE("tags are those of the wire format", "[http][proto_wire]") {
  for (unsigned number = 1; number < 16; ++number)
    CHECK(static_cast<unsigned char>(tag(number, wire_type::delimited)) ==
          WireFormatLite::MakeTag(static_cast<int>(number), WireFormatLite::WIRETYPE_LENGTH_DELIMITED));
  CHECK(tag(8, wire_type::varint) == '\x40');
}

TEST_CASE("a head holds two nested fields of any size", "[http][proto_wire]") {
  CHECK(wire_head{}.bytes().empty());
  CHECK(wire_head{}.delimited(5, 0x16).delimited(1, 0x0a).bytes() == "\x2a\x16\x0a\x0a");
  CHECK(wire_head{}.delimited(1, 300).bytes() == "\x0a\xac\x02");
  const auto largest = wire_head{}.delimited(1, ~std::uint64_t{0}).delimited(2, ~std::uint64_t{0});
  CHECK(largest.bytes().size() == 22);
}

TEST_CASE("a field is as long as was said before", "[http][proto_wire]") {
  for (const std::size_t size : {0, 1, 127, 128, 16'383, 16'384}) {
    std::string out;
    append_bytes_field(out, 3, std::string(size, 'x'));
    CHECK(out.size() == bytes_field_size(size));
    CHECK(out[0] == '\x1a');
  }
}
