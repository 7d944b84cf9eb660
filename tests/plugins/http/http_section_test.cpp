#include "plugins/http/http_section.hpp"

#include "config/decode.hpp"
#include "config/reader.hpp"

#include <catch2/catch.hpp>
#include <set>
#include <string>

using namespace rr;
using namespace rr::http;
using namespace std::chrono_literals;

namespace {

struct pool_stub {
  int workers = 1;
};
struct whole_config : http_config {
  pool_stub pool;
};

config::section<whole_config> whole_section() {
  config::section<pool_stub> pool{"pool", "Workers."};
  pool.field("num_workers", &pool_stub::workers);
  config::section<whole_config> out{"http", "The HTTP front end."};
  describe_http(out).sub("pool", &whole_config::pool, pool);
  return out;
}

config::document document_of(const std::string& yaml) {
  config::document out;
  auto root = config::read_yaml(yaml, ".rr.yaml");
  REQUIRE(root.has_value());
  out.root = std::move(root->root);
  return out;
}

struct outcome {
  whole_config config;
  http_options options;
  config::problems errors;
  config::problems warnings;
};

outcome read(const std::string& lines) {
  outcome out;
  const auto document = document_of("http:\n" + lines);
  auto decoded = config::decode(document, "http", whole_section(), out.warnings);
  if (!decoded) {
    out.errors = decoded.error();
    return out;
  }
  out.config = *decoded;
  out.options = to_options(out.config, set_without_effect(*document.find("http")));
  return out;
}

http_options options_of(const std::string& lines) {
  const auto out = read("  address: ':80'\n" + lines);
  INFO(config::render(out.errors));
  REQUIRE(out.errors.empty());
  return out.options;
}

std::string error_of(const std::string& lines) {
  const auto out = read(lines);
  REQUIRE(out.errors.size() == 1);
  return out.errors[0].text;
}

} // namespace

TEST_CASE("an address is all that http needs", "[http][http_section]") {
  const auto out = read("  address: 127.0.0.1:8080\n");

  CHECK(out.errors.empty());
  CHECK(out.warnings.empty());
  CHECK(out.options.address == "127.0.0.1:8080");
  CHECK(out.options.internal_error_code == 500);
  CHECK_FALSE(out.options.access_logs);
  CHECK(out.options.body_bytes_max == 1000ull * 1024 * 1024);
  CHECK_FALSE(out.options.raw_body);
  CHECK(out.options.header_bytes_max == 1024 * 1024);
  CHECK(out.options.read_header_timeout == 5min);
  CHECK(out.options.read_timeout == 5min);
  CHECK(out.options.write_timeout == 5min);
  CHECK(out.options.idle_timeout == 1h);
  CHECK(out.options.codec == codec_choice::automatic);
  CHECK_FALSE(out.options.unix_socket_mode);
  CHECK(out.options.without_effect.empty());
}

TEST_CASE("every key of http is read with its unit", "[http][http_section]") {
  const auto options =
      options_of("  internal_error_code: 444\n  access_logs: true\n  max_request_size: 2\n"
                 "  raw_body: true\n  max_header_bytes: 8192\n  read_header_timeout: 10s\n"
                 "  read_timeout: 1m\n  write_timeout: 90s\n  idle_timeout: 500ms\n  codec: JSON\n"
                 "  unix_socket_mode: 0660\n");

  CHECK(options.internal_error_code == 444);
  CHECK(options.access_logs);
  CHECK(options.body_bytes_max == 2u * 1024 * 1024);
  CHECK(options.raw_body);
  CHECK(options.header_bytes_max == 8192);
  CHECK(options.read_header_timeout == 10s);
  CHECK(options.read_timeout == 1min);
  CHECK(options.write_timeout == 90s);
  CHECK(options.idle_timeout == 500ms);
  CHECK(options.codec == codec_choice::json);
  CHECK(options.unix_socket_mode == 0660u);
}

