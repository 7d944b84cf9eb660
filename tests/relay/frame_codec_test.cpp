#include "relay/frame_codec.hpp"

#include "tests/relay/frame_bytes.hpp"

using namespace rr;
using rr::test::append;
using rr::test::unhex;

namespace {

constexpr std::size_t mebibyte = 1024 * 1024;

struct vector_case {
  const char* name;
  std::string bytes;
  frame_flags flags;
  stream_bits bits;
  std::vector<std::uint32_t> options;
  std::string payload;
};

const std::vector<vector_case>& vectors() {
  using f = frame_flags;
  using b = stream_bits;
  static const std::vector<vector_case> all = {
      {"pid request",
       unhex("13 09 0b000000 e63491ee 0000") + R"({"pid":100})",
       f::control | f::json,
       b::none,
       {},
       R"({"pid":100})"},
      {"pid reply",
       unhex("13 01 0c000000 9e473643 0000") + R"({"pid":4242})",
       f::control,
       b::none,
       {},
       R"({"pid":4242})"},
      {"stop",
       unhex("13 09 0d000000 3a6bfacb 0000") + R"({"stop":true})",
       f::control | f::json,
       b::none,
       {},
       R"({"stop":true})"},
      {"request",
       unhex("14 80 07000000 0569b405 0000 03000000") + "CTXBODY",
       f::proto,
       b::none,
       {3},
       "CTXBODY"},
      {"streamed answer",
       unhex("14 00 07000000 97d952b4 0100 03000000") + "ctxbody",
       f::none,
       b::stream,
       {3},
       "ctxbody"},
      {"ping",
       unhex("14 00 02000000 a5298c83 0500 00000000") + "c5",
       f::none,
       b::stream | b::ping,
       {0},
       "c5"},
      {"last empty chunk", unhex("14 00 00000000 2ee18529 0000 00000000"), f::none, b::none, {0}, ""},
      {"error", unhex("13 40 04000000 881e11e3 0000") + "boom", f::error, b::none, {}, "boom"},
      {"restart request",
       unhex("14 00 0d000000 f339efdb 0000 0d000000") + R"({"stop":true})",
       f::none,
       b::none,
       {13},
       R"({"stop":true})"},
      {"stream stop", unhex("13 00 00000000 96d18034 0200"), f::none, b::stop, {}, ""},
      {"pong", unhex("13 00 00000000 96d18034 0800"), f::none, b::pong, {}, ""},
      {"rpc request",
       unhex("15 08 11000000 b0490c3a 0000 01000000 0d000000") + "informer.Listtrue",
       f::json,
       b::none,
       {1, 13},
       "informer.Listtrue"},
      {"rpc error",
       unhex("15 48 07000000 ba198d17 0000 02000000 03000000") + "a.Bboom",
       f::json | f::error,
       b::none,
       {2, 3},
       "a.Bboom"},
  };
  return all;
}

void check_is(const frame_view& got, const vector_case& v) {
  CHECK(got.header.flags == v.flags);
  CHECK(got.header.bits == v.bits);
  CHECK(got.header.payload_bytes == v.payload.size());
  REQUIRE(got.header.option_count == v.options.size());
  for (std::size_t i = 0; i < v.options.size(); ++i)
    CHECK(got.header.options[i] == v.options[i]);
  CHECK(got.text() == v.payload);
}

/// The error of a decoder that got these bytes and nothing more.
frame_error error_of(std::string_view bytes, std::size_t limit = mebibyte) {
  frame_decoder decoder{limit};
  append(decoder, bytes);
  auto got = decoder.next();
  REQUIRE_FALSE(got.has_value());
  return got.error();
}

} // namespace

TEST_CASE("every frame of the catalogue is encoded to its published bytes", "[relay][frame_codec]") {
  for (auto& v : vectors()) {
    INFO(v.name);
    CHECK(encode_frame(v.flags, v.bits, v.options, v.payload).value() == v.bytes);
  }
}

TEST_CASE("every frame of the catalogue is decoded, wherever its bytes are cut", "[relay][frame_codec]") {
  for (auto& v : vectors()) {
    for (std::size_t cut = 0; cut < v.bytes.size(); ++cut) {
      INFO(v.name << " cut at " << cut);
      frame_decoder decoder{mebibyte};

      append(decoder, std::string_view{v.bytes}.substr(0, cut));
      auto early = decoder.next();
      REQUIRE(early.has_value());
      CHECK_FALSE(early->has_value());

      append(decoder, std::string_view{v.bytes}.substr(cut));
      auto got = decoder.next();
      REQUIRE(got.has_value());
      REQUIRE(got->has_value());
      check_is(**got, v);
      CHECK(decoder.empty());
    }
  }
}

