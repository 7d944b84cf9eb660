#include "actors/log.hpp"
#include "actors/log_queue.hpp"

#include <catch2/catch.hpp>
#include <condition_variable>
#include <cstdio>
#include <future>
#include <map>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <unistd.h>

using rr::log_level;
using rr::log_port;
using rr::log_record;
using rr::logger;

namespace {

/// What sinks saw, shared between them and the test.
struct book {
  std::mutex mutex;
  std::condition_variable gate_moved;
  bool is_gate_open = true;
  std::vector<log_record> records;
  int flushes = 0;
  int reopened = 0;
  int destroyed = 0;

  std::vector<std::string> messages() {
    std::lock_guard lock{mutex};
    std::vector<std::string> result;
    for (auto& r : records)
      result.push_back(r.message);
    return result;
  }

  void move_gate(bool open) {
    std::lock_guard lock{mutex};
    is_gate_open = open;
    gate_moved.notify_all();
  }
};

class noting_sink final : public rr::log_sink {
public:
  explicit noting_sink(std::shared_ptr<book> notes, log_level least = log_level::debug)
      : notes_(std::move(notes)), least_(least) {}
  ~noting_sink() override {
    std::lock_guard lock{notes_->mutex};
    ++notes_->destroyed;
  }

  log_level threshold(std::string_view channel) const override {
    return channel == "quiet" ? log_level::error : least_;
  }

  void write(const log_record& record) override {
    if (record.message == "poison")
      throw std::runtime_error("cannot write this");
    std::unique_lock lock{notes_->mutex};
    notes_->gate_moved.wait(lock, [&] { return notes_->is_gate_open; });
    notes_->records.push_back(record);
  }

  void flush() override {
    std::lock_guard lock{notes_->mutex};
    ++notes_->flushes;
  }

  void reopen() override {
    std::lock_guard lock{notes_->mutex};
    ++notes_->reopened;
  }

private:
  std::shared_ptr<book> notes_;
  log_level least_;
};

/// Closes the log of the process after the test; records of earlier tests are gone at its start.
struct log_fixture {
  log_fixture() {
    log_port::instance().open(std::make_unique<noting_sink>(std::make_shared<book>()));
    log_port::instance().close();
  }
  ~log_fixture() { log_port::instance().close(); }

  void open(log_level least = log_level::debug) { port.open(std::make_unique<noting_sink>(notes, least)); }

  log_port& port = log_port::instance();
  std::shared_ptr<book> notes = std::make_shared<book>();
};

using strings = std::vector<std::string>;

/// Runs `f` while stderr goes to a file; gives what was written.
template <class F>
std::string stderr_of(F f) {
  auto* file = std::tmpfile();
  REQUIRE(file != nullptr);
  int before = ::dup(STDERR_FILENO);
  ::dup2(::fileno(file), STDERR_FILENO);
  f();
  ::dup2(before, STDERR_FILENO);
  ::close(before);
  std::string text(4096, '\0');
  std::rewind(file);
  text.resize(std::fread(text.data(), 1, text.size(), file));
  std::fclose(file);
  return text;
}

} // namespace

TEST_CASE_METHOD(log_fixture, "records before the log is open are written by its first sink",
                 "[actors][log]") {
  logger log{"http"};
  log.info("first", {{"pid", 7}});
  log.warn("second");

  open();
  log.error("third");
  port.drain();

  CHECK(notes->messages() == strings{"first", "second", "third"});
  auto& first = notes->records.at(0);
  CHECK(first.channel == "http");
  CHECK(first.level == log_level::info);
  REQUIRE(first.fields.size() == 1);
  CHECK(first.fields[0].key == "pid");
  CHECK(std::get<std::int64_t>(first.fields[0].value) == 7);
}

TEST_CASE_METHOD(log_fixture, "early records below the threshold of the first sink are not written",
                 "[actors][log]") {
  logger log{"http"};
  log.debug("chatter");
  log.info("news");

  open(log_level::info);
  port.drain();

  CHECK(notes->messages() == strings{"news"});
}

TEST_CASE_METHOD(log_fixture, "a channel asks its own threshold", "[actors][log]") {
  logger early{"quiet"};
  open(log_level::info);
  logger late{"quiet"};
  logger other{"loud"};

  CHECK_FALSE(early.enabled(log_level::warn));
  CHECK_FALSE(late.enabled(log_level::warn));
  CHECK(early.enabled(log_level::error));
  CHECK(other.enabled(log_level::info));
  CHECK_FALSE(other.enabled(log_level::debug));
  CHECK_FALSE(other.enabled(log_level::off));
}

TEST_CASE_METHOD(log_fixture, "a logger without a channel writes records without a name", "[actors][log]") {
  open();

  logger{}.info("nameless");
  port.drain();

  REQUIRE(notes->records.size() == 1);
  CHECK(notes->records[0].channel.empty());
}

TEST_CASE_METHOD(log_fixture, "a thread that made no promise hands over each record at once",
                 "[actors][log]") {
  open();
  std::promise<void> written;
  std::promise<void> checked;

  std::thread other{[&] {
    logger{"x"}.info("from elsewhere");
    written.set_value();
    checked.get_future().wait();
  }};
  written.get_future().wait();
  port.drain();
  CHECK(notes->messages() == strings{"from elsewhere"});

  checked.set_value();
  other.join();
}

TEST_CASE_METHOD(log_fixture,
                 "a thread that flushes regularly collects in between, and hands over at its end",
                 "[actors][log]") {
  open();
  std::promise<void> written;
  std::promise<void> checked;

  std::thread other{[&] {
    log_port::flush_this_thread();
    logger{"x"}.info("collected");
    written.set_value();
    checked.get_future().wait();
  }};
  written.get_future().wait();
  port.drain();
  CHECK(notes->messages().empty());

  checked.set_value();
  other.join();
  port.drain();
  CHECK(notes->messages() == strings{"collected"});
}