TEST_CASE("0 stands for the default", "[http][http_section]") {
  const auto options = options_of("  internal_error_code: 0\n  max_request_size: 0\n  max_header_bytes: 0\n"
                                  "  read_timeout: 0s\n");

  CHECK(options.internal_error_code == 500);
  CHECK(options.body_bytes_max == 1000ull * 1024 * 1024);
  CHECK(options.header_bytes_max == 1024 * 1024);
  CHECK(options.read_timeout == 5min);
}

TEST_CASE("codecs have their names", "[http][http_section]") {
  CHECK(options_of("  codec: auto\n").codec == codec_choice::automatic);
  CHECK(options_of("  codec: proto\n").codec == codec_choice::proto);
  CHECK(options_of("  codec: protobuf\n").codec == codec_choice::proto);
  CHECK_FALSE(read("  address: ':80'\n  codec: msgpack\n").errors.empty());
}

TEST_CASE("the mode of a socket is octal, quoted or not", "[http][http_section]") {
  CHECK(options_of("  unix_socket_mode: '0700'\n").unix_socket_mode == 0700u);
  CHECK(options_of("  unix_socket_mode: 0o777\n").unix_socket_mode == 0777u);
  CHECK(error_of("  address: ':80'\n  unix_socket_mode: 660\n") ==
        "unix_socket_mode must be an octal number up to 0777");
}

TEST_CASE("http without any address cannot run (case 62)", "[http][http_section]") {
  const std::string text =
      "unable to run http service, no method has been specified (http, https, http/2 or FastCGI)";
  CHECK(error_of("  raw_body: true\n") == text);
  CHECK(error_of("  address: ''\n") == text);
}

TEST_CASE("an address without a colon is malformed", "[http][http_section]") {
  CHECK(error_of("  address: localhost\n") == "malformed http server address");
}

TEST_CASE("an error code must be a final status", "[http][http_section]") {
  for (const auto* code : {"99", "103", "600"})
    CHECK(error_of("  address: ':80'\n  internal_error_code: " + std::string{code} + "\n") ==
          "internal_error_code must be a final status, 200 to 599");
  CHECK_FALSE(read("  address: ':80'\n  internal_error_code: -1\n").errors.empty());
}

TEST_CASE("a huge request size is the largest there is", "[http][http_section]") {
  CHECK(options_of("  max_request_size: 18446744073709551615\n").body_bytes_max > 1ull << 63);
}

TEST_CASE("the pool stands beside the keys of http", "[http][http_section]") {
  CHECK(read("  address: ':80'\n  pool:\n    num_workers: 7\n").config.pool.workers == 7);
}

TEST_CASE("keys that are not built yet are accepted and named", "[http][http_section]") {
  const auto out =
      read("  address: ':80'\n  ssl:\n    address: :443\n  fcgi: {}\n  middleware: [gzip]\n  http2:\n"
           "    h2c: true\n  static:\n  uploads: {forbid: ['.php']}\n  trusted_subnets: []\n  debug: true\n");

  CHECK(out.errors.empty());
  CHECK(out.warnings.empty());
  CHECK(out.options.without_effect ==
        std::vector<std::string>{"http.middleware", "http.uploads", "http.ssl", "http.http2"});
  CHECK(without_effect_text("http.ssl") == "http.ssl has no effect in this version");
}

TEST_CASE("a mistyped key gets a warning", "[http][http_section]") {
  const auto out = read("  address: ':80'\n  adress: x\n");
  CHECK(out.errors.empty());
  CHECK(out.warnings.size() == 1);
}

TEST_CASE("no key is described twice", "[http][http_section]") {
  std::set<std::string> keys;
  config::walk(*whole_section().info(), "http",
               [&](const std::string& path, const config::field_info&) { CHECK(keys.insert(path).second); });
  CHECK(keys.count("http.pool.num_workers") == 1);
  CHECK(keys.count("http.ssl") == 1);
}
