// A load generator that sends a known number of requests, for figures per request.
//
//   fixed_load PORT CONNECTIONS HEADERS
//
// Opens the connections to 127.0.0.1, says `ready`, and then for each line `N` on its input sends N requests
// `GET / HTTP/1.1` with HEADERS header lines (Host is the first) over them, one at a time on each, and says
//
//   N requests ELAPSED_NS ns p50 NS p99 NS
//
// The connections stay open in between, so that nothing but the requests happens meanwhile. Anything but an
// answer 200 with a Content-Length ends the program with 1. Ends at the end of its input.

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <string_view>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace {

using clock_type = std::chrono::steady_clock;

[[noreturn]] void fail(const char* what) {
  std::fprintf(stderr, "fixed_load: %s%s%s\n", what, errno != 0 ? ": " : "",
               errno != 0 ? std::strerror(errno) : "");
  std::exit(1);
}

/// The request with so many header lines; those behind Host are what browsers send, in size.
std::string request_with(int headers) {
  static constexpr std::string_view lines[] = {
      "Host: 127.0.0.1",
      "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
      "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
      "Accept-Language: en-US,en;q=0.5",
      "Accept-Encoding: gzip, deflate, br",
      "Referer: http://127.0.0.1/",
      "Cache-Control: max-age=0",
      "X-Request-Id: 4f2c1b7e-9a53-4b0e-8b6d-2d1f5a3c7e90",
  };
  std::string text = "GET / HTTP/1.1\r\n";
  for (int i = 0; i < headers; ++i) {
    if (i < static_cast<int>(std::size(lines)))
      text += lines[i];
    else
      text += "X-Line-" + std::to_string(i) + ": value";
    text += "\r\n";
  }
  return text + "\r\n";
}

/// Bytes that one answer at the start of `text` has; 0 while its head or body is not complete.
std::size_t answer_bytes(std::string_view text) {
  const auto head = text.find("\r\n\r\n");
  if (head == std::string_view::npos)
    return 0;
  errno = 0;
  if (text.substr(0, 12) != "HTTP/1.1 200")
    fail("an answer is not 200");
  static constexpr std::string_view name = "\r\nContent-Length: ";
  for (auto at = text.find("\r\n"); at < head; at = text.find("\r\n", at + 2)) {
    if (::strncasecmp(text.data() + at, name.data(), name.size()) != 0)
      continue;
    std::size_t body = 0;
    std::from_chars(text.data() + at + name.size(), text.data() + head, body);
    return text.size() >= head + 4 + body ? head + 4 + body : 0;
  }
  fail("an answer has no Content-Length");
}

/// One connection: its request under way and what came of the answer.
struct client {
  int fd = -1;
  std::string received;
  clock_type::time_point sent_at;
};

class load {
public:
  load(int port, int connections, int headers) : request_(request_with(headers)), clients_(connections) {
    epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
    for (std::size_t i = 0; i < clients_.size(); ++i)
      connect(i, port);
  }

  void run(std::size_t requests) {
    times_.clear();
    times_.reserve(requests);
    to_send_ = requests;
    const auto start = clock_type::now();
    for (auto& c : clients_)
      send_next(c);
    while (times_.size() < requests)
      wait();
    const auto elapsed = std::chrono::nanoseconds{clock_type::now() - start}.count();
    std::sort(times_.begin(), times_.end());
    std::printf("%zu requests %lld ns p50 %lld p99 %lld\n", requests, static_cast<long long>(elapsed),
                quantile(50), quantile(99));
    std::fflush(stdout);
  }

private:
  void connect(std::size_t index, int port) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(port));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || ::connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0)
      fail("cannot connect");
    const int yes = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    epoll_event interest{};
    interest.events = EPOLLIN;
    interest.data.u64 = index;
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &interest);
    clients_[index].fd = fd;
  }

  void send_next(client& c) {
    if (to_send_ == 0)
      return;
    --to_send_;
    c.sent_at = clock_type::now();
    errno = 0;
    if (::send(c.fd, request_.data(), request_.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request_.size()))
      fail("cannot send");
  }

  void wait() {
    epoll_event events[64];
    const int n = ::epoll_wait(epoll_, events, 64, 10'000);
    if (n == 0)
      fail("no answer for 10 s");
    for (int i = 0; i < n; ++i)
      receive(clients_[events[i].data.u64]);
  }

  void receive(client& c) {
    char bytes[16 * 1024];
    errno = 0;
    const auto n = ::recv(c.fd, bytes, sizeof bytes, 0);
    if (n <= 0)
      fail("a connection was closed");
    c.received.append(bytes, static_cast<std::size_t>(n));
    const auto answer = answer_bytes(c.received);
    if (answer == 0)
      return;
    c.received.erase(0, answer);
    times_.push_back(std::chrono::nanoseconds{clock_type::now() - c.sent_at}.count());
    send_next(c);
  }

  long long quantile(std::size_t percent) const {
    return times_.empty() ? 0 : times_[(times_.size() - 1) * percent / 100];
  }

  std::string request_;
  std::vector<client> clients_;
  std::vector<long long> times_;
  std::size_t to_send_ = 0;
  int epoll_ = -1;
};

} // namespace

int main(int argc, char** argv) {
  if (argc != 4)
    fail("usage: fixed_load PORT CONNECTIONS HEADERS");
  load l{std::atoi(argv[1]), std::atoi(argv[2]), std::atoi(argv[3])};
  std::puts("ready");
  std::fflush(stdout);
  for (unsigned long n = 0; std::scanf("%lu", &n) == 1;)
    l.run(n);
}
