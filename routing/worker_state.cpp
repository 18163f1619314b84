#include "routing/worker_state.hpp"

namespace jkproxy::routing {

std::string_view to_text(WorkerState state) {
  switch (state) {
    case WorkerState::ok: return "OK";
    case WorkerState::busy: return "OK/BUSY";
    case WorkerState::error: return "ERR";
    case WorkerState::recover: return "ERR/REC";
    case WorkerState::probe: return "ERR/PRB";
  }
  return "?";
}

std::string_view to_text(Activation activation) {
  switch (activation) {
    case Activation::active: return "ACT";
    case Activation::disabled: return "DIS";
    case Activation::stopped: return "STP";
  }
  return "?";
}

}  // namespace jkproxy::routing
