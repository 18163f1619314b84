#pragma once

#include <cstdint>
#include <string_view>

#include "config/settings.hpp"

namespace jkproxy::routing {

using config::Activation;

// What we observed of a worker (mod_jk: worker.state). Kept apart from its activation, which is the
// operator's wish, and from `tried`, which belongs to one request.
//
//   ok --refused, `fall` bad checks--> error --recover_time, no health check--> recover
//   recover --claimed by one request--> probe --answered--> ok, --failed--> error
//   error --`rise` good checks, or an answered forced request--> ok
enum class WorkerState : std::uint8_t {
  ok,       // OK
  busy,     // OK/BUSY: alive, takes nothing more at the moment
  error,    // ERR: only a forced recovery goes there
  recover,  // ERR/REC: the next request may claim it as a probe
  probe,    // ERR/PRB: one request is finding out
};

std::string_view to_text(WorkerState state);
std::string_view to_text(Activation activation);

}  // namespace jkproxy::routing
