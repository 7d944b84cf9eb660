#include "plugins/http/worker_codec.hpp"

#include <algorithm>
#include <utility>

namespace rr::http {

worker_codec::worker_codec(codec_choice choice) : choice_(choice) {
  if (choice == codec_choice::proto)
    decide(payload_codec::proto, "http.codec is proto");
  else if (choice == codec_choice::json)
    decide(payload_codec::json, "http.codec is json");
}

payload_codec worker_codec::of(const handshake& said) const {
  if (choice_ != codec_choice::automatic)
    return verdict_;
  bool reads_json = std::find(said.codecs.begin(), said.codecs.end(), "json") != said.codecs.end();
  return reads_json ? payload_codec::json : payload_codec::undecided;
}

payload_codec worker_codec::resolve(payload_codec chosen) const {
  return chosen == payload_codec::undecided ? verdict_ : chosen;
}

void worker_codec::decide(payload_codec verdict, std::string reason) {
  if (decided_)
    return;
  decided_ = true;
  verdict_ = verdict;
  reason_ = std::move(reason);
  for (auto& f : std::exchange(waiting_, {}))
    f();
}

void worker_codec::when_decided(std::function<void()> f) {
  if (decided_)
    f();
  else
    waiting_.push_back(std::move(f));
}

} // namespace rr::http
