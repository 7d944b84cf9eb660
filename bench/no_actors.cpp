// The baseline of the benchmarks: what rr does with a request, without actors.
//
//   no_actors PORT WORKERS json|proto COMMAND [ARGUMENT...]
//
// One thread, one Asio loop: HTTP on 127.0.0.1, the product's parser, codecs, framing and pipe channels, and
// plain calls where rr sends messages. The same system calls per request, so the difference to rr is what
// actors cost. No supervision, no deadlines, no streams: a worker that fails ends the program with 1. SIGTERM
// ends it with 0.

#include "actors/handler_memory.hpp"
#include "plugins/http/request_codec.hpp"
#include "plugins/http/request_parser.hpp"
#include "plugins/http/request_target.hpp"
#include "plugins/http/response_codec.hpp"
#include "plugins/http/response_framing.hpp"
#include "relay/fd_channel.hpp"
#include "relay/frame_codec.hpp"
#include "relay/handshake.hpp"

#include <array>
#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <deque>
#include <fcntl.h>
#include <memory>
#include <string>
#include <sys/prctl.h>
#include <unistd.h>
#include <vector>

namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;

constexpr std::size_t read_bytes = 2048;
constexpr std::size_t channel_bytes = 4096;
constexpr std::size_t payload_bytes_max = std::size_t{1} << 24;

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "no_actors: %s\n", why.c_str());
  std::exit(1);
}

/// The value of the Date line, made once a second.
std::string_view date() {
  static std::time_t made_at = 0;
  static std::string text;
  if (auto now = std::time(nullptr); now != made_at) {
    made_at = now;
    std::tm parts{};
    ::gmtime_r(&now, &parts);
    std::array<char, 40> out{};
    text.assign(out.data(), std::strftime(out.data(), out.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts));
  }
  return text;
}

class connection;

/// A worker process behind two pipes. Runs one request at a time.
class worker {
public:
  explicit worker(asio::io_context& io, char** command) {
    std::array<int, 2> to{};
    std::array<int, 2> from{};
    if (::pipe2(to.data(), O_CLOEXEC) != 0 || ::pipe2(from.data(), O_CLOEXEC) != 0)
      give_up("no pipes");
    if (::fork() == 0)
      run(command, to[0], from[1]);
    ::close(to[0]);
    ::close(from[1]);
    channel_ = rr::make_pipe_channel(io, from[0], to[1]);
    channel_->start({[this] { return decoder_.prepare(channel_bytes); },
                     [this](std::size_t n) { received(n); },
                     [](const std::string& why) { give_up("a worker has ended: " + why); },
                     [](const std::string& why) {
                       if (!why.empty())
                         give_up("a worker does not read: " + why);
                     }});
    channel_->write(rr::encode_hello(::getpid()), {});
  }

  void exec(std::shared_ptr<connection> owner);

private:
  [[noreturn]] static void run(char** command, int in, int out) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::dup2(in, STDIN_FILENO);
    ::dup2(out, STDOUT_FILENO);
    ::execvp(command[0], command);
    ::_exit(127);
  }

  void received(std::size_t bytes);
  void take(const rr::frame_view& f);

  rr::byte_channel_ptr channel_;
  rr::frame_decoder decoder_{payload_bytes_max};
  std::shared_ptr<connection> running_;
  std::string head_;
  bool greeted_ = false;
};

/// Everything there is one of.
struct server {
  asio::io_context io{1};
  rr::payload_codec codec = rr::payload_codec::proto;
  rr::http::request_encoder encoder;
  std::vector<std::unique_ptr<worker>> workers;
  std::deque<worker*> idle;
  std::deque<std::shared_ptr<connection>> waiting;

  void exec(std::shared_ptr<connection> c) {
    waiting.push_back(std::move(c));
    serve_waiting();
  }

  void keep(worker* w) {
    idle.push_back(w);
    serve_waiting();
  }

  void serve_waiting() {
    while (!waiting.empty() && !idle.empty()) {
      auto* w = idle.front();
      auto c = std::move(waiting.front());
      idle.pop_front();
      waiting.pop_front();
      w->exec(std::move(c));
    }
  }
};

server& the_server() {
  static server s;
  return s;
}

/// One client's connection.
class connection : public std::enable_shared_from_this<connection> {
public:
  explicit connection(tcp::socket socket) : socket_(std::move(socket)) {
    error_code ignored;
    socket_.non_blocking(true, ignored);
    peer_ = socket_.remote_endpoint(ignored).address().to_string();
  }

  void start() { read(); }

  rr::request_payload encode() {
    const auto& head = parser_.head();
    rr::http::request_view view;
    view.remote_addr = peer_;
    view.protocol = head.protocol;
    view.method = head.method;
    view.uri = uri_;
    view.raw_query = query_;
    view.headers = head.fields;
    rr::request_payload payload;
    payload.body = body_;
    payload.context.reserve(512);
    const bool json = the_server().codec == rr::payload_codec::json;
    payload.flags = json ? rr::frame_flags::json : rr::frame_flags::proto;
    if (json)
      the_server().encoder.encode_json(view, payload.context);
    else
      the_server().encoder.encode_proto(view, payload.context);
    return payload;
  }

