#include "relay/frame_codec.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <limits>
#include <new>

namespace rr {

namespace {

constexpr std::size_t idle_bytes_max = 64 * 1024;
constexpr std::size_t first_bytes = 16 * 1024;

// The checksum stands behind the bytes that it covers; with both of them a header can be judged.
constexpr std::size_t checked_bytes = 6;
constexpr std::size_t judged_bytes = checked_bytes + 4;

constexpr std::string_view missing_script = "Could not op";
constexpr std::size_t missing_script_bytes_max = 4096;

constexpr std::array<std::uint32_t, 256> make_crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t c = i;
    for (int bit = 0; bit < 8; ++bit)
      c = (c & 1) != 0 ? 0xEDB88320u ^ (c >> 1) : c >> 1;
    table[i] = c;
  }
  return table;
}

constexpr auto crc_table = make_crc_table();

std::uint32_t crc32(std::span<const std::byte> bytes) {
  std::uint32_t c = 0xFFFFFFFFu;
  for (auto b : bytes)
    c = crc_table[(c ^ static_cast<std::uint32_t>(b)) & 0xFF] ^ (c >> 8);
  return c ^ 0xFFFFFFFFu;
}

void put32(std::byte* at, std::uint32_t value) {
  for (int i = 0; i < 4; ++i)
    at[i] = static_cast<std::byte>(value >> (8 * i));
}

std::uint32_t get32(const std::byte* at) {
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i)
    value |= static_cast<std::uint32_t>(at[i]) << (8 * i);
  return value;
}

std::size_t version_of(std::byte first) { return static_cast<std::size_t>(first) >> 4; }
std::size_t words_of(std::byte first) { return static_cast<std::size_t>(first) & 0x0F; }

bool starts_like_missing_script(std::string_view bytes) {
  auto n = std::min(bytes.size(), missing_script.size());
  return n != 0 && bytes.substr(0, n) == missing_script.substr(0, n);
}

frame_error refuse(frame_errc code, std::string_view pending) { return {code, printable(pending)}; }

/// What is wrong with the start of a frame; nothing while that cannot be said.
std::optional<frame_error> check_start(std::string_view pending, std::size_t payload_bytes_max) {
  auto* bytes = reinterpret_cast<const std::byte*>(pending.data());
  if (version_of(bytes[0]) != 1)
    return refuse(frame_errc::bad_version, pending);
  if (words_of(bytes[0]) < 3 || words_of(bytes[0]) > 3 + frame_options_max)
    return refuse(frame_errc::bad_header_length, pending);
  if (pending.size() < judged_bytes)
    return std::nullopt;
  if (crc32({bytes, checked_bytes}) != get32(bytes + checked_bytes))
    return refuse(frame_errc::bad_checksum, pending);
  if (auto announced = get32(bytes + 2); announced > payload_bytes_max)
    return frame_error{frame_errc::payload_too_large, "payload of " + std::to_string(announced) +
                                                          " bytes exceeds the limit of " +
                                                          std::to_string(payload_bytes_max)};
  return std::nullopt;
}

/// The whole length of the frame that starts here, as far as it is known.
std::size_t frame_bytes(std::string_view pending) {
  if (pending.size() < judged_bytes)
    return frame_header_bytes;
  auto* bytes = reinterpret_cast<const std::byte*>(pending.data());
  return 4 * words_of(bytes[0]) + get32(bytes + 2);
}

frame_view view_of(std::span<const std::byte> frame) {
  frame_view v;
  auto header_bytes = 4 * words_of(frame[0]);
  v.header.flags = static_cast<frame_flags>(frame[1]);
  v.header.bits = static_cast<stream_bits>(frame[10]);
  v.header.payload_bytes = get32(frame.data() + 2);
  v.header.option_count = static_cast<std::uint8_t>((header_bytes - frame_header_bytes) / 4);
  for (std::size_t i = 0; i < v.header.option_count; ++i)
    v.header.options[i] = get32(frame.data() + frame_header_bytes + 4 * i);
  v.payload = frame.subspan(header_bytes);
  return v;
}

std::string_view without_trailing_space(std::string_view text) {
  auto last = text.find_last_not_of(" \t\r\n");
  return last == std::string_view::npos ? std::string_view{} : text.substr(0, last + 1);
}

/// PHP's text for a missing script; nothing while the rest of its line may still come.
std::optional<frame_error> check_missing_script(std::string_view pending, bool at_end) {
  if (pending.size() < missing_script.size())
    return std::nullopt;
  auto line_end = pending.find('\n');
  if (!at_end && line_end == std::string_view::npos && pending.size() < missing_script_bytes_max)
    return std::nullopt;
  auto line = without_trailing_space(pending.substr(0, line_end));
  return frame_error{frame_errc::file_not_found, line == missing_script ? "" : printable(line)};
}

} // namespace

std::size_t encode_header(const frame_header& header, std::span<std::byte, frame_header_bytes_max> out) {
  assert(header.option_count <= frame_options_max);
  out[0] = static_cast<std::byte>(0x10 | (3 + header.option_count));
  out[1] = static_cast<std::byte>(header.flags);
  put32(&out[2], header.payload_bytes);
  put32(&out[6], crc32(out.first(checked_bytes)));
  out[10] = static_cast<std::byte>(header.bits);
  out[11] = std::byte{0};
  for (std::size_t i = 0; i < header.option_count; ++i)
    put32(&out[frame_header_bytes + 4 * i], header.options[i]);
  return frame_header_bytes + std::size_t{4} * header.option_count;
}

