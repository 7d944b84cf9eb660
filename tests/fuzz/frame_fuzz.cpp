#include "relay/frame_codec.hpp"

#include <cstdlib>
#include <cstring>

namespace {

constexpr std::size_t payload_bytes_max = 1 << 16;

void must(bool holds) {
  if (!holds)
    std::abort();
}

/// Encoding what was decoded must give the same bytes, but for reserved byte 11.
void check_round_trip(const rr::frame_view& f) {
  must(f.header.option_count <= rr::frame_options_max);
  must(f.payload.size() == f.header.payload_bytes && f.payload.size() <= payload_bytes_max);
  auto bytes = rr::encode_frame(f.header.flags, f.header.bits,
                                std::span{f.header.options}.first(f.header.option_count), f.text());
  must(bytes.has_value());
  auto* received = f.text().data() + f.text().size() - bytes->size();
  (*bytes)[11] = received[11];
  must(std::memcmp(bytes->data(), received, bytes->size()) == 0);
}

} // namespace

/// The first byte says in which pieces the rest arrives.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0)
    return 0;
  std::size_t piece = data[0] == 0 ? size : data[0];
  rr::frame_decoder decoder{payload_bytes_max};
  for (std::size_t at = 1; at < size;) {
    auto room = decoder.prepare(1);
    must(!room.empty());
    auto n = std::min({piece, size - at, room.size()});
    std::memcpy(room.data(), data + at, n);
    decoder.commit(n);
    at += n;
    for (;;) {
      auto got = decoder.next();
      if (!got) {
        must(!rr::render(rr::to_error(got.error())).empty());
        return 0;
      }
      if (!*got)
        break;
      check_round_trip(**got);
    }
    must(decoder.capacity() <= 4 * payload_bytes_max + 4096);
  }
  if (auto e = decoder.end_of_stream())
    must(!rr::render(rr::to_error(*e)).empty());
  return 0;
}