TEST_CASE("a decoder hands out frames that arrive together one after the other", "[relay][frame_codec]") {
  std::string all;
  for (auto& v : vectors())
    all += v.bytes;
  frame_decoder decoder{mebibyte};
  append(decoder, all);

  for (auto& v : vectors()) {
    INFO(v.name);
    auto got = decoder.next();
    REQUIRE((got.has_value() && got->has_value()));
    check_is(**got, v);
  }
  CHECK_FALSE(decoder.next()->has_value());
  CHECK_FALSE(decoder.end_of_stream());
}

TEST_CASE("a decoder copes with one byte at a time", "[relay][frame_codec]") {
  frame_decoder decoder{mebibyte};
  for (auto& v : vectors()) {
    for (std::size_t i = 0; i + 1 < v.bytes.size(); ++i) {
      append(decoder, v.bytes.substr(i, 1));
      CHECK_FALSE(decoder.next()->has_value());
    }
    append(decoder, v.bytes.substr(v.bytes.size() - 1));
    check_is(**decoder.next(), v);
  }
}

TEST_CASE("a frame carries up to ten options and no more, case 4", "[relay][frame_codec]") {
  std::vector<std::uint32_t> options;
  for (std::uint32_t i = 0; i < 10; ++i)
    options.push_back(0xFFFFFFFFu - i);
  auto bytes = encode_frame(frame_flags::raw, stream_bits::none, options, "x").value();
  CHECK(bytes[0] == 0x1d);

  frame_decoder decoder{mebibyte};
  append(decoder, bytes);
  auto got = decoder.next();
  REQUIRE((got.has_value() && got->has_value()));
  CHECK((*got)->header.option_count == 10);
  CHECK((*got)->header.options[9] == 0xFFFFFFFFu - 9);
  CHECK((*got)->text() == "x");

  options.push_back(1);
  auto refused = encode_frame(frame_flags::raw, stream_bits::none, options, "x");
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().kind == error_kind::encode);
  CHECK(refused.error().text == "too many options");
}

TEST_CASE("a changed byte among the first ten is noticed, case 2 and case 7", "[relay][frame_codec]") {
  auto good = vectors()[3].bytes;
  for (std::size_t at = 0; at < 10; ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      INFO("byte " << at << " bit " << bit);
      auto bad = good;
      bad[at] = static_cast<char>(bad[at] ^ (1 << bit));
      frame_decoder decoder{mebibyte};
      append(decoder, bad);
      CHECK_FALSE(decoder.next().has_value());
    }
  }
}

TEST_CASE("stream bits are independent and unset by default, case 5", "[relay][frame_codec]") {
  for (unsigned bits = 0; bits < 16; ++bits) {
    auto bytes = encode_frame(frame_flags::none, static_cast<stream_bits>(bits), {}, "").value();
    CHECK(bytes[10] == static_cast<char>(bits));
    frame_decoder decoder{mebibyte};
    append(decoder, bytes);
    auto got = decoder.next();
    CHECK(has((**got).header.bits, stream_bits::stream) == ((bits & 1) != 0));
    CHECK(has((**got).header.bits, stream_bits::stop) == ((bits & 2) != 0));
    CHECK(has((**got).header.bits, stream_bits::ping) == ((bits & 4) != 0));
    CHECK(has((**got).header.bits, stream_bits::pong) == ((bits & 8) != 0));
  }
}

TEST_CASE("a header of fewer than 3 or more than 13 words is refused by its first byte",
          "[relay][frame_codec]") {
  for (unsigned words : {0u, 1u, 2u, 14u, 15u})
    CHECK(error_of(std::string(1, static_cast<char>(0x10 | words))).code == frame_errc::bad_header_length);
}

TEST_CASE("a header of 14 words with a right checksum is refused all the same", "[relay][frame_codec]") {
  // Checksum of 1e 00 00000000, computed apart from our code.
  auto e = error_of(unhex("1e 00 00000000 48c21e88 0000") + std::string(44, '\0'));
  CHECK(e.code == frame_errc::bad_header_length);
}

