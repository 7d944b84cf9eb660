// An rr worker in one file of C++, without dependencies: g++ -std=c++17 -O2 worker.cpp -o worker
//
// rr starts this program and talks to it in frames on its stdin and stdout:
//
//   1 byte   version 1 (high half), header length in 4-byte words (low half)
//   1 byte   flags: 0x01 control message, 0x08 context is JSON, 0x40 error, 0x80 context is protobuf
//   4 bytes  payload length
//   4 bytes  CRC-32 of the six bytes before
//   1 byte   bits: 0x01 more frames follow, 0x02 end the stream, 0x04 ping, 0x08 pong
//   1 byte   0
//   4 bytes  length of the context; requests and answers have it, control messages do not
//   payload  context (the head of the request or response), then the body
//
// All numbers are little-endian. The contexts are protobuf here: a request has its URI in field 4, a response
// its status in field 1 and its headers in field 2. GET / says hello, POST /echo sends the body back.

#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

namespace {

constexpr int flag_control = 0x01;
constexpr int flag_error = 0x40;
constexpr int flag_proto = 0x80;

struct frame {
  int flags = 0;
  int bits = 0;
  std::string context;
  std::string body;
};

std::uint32_t crc32(std::string_view bytes) {
  std::uint32_t crc = ~0u;
  for (unsigned char byte : bytes) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit)
      crc = (crc & 1) != 0 ? crc >> 1 ^ 0xEDB88320u : crc >> 1;
  }
  return ~crc;
}

std::uint32_t number_of(const char* bytes) {
  std::uint32_t n = 0;
  for (int i = 3; i >= 0; --i)
    n = n << 8 | static_cast<unsigned char>(bytes[i]);
  return n;
}

std::string bytes_of(std::uint32_t n) {
  return {static_cast<char>(n), static_cast<char>(n >> 8), static_cast<char>(n >> 16),
          static_cast<char>(n >> 24)};
}

/// Exactly so many bytes of stdin; nothing when it ends before.
std::optional<std::string> read_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  if (std::fread(bytes.data(), 1, count, stdin) != count)
    return std::nullopt;
  return bytes;
}

/// The next frame; nothing when rr has closed its end or has sent something else.
std::optional<frame> read_frame() {
  const auto head = read_bytes(12);
  if (!head || crc32(head->substr(0, 6)) != number_of(head->data() + 6))
    return std::nullopt;
  const std::size_t words = static_cast<unsigned char>((*head)[0]) & 0x0f;
  const std::size_t option_bytes = words > 3 ? 4 * (words - 3) : 0;
  const auto options = read_bytes(option_bytes);
  auto payload = read_bytes(number_of(head->data() + 2));
  if (!options || !payload)
    return std::nullopt;
  const std::size_t split = options->empty() ? 0 : number_of(options->data());
  if (split > payload->size())
    return std::nullopt;
  return frame{static_cast<unsigned char>((*head)[1]), static_cast<unsigned char>((*head)[10]),
               payload->substr(0, split), payload->substr(split)};
}

/// Writes a frame; control messages and errors have no context and no option.
void write_frame(int flags, std::string_view context, std::string_view body) {
  const bool plain = (flags & (flag_control | flag_error)) != 0;
  std::string out{static_cast<char>(plain ? 0x13 : 0x14), static_cast<char>(flags)};
  out += bytes_of(static_cast<std::uint32_t>(context.size() + body.size()));
  out += bytes_of(crc32(out));
  out += {'\0', '\0'};
  if (!plain)
    out += bytes_of(static_cast<std::uint32_t>(context.size()));
  out += context;
  out += body;
  std::fwrite(out.data(), 1, out.size(), stdout);
  std::fflush(stdout);
}

/// A protobuf number of seven bits per byte; nothing when the message ends inside it.
std::optional<std::uint64_t> take_varint(std::string_view& message) {
  std::uint64_t n = 0;
  for (int shift = 0; shift < 64 && !message.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(message.front());
    message.remove_prefix(1);
    n |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80)
      return n;
  }
  return std::nullopt;
}

/// The last value of a text field of a protobuf message that has only numbers, texts and messages.
std::optional<std::string> text_field(std::string_view message, std::uint64_t field) {
  std::string found;
  while (!message.empty()) {
    const auto tag = take_varint(message);
    const auto number = tag ? take_varint(message) : std::nullopt;
    if (!number || ((*tag & 7) != 0 && ((*tag & 7) != 2 || *number > message.size())))
      return std::nullopt;
    if ((*tag & 7) == 0)
      continue;
    if (*tag >> 3 == field)
      found = message.substr(0, *number);
    message.remove_prefix(*number);
  }
  return found;
}

/// A protobuf text or message field, for values of less than 128 bytes.
std::string to_field(int field, const std::string& value) {
  return std::string{static_cast<char>(field << 3 | 2), static_cast<char>(value.size())} + value;
}

void respond(int status, std::string_view body) {
  std::string context{'\x08', static_cast<char>((status & 0x7f) | 0x80), static_cast<char>(status >> 7)};
  const auto values = to_field(1, "text/plain; charset=utf-8");
  context += to_field(2, to_field(1, "Content-Type") + to_field(2, values));
  write_frame(flag_proto, context, body);
}

std::string path_of(const std::string& uri) {
  const auto scheme = uri.find("://");
  const auto start = uri.find_first_of("/?#", scheme == std::string::npos ? 0 : scheme + 3);
  if (start == std::string::npos || uri[start] != '/')
    return "/";
  return uri.substr(start, uri.find_first_of("?#", start) - start);
}

void handle(const frame& request) {
  const auto uri = text_field(request.context, 4);
  if (!uri)
    return write_frame(flag_error, {}, "the context of the request is no protobuf message");
  const auto path = path_of(*uri);
  if (path == "/")
    respond(200, "Hello world from C++\n");
  else if (path == "/echo")
    respond(200, request.body);
  else
    respond(404, "There is nothing here.\n");
}

} // namespace

int main() {
  while (const auto request = read_frame()) {
    if ((request->flags & flag_control) != 0) {
      if (request->body.find("\"stop\"") != std::string::npos)
        return 0;
      write_frame(flag_control, {}, "{\"pid\":" + std::to_string(::getpid()) + ",\"codecs\":[\"proto\"]}");
    } else if (request->bits == 0) { // a late answer about an ended stream is no request
      handle(*request);
    }
  }
  return 0;
}
