#include "actors/main_loop.hpp"

#include <boost/asio/post.hpp>

namespace rr {

main_loop::main_loop() : work_(boost::asio::make_work_guard(io_)) {}

void main_loop::post(std::function<void()> f) { boost::asio::post(io_, std::move(f)); }

void main_loop::on_signals(const std::vector<int>& numbers, std::function<void(int)> f) {
  for (int n : numbers)
    signals_.add(n);
  on_signal_ = std::move(f);
  wait_for_signal();
}

void main_loop::wait_for_signal() {
  signals_.async_wait([this](boost::system::error_code ec, int number) {
    if (ec)
      return;
    on_signal_(number);
    wait_for_signal();
  });
}

int main_loop::run() {
  io_.run();
  return exit_code_;
}

void main_loop::stop(int exit_code) {
  boost::asio::post(io_, [this, exit_code] {
    exit_code_ = exit_code;
    io_.stop();
  });
}

} // namespace rr
