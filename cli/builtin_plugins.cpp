#include "cli/builtin_plugins.hpp"

#include "plugins/http/http_plugin.hpp"
#include "plugins/logger/logger_plugin.hpp"
#include "plugins/server/server_plugin.hpp"

namespace rr {

std::vector<std::unique_ptr<plugin>> builtin_plugins() {
  std::vector<std::unique_ptr<plugin>> all;
  all.push_back(make_logger_plugin());
  all.push_back(make_server_plugin());
  all.push_back(http::make_http_plugin());
  return all;
}

std::vector<std::string> known_sections() {
  return {"logs", "server", "http", "runtime",
          // Of files that are written for the whole program; without effect yet.
          "amqp", "app", "beanstalk", "boltdb", "broadcast", "centrifuge", "fileserver", "grpc", "jobs", "kafka", "kv",
          "lock", "memcached", "metrics", "nats", "otel", "redis", "reload", "rpc", "service", "sqs", "status", "tcp",
          "temporal", "websockets"};
}

} // namespace rr
