#include "actors/error.hpp"

#include <catch2/catch.hpp>
#include <utility>
#include <vector>

using rr::error;
using rr::error_kind;
using rr::render;
using rr::wrap;

TEST_CASE("an error renders as operation, kind and text", "[actors][error]") {
  CHECK(render(error{error_kind::exec_ttl, "worker_exec_with_timeout", "context deadline exceeded"}) ==
        "worker_exec_with_timeout: ExecTTL: context deadline exceeded");
  CHECK(render(error{error_kind::soft_job, "sync_worker_receive_frame", "msg"}) ==
        "sync_worker_receive_frame: SoftJobError: msg");
}

TEST_CASE("an error without text, kind or operation renders without empty places", "[actors][error]") {
  CHECK(render(error{error_kind::network, "process_stop", ""}) == "process_stop: Network");
  CHECK(render(error{error_kind::undefined, "goridge_frame_receive", "unexpected EOF"}) ==
        "goridge_frame_receive: unexpected EOF");
  CHECK(render(error{error_kind::undefined, "", "EOF"}) == "EOF");
  CHECK(render(error{error_kind::network, "", "bad payload x"}) == "Network: bad payload x");
  CHECK(render(error{}) == "");
}

TEST_CASE("a cause of ours follows on a line of its own", "[actors][error]") {
  auto cause = error{error_kind::undefined, "allocate_dynamically",
                     "can't allocate more workers, increase max_workers option (max_workers limit is 100)"};

  CHECK(render(wrap("static_pool_exec", error_kind::undefined, cause)) ==
        "static_pool_exec:\n\tallocate_dynamically: can't allocate more workers, increase max_workers option "
        "(max_workers limit is 100)");
}

TEST_CASE("a cause that is plain text stays on the line", "[actors][error]") {
  CHECK(render(wrap("static_pool_allocate_workers", error_kind::worker_allocate,
                    error{error_kind::undefined, "", "EOF"})) ==
        "static_pool_allocate_workers: WorkerAllocate: EOF");
}

TEST_CASE("a wrapping error names its own kind before its cause", "[actors][error]") {
  auto cause = error{error_kind::file_not_found, "goridge_frame_receive", "Could not open input file: x.php"};

  CHECK(render(wrap("static_pool_allocate_workers", error_kind::worker_allocate, cause)) ==
        "static_pool_allocate_workers: WorkerAllocate:\n\t"
        "goridge_frame_receive: FileNotFound: Could not open input file: x.php");
  CHECK(render(wrap("handle_serve_command", error_kind::function_call,
                    error{error_kind::undefined,
                          "serve error from the plugin *http.Plugin stopping execution, error", "EOF"})) ==
        "handle_serve_command: Function call error:\n\t"
        "serve error from the plugin *http.Plugin stopping execution, error: EOF");
}

TEST_CASE("the kind of a cause moves to the outermost error without a kind", "[actors][error]") {
  auto cause = error{error_kind::no_free_workers, "worker_watcher_get_free_worker", "no free workers"};

  auto once = wrap("static_pool_exec", error_kind::undefined, cause);
  auto twice = wrap("http_handler", error_kind::undefined, once);

  CHECK(once.kind == error_kind::no_free_workers);
  CHECK(render(twice) == "http_handler: NoFreeWorkers:\n\tstatic_pool_exec:\n\t"
                         "worker_watcher_get_free_worker: no free workers");
}

TEST_CASE("the same kind outside and inside is shown once", "[actors][error]") {
  auto cause = error{error_kind::network, "goridge_frame_receive", "EOF"};

  CHECK(render(wrap("worker_exec", error_kind::network, cause)) ==
        "worker_exec: Network:\n\tgoridge_frame_receive: EOF");
}

TEST_CASE("a kind is found anywhere in the chain", "[actors][error]") {
  auto e = wrap("outer", error_kind::serve,
                wrap("middle", error_kind::init, error{error_kind::timeout, "inner", ""}));

  CHECK(rr::has_kind(e, error_kind::serve));
  CHECK(rr::has_kind(e, error_kind::timeout));
  CHECK_FALSE(rr::has_kind(e, error_kind::network));
}

TEST_CASE("the nearest remedy counts and is not part of the text", "[actors][error]") {
  auto inner = error{error_kind::init, "open", "no such file", "create the directory"};
  auto outer = wrap("start", error_kind::undefined, inner);

  CHECK(rr::remedy_of(outer) == "create the directory");
  CHECK(render(outer).find("create") == std::string::npos);

  outer.remedy = "set logs.output";
  CHECK(rr::remedy_of(outer) == "set logs.output");
  CHECK(rr::remedy_of(error{}).empty());
}

TEST_CASE("fail gives an expected without a value", "[actors][error]") {
  rr::expected<int> result = rr::fail(error_kind::decode, "op", "text", "remedy");

  REQUIRE_FALSE(result.has_value());
  CHECK(render(result.error()) == "op: Decode: text");
  CHECK(rr::remedy_of(result.error()) == "remedy");
}

TEST_CASE("every kind that users see has the number and the name that they know", "[actors][error]") {
  std::vector<std::pair<int, std::string_view>> known = {{1, "Timeout"},
                                                         {2, "Network"},
                                                         {3, "FileNotFound"},
                                                         {4, "Retry"},
                                                         {5, "Stop"},
                                                         {6, "MaxJobs"},
                                                         {7, "QueueSize"},
                                                         {104, "Init error"},
                                                         {105, "Serve error"},
                                                         {107, "Vertex disabled"},
                                                         {109, "Function call error"},
                                                         {200, "Workers watcher stopped"},
                                                         {201, "SoftJobError"},
                                                         {202, "WorkerAllocate"},
                                                         {203, "NoFreeWorkers"},
                                                         {204, "Encode"},
                                                         {205, "Decode"},
                                                         {206, "ExecTTL"},
                                                         {207, "IdleTTL"},
                                                         {208, "TTL"}};

  for (auto& [number, name] : known)
    CHECK(to_string(static_cast<error_kind>(number)) == name);
  CHECK(to_string(error_kind::undefined).empty());
}