  void answer(const rr::response_frame& frame) {
    auto response = decoder_.decode(frame.flags, the_server().codec, frame.context);
    if (!response)
      give_up("a worker's answer makes no sense: " + rr::render(response.error()));
    const auto& head = parser_.head();
    framing_.reset({head.version_minor, head.method == "HEAD", head.keep_alive, date()});
    out_.clear();
    write(framing_.begin(out_, {static_cast<int>(response->status), response->headers, response->trailers},
                         frame.body, false));
    parser_.reset();
    body_.clear();
    waiting_ = false;
    progress();
    read();
  }

private:
  // One read is always under way, as in rr: a client that goes away is noticed while its request runs.
  void read() {
    if (reading_ || closed_)
      return;
    reading_ = true;
    make_room();
    auto handler = [self = shared_from_this()](error_code ec, std::size_t bytes) {
      self->on_read(ec, bytes);
    };
    socket_.async_read_some(asio::buffer(buffer_.data() + end_, buffer_.size() - end_),
                            asio::bind_allocator(rr::handler_allocator<char>{memory_}, std::move(handler)));
  }

  void make_room() {
    if (begin_ == end_)
      begin_ = end_ = 0;
    if (buffer_.size() - end_ < read_bytes / 2)
      buffer_.resize(buffer_.size() + read_bytes);
  }

  void on_read(error_code ec, std::size_t bytes) {
    reading_ = false;
    if (ec)
      return close();
    end_ += bytes;
    progress();
    read();
  }

  void progress() {
    using rr::http::parse_event;
    while (!waiting_ && !closed_) {
      auto step = parser_.parse({buffer_.data() + begin_, end_ - begin_});
      begin_ += step.consumed;
      if (step.event == parse_event::need_more)
        return;
      if (step.event == parse_event::error)
        return close();
      if (step.event == parse_event::body)
        body_.append(step.body);
      if (step.event == parse_event::message_complete)
        dispatch();
    }
  }

  void dispatch() {
    const auto& head = parser_.head();
    waiting_ = true;
    uri_.clear();
    rr::http::append_uri(uri_, head.parts, {false, head.host, "127.0.0.1"});
    query_.clear();
    rr::http::append_query(query_, head.parts.query);
    the_server().exec(shared_from_this());
  }

  void write(const rr::http::framed& pieces) {
    if (closed_)
      return;
    const std::array<asio::const_buffer, 3> all{asio::buffer(out_),
                                                asio::buffer(pieces.body.data(), pieces.body.size()),
                                                asio::buffer(pieces.tail.data(), pieces.tail.size())};
    error_code ec;
    if (socket_.write_some(all, ec) != asio::buffer_size(all) || framing_.must_close())
      close(); // a client that does not read its few bytes is no part of a benchmark
  }

  void close() {
    closed_ = true;
    error_code ignored;
    socket_.close(ignored);
  }

  tcp::socket socket_;
  std::string peer_;
  std::vector<char> buffer_ = std::vector<char>(read_bytes);
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  rr::http::request_parser parser_;
  rr::http::response_decoder decoder_;
  rr::http::response_framing framing_;
  std::string body_;
  std::string uri_;
  std::string query_;
  std::string out_;
  rr::handler_memory memory_;
  bool reading_ = false;
  bool waiting_ = false;
  bool closed_ = false;
};

void worker::exec(std::shared_ptr<connection> owner) {
  auto request = owner->encode();
  rr::frame_header header;
  header.flags = request.flags;
  header.payload_bytes = static_cast<std::uint32_t>(request.context.size() + request.body.size());
  header.option_count = 1;
  header.options[0] = static_cast<std::uint32_t>(request.context.size());
  std::array<std::byte, rr::frame_header_bytes_max> bytes;
  head_.assign(reinterpret_cast<const char*>(bytes.data()), rr::encode_header(header, bytes));
  head_ += request.context;
  running_ = std::move(owner);
  channel_->write(head_, request.body);
}

void worker::received(std::size_t bytes) {
  decoder_.commit(bytes);
  for (;;) {
    auto f = decoder_.next();
    if (!f)
      give_up("a worker's bytes make no sense: " + rr::render(rr::to_error(f.error())));
    if (!*f)
      return;
    take(**f);
  }
}

void worker::take(const rr::frame_view& f) {
  if (!greeted_) {
    if (auto said = rr::parse_hello_reply(f, ::getpid()); !said)
      give_up(rr::render(said.error()));
    greeted_ = true;
    return the_server().keep(this);
  }
  const auto text = f.text();
  const std::size_t split = f.header.option_count == 0 ? 0 : f.header.options[0];
  if (running_ == nullptr || split > text.size())
    give_up("a frame that nobody has asked for");
  auto owner = std::move(running_);
  owner->answer({f.header.flags, text.substr(0, split), text.substr(split)});
  the_server().keep(this);
}

void accept(tcp::acceptor& acceptor) {
  acceptor.async_accept([&acceptor](error_code ec, tcp::socket socket) {
    if (!ec)
      std::make_shared<connection>(std::move(socket))->start();
    accept(acceptor);
  });
}

} // namespace

int main(int argc, char** argv) {
  if (argc < 5)
    give_up("usage: no_actors PORT WORKERS json|proto COMMAND [ARGUMENT...]");
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGTERM, [](int) { ::_exit(0); }); // the workers' parent-death signal does the rest
  auto& s = the_server();
  s.codec = std::string_view{argv[3]} == "json" ? rr::payload_codec::json : rr::payload_codec::proto;
  for (int i = 0; i < std::atoi(argv[2]); ++i)
    s.workers.push_back(std::make_unique<worker>(s.io, argv + 4));
  const auto port = static_cast<unsigned short>(std::atoi(argv[1]));
  tcp::acceptor acceptor{s.io, tcp::endpoint{asio::ip::address_v4::loopback(), port}};
  acceptor.listen(4096);
  accept(acceptor);
  s.io.run();
}