expected<std::string> encode_frame(frame_flags flags, stream_bits bits,
                                   std::span<const std::uint32_t> options, std::string_view payload) {
  if (options.size() > frame_options_max)
    return fail(error_kind::encode, "goridge_frame_send", "too many options");
  if (payload.size() > std::numeric_limits<std::uint32_t>::max())
    return fail(error_kind::encode, "goridge_frame_send", "payload too large");
  frame_header header;
  header.flags = flags;
  header.bits = bits;
  header.payload_bytes = static_cast<std::uint32_t>(payload.size());
  header.option_count = static_cast<std::uint8_t>(options.size());
  std::copy(options.begin(), options.end(), header.options.begin());
  std::array<std::byte, frame_header_bytes_max> head;
  auto head_bytes = encode_header(header, head);
  std::string out;
  out.reserve(head_bytes + payload.size());
  out.append(reinterpret_cast<const char*>(head.data()), head_bytes);
  out.append(payload);
  return out;
}

std::string encode_short_frame(frame_flags flags, stream_bits bits, std::string_view payload) {
  return encode_frame(flags, bits, {}, payload).value();
}

std::span<std::byte> frame_decoder::prepare(std::size_t bytes) {
  forget_handed_out();
  make_room(std::max<std::size_t>(bytes, 1));
  return {buffer_.get() + end_, capacity_ - end_};
}

void frame_decoder::commit(std::size_t bytes) {
  assert(bytes <= capacity_ - end_);
  end_ += bytes;
}

tl::expected<std::optional<frame_view>, frame_error> frame_decoder::next() {
  forget_handed_out();
  if (empty())
    return std::nullopt;
  if (starts_like_missing_script(pending())) {
    if (auto refused = check_missing_script(pending(), false))
      return tl::unexpected(std::move(*refused));
    return std::nullopt;
  }
  if (auto refused = check_start(pending(), payload_bytes_max_))
    return tl::unexpected(std::move(*refused));
  auto total = frame_bytes(pending());
  if (end_ - begin_ < total || end_ - begin_ < frame_header_bytes)
    return std::nullopt;
  auto frame = view_of({buffer_.get() + begin_, total});
  begin_ += total;
  return frame;
}

std::optional<frame_error> frame_decoder::end_of_stream() const {
  if (empty())
    return std::nullopt;
  if (starts_like_missing_script(pending()))
    if (auto refused = check_missing_script(pending(), true))
      return refused;
  if (auto refused = check_start(pending(), payload_bytes_max_)) {
    if (refused->code == frame_errc::bad_version)
      refused->code = frame_errc::bad_checksum;
    return refused;
  }
  auto in_header = end_ - begin_ < frame_header_bytes;
  return refuse(in_header ? frame_errc::truncated_header : frame_errc::truncated, pending());
}

std::string_view frame_decoder::pending() const {
  return {reinterpret_cast<const char*>(buffer_.get()) + begin_, end_ - begin_};
}

// Bytes of the frame in the buffer that have not arrived; 0 when its length is not known.
std::size_t frame_decoder::missing() const {
  auto have = end_ - begin_;
  if (have < judged_bytes || starts_like_missing_script(pending()) ||
      check_start(pending(), payload_bytes_max_).has_value())
    return 0;
  auto total = frame_bytes(pending());
  return total > have ? total - have : 0;
}

// An empty buffer starts at its front again; memory of a huge frame goes back once its view may be forgotten.
void frame_decoder::forget_handed_out() {
  if (!empty())
    return;
  begin_ = end_ = 0;
  if (capacity_ > idle_bytes_max) {
    buffer_.reset();
    capacity_ = 0;
  }
}

void frame_decoder::make_room(std::size_t bytes) {
  auto have = end_ - begin_;
  auto wanted = std::max(bytes, std::min(missing(), std::max(have, idle_bytes_max)));
  if (capacity_ - end_ >= wanted)
    return;
  if (begin_ != 0) {
    std::memmove(buffer_.get(), buffer_.get() + begin_, have);
    begin_ = 0;
    end_ = have;
  }
  if (capacity_ - end_ >= wanted)
    return;
  auto capacity = std::max(have + wanted, first_bytes);
  auto* grown = static_cast<std::byte*>(std::realloc(buffer_.get(), capacity));
  if (grown == nullptr)
    throw std::bad_alloc{};
  static_cast<void>(buffer_.release());
  buffer_.reset(grown);
  capacity_ = capacity;
}

error to_error(const frame_error& e) {
  const std::string op = "goridge_frame_receive";
  switch (e.code) {
  case frame_errc::payload_too_large:
    return {error_kind::undefined, op, e.bytes,
            "raise the frame size limit, or make the worker answer in a stream"};
  case frame_errc::file_not_found:
    return {error_kind::file_not_found, op, e.bytes.empty() ? "file not found" : e.bytes};
  case frame_errc::truncated_header:
    return {error_kind::undefined, {}, "unexpected EOF"};
  case frame_errc::truncated:
    return {error_kind::undefined, op, "unexpected EOF"};
  case frame_errc::bad_checksum:
  case frame_errc::bad_version:
  case frame_errc::bad_header_length:
    break;
  }
  return {error_kind::undefined, op,
          "validation failed on the message sent to STDOUT, see: "
          "https://docs.roadrunner.dev/error-codes/stdout-crc, invalid message: " +
              e.bytes};
}

} // namespace rr