TEST_CASE_METHOD(log_fixture, "records of each thread stay in order", "[actors][log]") {
  constexpr int per_thread = 5000;
  open();

  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([t] {
      logger log{"x"};
      if (t % 2 == 0)
        log_port::flush_this_thread();
      for (int i = 0; i < per_thread; ++i)
        log.info("tick", {{"thread", t}, {"i", i}});
    });
  for (auto& t : threads)
    t.join();
  port.drain();

  std::map<std::int64_t, std::int64_t> next;
  for (auto& r : notes->records) {
    auto thread = std::get<std::int64_t>(r.fields.at(0).value);
    REQUIRE(std::get<std::int64_t>(r.fields.at(1).value) == next[thread]++);
  }
  CHECK(notes->records.size() == 4 * per_thread);
}

TEST_CASE_METHOD(log_fixture, "a slow writer loses chatter first and tells how much", "[actors][log]") {
  constexpr std::size_t chatter = rr::log_waiting_records_max + 500;
  open();
  notes->move_gate(false);
  logger log{"x"};

  for (std::size_t i = 0; i < chatter; ++i)
    log.debug("chatter");
  for (int i = 0; i < 100; ++i)
    log.error("news");
  notes->move_gate(true);
  port.drain();

  std::size_t seen_chatter = 0;
  std::size_t seen_news = 0;
  std::uint64_t dropped = 0;
  for (auto& r : notes->records) {
    seen_chatter += r.message == "chatter";
    seen_news += r.message == "news";
    if (r.channel == "logs")
      dropped += std::get<std::uint64_t>(r.fields.at(0).value);
  }
  CHECK(seen_news == 100);
  CHECK(dropped > 0);
  CHECK(seen_chatter + dropped == chatter);
}

TEST_CASE("a queue that nobody empties stays bounded in records and bytes", "[actors][log]") {
  auto big = GENERATE(false, true);
  rr::log_queue queue;
  std::size_t pushed = 0;

  for (std::size_t i = 0; i < 3 * rr::log_waiting_records_max; ++i) {
    std::vector<log_record> one(1);
    one[0].level = log_level::error;
    one[0].message = std::string(big ? 100'000 : 1, 'x');
    queue.push(std::move(one));
    ++pushed;
  }

  std::size_t kept = 0;
  std::size_t bytes = 0;
  for (auto& batch : queue.take())
    for (auto& record : batch->records) {
      ++kept;
      bytes += rr::memory_of(record);
    }
  CHECK(kept <= 2 * rr::log_waiting_records_max);
  CHECK(bytes <= 2 * rr::log_waiting_bytes_max + 200'000);
  CHECK(kept + queue.take_dropped() == pushed);
}

TEST_CASE_METHOD(log_fixture, "a queue has room again for what was written", "[actors][log]") {
  open();
  logger log{"x"};

  for (int round = 0; round < 4; ++round) {
    for (std::size_t i = 0; i < rr::log_waiting_records_max / 2; ++i)
      log.debug("chatter");
    port.drain();
  }

  CHECK(notes->records.size() == 2 * rr::log_waiting_records_max);
}

TEST_CASE_METHOD(log_fixture, "another sink takes over behind what was written before", "[actors][log]") {
  open();
  logger log{"x"};
  log.info("to the first");
  auto second = std::make_shared<book>();

  port.open(std::make_unique<noting_sink>(second, log_level::warn));
  CHECK(notes->destroyed == 1);
  log.info("below the threshold of the second");
  log.warn("to the second");
  port.drain();

  CHECK(notes->messages() == strings{"to the first"});
  CHECK(second->messages() == strings{"to the second"});
}

TEST_CASE_METHOD(log_fixture, "closing writes what is left and gives the sink back", "[actors][log]") {
  open();
  logger{"x"}.info("last");

  port.close();

  CHECK(notes->messages() == strings{"last"});
  CHECK(notes->destroyed == 1);
  CHECK(notes->flushes > 0);
}

TEST_CASE_METHOD(log_fixture, "records after closing wait for the next sink", "[actors][log]") {
  open();
  port.close();
  logger{"x"}.info("in between");

  auto second = std::make_shared<book>();
  port.open(std::make_unique<noting_sink>(second));
  port.drain();

  CHECK(second->messages() == strings{"in between"});
}

TEST_CASE_METHOD(log_fixture, "a sink that throws loses that record only", "[actors][log]") {
  open();
  logger log{"x"};

  log.info("before");
  log.info("poison");
  log.info("after");
  port.drain();

  CHECK(notes->messages() == strings{"before", "after"});
}

TEST_CASE_METHOD(log_fixture,
                 "a log that was never opened shows warnings on stderr and keeps quiet otherwise",
                 "[actors][log]") {
  auto text = stderr_of([&] {
    logger log{"rpc"};
    log.info("chatter");
    log.warn("cannot do this", {{"path", "x.yaml"}, {"attempt", 2}, {"fatal", false}});
    port.close();
  });

  CHECK(text == "WARN rpc: cannot do this path=x.yaml attempt=2 fatal=false\n");
}

TEST_CASE_METHOD(log_fixture, "an order to open files again reaches the sink", "[actors][log]") {
  open();

  port.reopen();

  CHECK(notes->reopened == 1);
}

TEST_CASE_METHOD(log_fixture, "orders to a log that is not open return at once", "[actors][log]") {
  port.drain();
  port.reopen();
  port.close();
  port.close();

  SUCCEED("nothing waits");
}