TEST_CASE("a version other than 1 is refused by the first byte", "[relay][frame_codec]") {
  for (unsigned version = 0; version < 16; ++version) {
    if (version == 1)
      continue;
    CHECK(error_of(std::string(1, static_cast<char>(version << 4 | 5))).code == frame_errc::bad_version);
  }
}

TEST_CASE("five characters of text are refused while their writer still runs", "[relay][frame_codec]") {
  auto e = error_of("Hello");
  CHECK(e.code == frame_errc::bad_version);
  CHECK(to_error(e).text == "validation failed on the message sent to STDOUT, see: "
                            "https://docs.roadrunner.dev/error-codes/stdout-crc, invalid message: Hello");
  CHECK(render(to_error(e)).rfind("goridge_frame_receive: validation failed on the message", 0) == 0);
}

TEST_CASE("a wrong checksum is noticed at its tenth byte", "[relay][frame_codec]") {
  frame_decoder decoder{mebibyte};
  auto bad = unhex("13 00 00000000 96d13480");

  append(decoder, bad.substr(0, 9));
  CHECK_FALSE(decoder.next()->has_value());
  append(decoder, bad.substr(9));
  auto got = decoder.next();
  REQUIRE_FALSE(got.has_value());
  CHECK(got.error().code == frame_errc::bad_checksum);
  CHECK(got.error().bytes == "\\x13\\x00\\x00\\x00\\x00\\x00\\x96\\xd14\\x80");
}

TEST_CASE("the error of a bad message shows all of it that has arrived, case 22", "[relay][frame_codec]") {
  std::string text = "warning: some weird php error, THIS IS PHP, I'M THE KING :) \nline 2\n";
  CHECK(error_of(text).bytes == text);
}

TEST_CASE("a payload over the limit is refused before it arrives and before memory is taken",
          "[relay][frame_codec]") {
  auto header =
      encode_frame(frame_flags::none, stream_bits::none, {}, std::string(1025, 'x')).value().substr(0, 10);
  frame_decoder decoder{1024};
  append(decoder, header);
  auto got = decoder.next();
  REQUIRE_FALSE(got.has_value());
  CHECK(got.error().code == frame_errc::payload_too_large);
  CHECK(render(to_error(got.error())) ==
        "goridge_frame_receive: payload of 1025 bytes exceeds the limit of 1024");
  CHECK(decoder.capacity() <= 64 * 1024);

  frame_decoder exact{1025};
  append(exact, header);
  CHECK(exact.next().has_value());
}

TEST_CASE("a header that announces gigabytes gets memory only as bytes arrive", "[relay][frame_codec]") {
  frame_header header;
  header.payload_bytes = 0xFFFFFFFFu;
  std::array<std::byte, frame_header_bytes_max> head;
  auto n = encode_header(header, head);
  frame_decoder decoder{0xFFFFFFFFu};

  append(decoder, {reinterpret_cast<const char*>(head.data()), n});
  CHECK_FALSE(decoder.next()->has_value());
  static_cast<void>(decoder.prepare(4096));
  CHECK(decoder.capacity() <= 128 * 1024);
  append(decoder, std::string(mebibyte, 'x'));
  static_cast<void>(decoder.prepare(4096));
  CHECK(decoder.capacity() <= 3 * mebibyte);
}

TEST_CASE("a decoder gives memory of a huge frame back once it is empty", "[relay][frame_codec]") {
  frame_decoder decoder{64 * mebibyte};
  std::string payload(20 * mebibyte, 'p');
  append(decoder, encode_frame(frame_flags::none, stream_bits::none, {}, payload).value());
  auto got = decoder.next();
  REQUIRE((got.has_value() && got->has_value()));
  CHECK((*got)->text() == payload);
  CHECK(decoder.capacity() >= 20 * mebibyte);

  CHECK_FALSE(decoder.next()->has_value());
  CHECK(decoder.capacity() <= 64 * 1024);
}

TEST_CASE("a view stays in place until the next call to the decoder", "[relay][frame_codec]") {
  frame_decoder decoder{mebibyte};
  append(decoder, test::answer_bytes("one", "1") + test::answer_bytes("two", "2"));
  auto first = decoder.next();
  CHECK((**first).text() == "one1");
  auto second = decoder.next();
  CHECK((**second).text() == "two2");
}

