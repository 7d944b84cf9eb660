// The fastest worker we can write, for benchmarks: one read and one write per request of up to 64 KiB.
//
//   echo_worker        answers HTTP requests with 200 and their own body, in the codec of the request
//   echo_worker hello  answers HTTP requests with 200 and `Hello world`
//   echo_worker raw    answers any request with its own flags, context and body (pools without HTTP)
//
// Pipes only: frames on stdin and stdout. Ends with 0 on a stop message and at the end of its input, with 1
// when what it reads is no frame. Builds alone: g++ -std=c++17 -O2 echo_worker.cpp -o echo_worker

#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr std::size_t header_bytes = 12;
constexpr std::size_t read_bytes = 64 * 1024;
constexpr unsigned char flag_control = 0x01;
constexpr unsigned char flag_json = 0x08;
constexpr unsigned char flag_proto = 0x80;

enum class mode { echo, hello, raw };

/// CRC-32 (IEEE 802.3) of the first six bytes of a header.
std::uint32_t checksum(const char* bytes) {
  static const auto table = [] {
    std::array<std::uint32_t, 256> t{};
    for (std::uint32_t i = 0; i < t.size(); ++i) {
      auto c = i;
      for (int bit = 0; bit < 8; ++bit)
        c = (c & 1) != 0 ? c >> 1 ^ 0xEDB88320u : c >> 1;
      t[i] = c;
    }
    return t;
  }();
  std::uint32_t crc = ~0u;
  for (int i = 0; i < 6; ++i)
    crc = table[(crc ^ static_cast<unsigned char>(bytes[i])) & 0xff] ^ crc >> 8;
  return ~crc;
}

/// A request inside the input buffer.
struct frame {
  unsigned char flags;
  unsigned char bits;
  std::string_view context;
  std::string_view body;
};

/// Bytes from stdin, cut into frames.
class input {
public:
  /// The next frame; its views live until the next call. False at the end of the input.
  bool next(frame& f) {
    begin_ += frame_bytes_;
    frame_bytes_ = 0;
    if (!fill(header_bytes))
      return false;
    const std::size_t head = word_bytes();
    if (checksum(data()) != number_at(6) || head > header_bytes + 40)
      std::exit(1);
    const std::size_t payload = number_at(2);
    if (!fill(head + payload))
      return false;
    const std::size_t split = head > header_bytes ? number_at(header_bytes) : 0;
    if (split > payload)
      std::exit(1);
    f.flags = static_cast<unsigned char>(data()[1]);
    f.bits = static_cast<unsigned char>(data()[10]);
    f.context = {data() + head, split};
    f.body = {data() + head + split, payload - split};
    frame_bytes_ = head + payload;
    return true;
  }

private:
  const char* data() const { return buffer_.data() + begin_; }

  std::size_t word_bytes() const {
    const std::size_t words = static_cast<unsigned char>(data()[0]) & 0x0f;
    return words < 3 ? header_bytes : 4 * words;
  }

  /// Little-endian, as this machine writes it.
  std::uint32_t number_at(std::size_t offset) const {
    std::uint32_t n;
    std::memcpy(&n, data() + offset, sizeof n);
    return n;
  }

  /// Reads until `bytes` bytes are there. False at the end of the input.
  bool fill(std::size_t bytes) {
    if (begin_ == end_)
      begin_ = end_ = 0;
    while (end_ - begin_ < bytes) {
      make_room(bytes);
      const auto n = ::read(STDIN_FILENO, buffer_.data() + end_, buffer_.size() - end_);
      if (n == 0 || (n < 0 && errno != EINTR))
        return false;
      end_ += n > 0 ? static_cast<std::size_t>(n) : 0;
    }
    return true;
  }

  void make_room(std::size_t bytes) {
    if (begin_ + bytes <= buffer_.size() && end_ < buffer_.size())
      return;
    std::memmove(buffer_.data(), data(), end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    if (buffer_.size() < bytes)
      buffer_.resize(bytes);
  }

  std::vector<char> buffer_ = std::vector<char>(read_bytes);
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t frame_bytes_ = 0;
};

/// Writes head, context and body with one system call unless the pipe is full. Ends the process when nobody
/// reads.
void write_all(std::array<iovec, 3> parts) {
  std::size_t first = 0;
  while (first < parts.size()) {
    auto n = ::writev(STDOUT_FILENO, &parts[first], static_cast<int>(parts.size() - first));
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      std::exit(0);
    auto written = static_cast<std::size_t>(n);
    while (first < parts.size() && written >= parts[first].iov_len)
      written -= parts[first++].iov_len;
    if (first < parts.size()) {
      parts[first].iov_base = static_cast<char*>(parts[first].iov_base) + written;
      parts[first].iov_len -= written;
    }
  }
}

iovec part(std::string_view bytes) { return {const_cast<char*>(bytes.data()), bytes.size()}; }

/// Writes a frame; without an option when it is a control message.
void send(unsigned char flags, std::string_view context, std::string_view body) {
  const bool control = (flags & flag_control) != 0;
  char head[header_bytes + 4] = {static_cast<char>(control ? 0x13 : 0x14), static_cast<char>(flags)};
  const auto payload = static_cast<std::uint32_t>(context.size() + body.size());
  std::memcpy(head + 2, &payload, 4);
  const auto crc = checksum(head);
  std::memcpy(head + 6, &crc, 4);
  const auto split = static_cast<std::uint32_t>(context.size());
  std::memcpy(head + header_bytes, &split, 4);
  write_all({part({head, control ? header_bytes : header_bytes + 4}), part(context), part(body)});
}

/// False when rr asks the worker to end.
bool answer_control(std::string_view message) {
  if (message.find("\"stop\"") != std::string_view::npos)
    return false;
  const auto hello = "{\"pid\":" + std::to_string(::getpid()) + ",\"codecs\":[\"json\",\"proto\"]}";
  send(flag_control, {}, hello);
  return true;
}

void answer(const frame& f, mode m) {
  static constexpr std::string_view json = R"({"status":200,"headers":{"Content-Type":["text/plain"]}})";
  static constexpr std::string_view proto = "\x08\xc8\x01\x12\x1c\x0a\x0c"
                                            "Content-Type\x12\x0c\x0a\x0a"
                                            "text/plain";
  if (m == mode::raw)
    return send(f.flags, f.context, f.body);
  const bool is_proto = (f.flags & flag_proto) != 0;
  send(is_proto ? flag_proto : flag_json, is_proto ? proto : json, m == mode::hello ? "Hello world" : f.body);
}

mode mode_of(std::string_view word) {
  if (word == "hello")
    return mode::hello;
  return word == "raw" ? mode::raw : mode::echo;
}

} // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN); // a write without a reader then ends the process quietly
  const auto m = mode_of(argc > 1 ? argv[1] : "");
  input in;
  frame f{};
  while (in.next(f)) {
    if ((f.flags & flag_control) != 0) {
      if (!answer_control(f.body))
        return 0;
    } else if (f.bits == 0) { // a late STOP or PONG is nobody's request
      answer(f, m);
    }
  }
  return 0;
}
