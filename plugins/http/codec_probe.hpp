#pragma once

#include "actors/messages.hpp"
#include "plugins/http/worker_codec.hpp"
#include "supervisor/process.hpp"

#include <memory>

namespace rr::http {

/// Finds out once which codec the workers of a command should be spoken to in, while they boot, and ends.
///
/// JSON when the command is PHP without the protobuf extension and Composer's metadata lists a client that
/// reads JSON; protobuf otherwise, also when PHP does not answer within five seconds.
using codec_probe_actor = supervised_actor::extend<
    // To itself: PHP has had its time.
    caf::reacts_to<tick_atom>>;

codec_probe_actor spawn_codec_probe(caf::actor_system& system, birth b,
                                    std::shared_ptr<process_launcher> launcher, process_spec worker,
                                    std::shared_ptr<worker_codec> codec);

} // namespace rr::http