TEST_CASE("a decoder says the same thing again after an error", "[relay][frame_codec]") {
  frame_decoder decoder{mebibyte};
  append(decoder, "oops");
  CHECK_FALSE(decoder.next().has_value());
  append(decoder, " more");
  auto again = decoder.next();
  REQUIRE_FALSE(again.has_value());
  CHECK(again.error().bytes == "oops more");
}

TEST_CASE("PHP's text for a missing script is awaited up to its line break", "[relay][frame_codec]") {
  std::string text = "Could not open input file: x.php\n";
  for (std::size_t cut = 1; cut < text.size(); ++cut) {
    frame_decoder decoder{mebibyte};
    append(decoder, text.substr(0, cut));
    INFO("cut at " << cut);
    auto early = decoder.next();
    REQUIRE(early.has_value());
    CHECK_FALSE(early->has_value());

    append(decoder, text.substr(cut));
    auto got = decoder.next();
    REQUIRE_FALSE(got.has_value());
    CHECK(got.error().code == frame_errc::file_not_found);
    CHECK(to_error(got.error()).kind == error_kind::file_not_found);
    CHECK(render(to_error(got.error())) ==
          "goridge_frame_receive: FileNotFound: Could not open input file: x.php");
  }
}

TEST_CASE("PHP's text for a missing script without a line break ends with the stream or at 4 KiB",
          "[relay][frame_codec]") {
  frame_decoder ended{mebibyte};
  append(ended, "Could not open input file: y.php");
  CHECK_FALSE(ended.next()->has_value());
  CHECK(ended.end_of_stream()->code == frame_errc::file_not_found);
  CHECK(to_error(*ended.end_of_stream()).text == "Could not open input file: y.php");

  frame_decoder bare{mebibyte};
  append(bare, "Could not op");
  CHECK(render(to_error(*bare.end_of_stream())) == "goridge_frame_receive: FileNotFound: file not found");

  CHECK(error_of("Could not op" + std::string(5000, 'x')).code == frame_errc::file_not_found);
}

TEST_CASE("text that only starts like PHP's is refused at the first other byte", "[relay][frame_codec]") {
  frame_decoder decoder{mebibyte};
  append(decoder, "Could ");
  CHECK(decoder.next().has_value());
  append(decoder, "be");
  auto got = decoder.next();
  REQUIRE_FALSE(got.has_value());
  CHECK(got.error().bytes == "Could be");

  frame_decoder ended{mebibyte};
  append(ended, "Could");
  CHECK(ended.end_of_stream()->code == frame_errc::bad_checksum);
}

TEST_CASE("an end of stream is clean between frames and an error inside one", "[relay][frame_codec]") {
  auto frame = test::answer_bytes("ctx", "body");
  for (std::size_t cut = 1; cut < frame.size(); ++cut) {
    INFO("cut at " << cut);
    frame_decoder decoder{mebibyte};
    append(decoder, frame.substr(0, cut));
    auto e = decoder.end_of_stream();
    REQUIRE(e);
    CHECK(render(to_error(*e)) == (cut < 12 ? "unexpected EOF" : "goridge_frame_receive: unexpected EOF"));
  }
  frame_decoder decoder{mebibyte};
  append(decoder, frame);
  CHECK((*decoder.next())->text() == "ctxbody");
  CHECK_FALSE(decoder.end_of_stream());
}

TEST_CASE("foreign bytes are printable and capped in messages", "[relay][frame_codec]") {
  CHECK(printable("plain text\twith\nbreaks") == "plain text\twith\nbreaks");
  CHECK(printable(std::string_view{"\0\x1b[31m\r\x7f", 8}) == "\\x00\\x1b[31m\\x0d\\x7f");
  CHECK(printable("gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x90\x98") ==
        "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x90\x98");
  CHECK(printable("\xc3") == "\\xc3");
  CHECK(printable("\xc0\xaf\xed\xa0\x80\xf4\x90\x80\x80\xff") ==
        "\\xc0\\xaf\\xed\\xa0\\x80\\xf4\\x90\\x80\\x80\\xff");
  CHECK(printable("\xc2\x9b") == "\\xc2\\x9b");
  CHECK(printable("abcdef", 4) == "abcd... (2 bytes more)");
  CHECK(printable(std::string(10000, 'x')).size() == 4096 + std::string_view{"... (5904 bytes more)"}.size());
}
