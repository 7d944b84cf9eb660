#include "tests/e2e/http_client.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

namespace rr::test {

namespace {

using clock = std::chrono::steady_clock;

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

bool wait_for(int fd, short events, clock::time_point until) {
  pollfd p{fd, events, 0};
  auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - clock::now()).count();
  return left > 0 && ::poll(&p, 1, static_cast<int>(left)) > 0;
}

std::pair<std::string, std::string> split_header(const std::string& line) {
  auto colon = line.find(':');
  auto name = line.substr(0, colon);
  auto value = colon == std::string::npos ? std::string{} : line.substr(colon + 1);
  value.erase(0, value.find_first_not_of(' '));
  return {name, value};
}

} // namespace

std::string http_answer::header(std::string_view name) const {
  for (auto& [key, value] : headers)
    if (::strcasecmp(key.c_str(), std::string{name}.c_str()) == 0)
      return value;
  return {};
}

std::size_t http_answer::count(std::string_view name) const {
  auto same = [&](auto& h) { return ::strcasecmp(h.first.c_str(), std::string{name}.c_str()) == 0; };
  return static_cast<std::size_t>(std::count_if(headers.begin(), headers.end(), same));
}

http_client::http_client(int port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  auto address = loopback(port);
  if (fd_ < 0 || ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    throw std::runtime_error("cannot connect to port " + std::to_string(port));
}

http_client::http_client(http_client&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), buffer_(std::move(other.buffer_)) {}

http_client::~http_client() { close(); }

void http_client::close() {
  if (fd_ >= 0)
    ::close(std::exchange(fd_, -1));
}

void http_client::reset() {
  linger at_once{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close();
}

void http_client::shutdown_write() { ::shutdown(fd_, SHUT_WR); }

void http_client::receive_buffer(int bytes) { ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes); }

bool http_client::send(std::string_view bytes) {
  auto until = clock::now() + 30s;
  while (!bytes.empty()) {
    auto n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n > 0)
      bytes.remove_prefix(static_cast<std::size_t>(n));
    else if (errno != EAGAIN || !wait_for(fd_, POLLOUT, until))
      return false;
  }
  return true;
}

bool http_client::fill(clock::time_point until) {
  char piece[65536];
  if (!wait_for(fd_, POLLIN, until))
    return false;
  auto n = ::recv(fd_, piece, sizeof piece, 0);
  if (n <= 0)
    return false;
  buffer_.append(piece, static_cast<std::size_t>(n));
  return true;
}

bool http_client::read_line(std::string& line, clock::time_point until) {
  std::size_t end = 0;
  while ((end = buffer_.find("\r\n")) == std::string::npos)
    if (!fill(until))
      return false;
  line = buffer_.substr(0, end);
  buffer_.erase(0, end + 2);
  return true;
}

bool http_client::read_count(std::string& out, std::size_t count, clock::time_point until) {
  while (buffer_.size() < count)
    if (!fill(until))
      return false;
  out.append(buffer_, 0, count);
  buffer_.erase(0, count);
  return true;
}

http_answer http_client::read(std::chrono::milliseconds limit, bool head_request) {
  auto until = clock::now() + limit;
  http_answer answer;
  std::string line;
  if (!read_line(line, until))
    return answer;
  answer.raw_head = line + "\r\n";
  if (line.size() >= 12)
    answer.status = std::atoi(line.c_str() + 9);
  answer.reason = line.size() > 13 ? line.substr(13) : "";
  while (read_line(line, until)) {
    answer.raw_head += line + "\r\n";
    if (line.empty()) {
      read_body(answer, head_request, until);
      break;
    }
    answer.headers.push_back(split_header(line));
  }
  return answer;
}

void http_client::read_body(http_answer& answer, bool head_request, clock::time_point until) {
  if (head_request || answer.status / 100 == 1 || answer.status == 204 || answer.status == 304) {
    answer.complete = true;
  } else if (answer.header("Transfer-Encoding") == "chunked") {
    read_chunks(answer, until);
  } else if (auto length = answer.header("Content-Length"); !length.empty()) {
    answer.complete = read_count(answer.body, std::strtoull(length.c_str(), nullptr, 10), until);
    if (!answer.complete)
      answer.body = std::exchange(buffer_, {});
  } else {
    while (fill(until)) {
    }
    answer.body = std::exchange(buffer_, {});
    answer.complete = true;
  }
}

void http_client::read_chunks(http_answer& answer, clock::time_point until) {
  std::string line;
  while (read_line(line, until)) {
    auto size = std::strtoull(line.c_str(), nullptr, 16);
    if (size == 0) {
      while (read_line(line, until) && !line.empty())
        answer.trailers.push_back(split_header(line));
      answer.complete = line.empty();
      return;
    }
    if (!read_count(answer.body, size, until) || !read_line(line, until))
      return;
  }
}

std::string http_client::read_some(std::size_t count, std::chrono::milliseconds limit) {
  auto until = clock::now() + limit;
  while (buffer_.size() < count && fill(until)) {
  }
  return std::exchange(buffer_, {});
}

http_answer http_client::request(std::string_view method, std::string_view target, std::string_view body,
                                 std::vector<std::string> headers) {
  std::string text;
  text.append(method).append(" ").append(target).append(" HTTP/1.1\r\nHost: 127.0.0.1\r\n");
  for (auto& h : headers)
    text.append(h).append("\r\n");
  if (!body.empty())
    text.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
  text.append("\r\n");
  // Head and body apart: a huge body is not copied.
  if (!send(text) || !send(body))
    return read(1s, method == "HEAD");
  return read(60s, method == "HEAD");
}

bool http_client::closed(std::chrono::milliseconds limit) {
  if (!buffer_.empty())
    return false;
  if (!wait_for(fd_, POLLIN, clock::now() + limit))
    return false;
  char byte = 0;
  return ::recv(fd_, &byte, 1, 0) <= 0;
}

http_answer get(int port, std::string_view target, std::vector<std::string> headers) {
  return http_client{port}.request("GET", target, {}, std::move(headers));
}

http_answer post(int port, std::string_view target, std::string_view body, std::vector<std::string> headers) {
  return http_client{port}.request("POST", target, body, std::move(headers));
}

int free_port() {
  int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto address = loopback(0);
  socklen_t size = sizeof address;
  if (::bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0)
    throw std::runtime_error("no free port");
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  ::close(fd);
  return ntohs(address.sin_port);
}

} // namespace rr::test
