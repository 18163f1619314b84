#pragma once

#include <cstdint>
#include <string_view>

#include "routing/worker_runtime.hpp"

namespace jkproxy::routing {

// How one attempt at one worker ended.
enum class [[nodiscard]] Outcome : std::uint8_t{
    answered,     // a final response head came
    refused,      // no connection: refused, unreachable, or the connect timed out
    busy,         // it lives, but takes nothing more (max_connections)
    broken,       // the connection ended before a final response head
    timed_out,    // no response head within response_timeout
    client_gone,  // the client left first; says nothing about the worker
};

std::string_view to_text(Outcome outcome);

// One attempt, with what decides whether the request may be sent again.
struct Attempt {
  Outcome outcome = Outcome::answered;
  bool reused = false;              // over a kept-alive connection
  bool sent_nothing = false;        // the socket took not one byte of the request
  bool answer_begun = false;        // a response byte came, an interim response included
  bool connect_timed_out = false;   // refused, but by silence
  bool others_got_through = false;  // the worker accepted or answered somebody meanwhile
  bool local_fault = false;         // EMFILE, EADDRNOTAVAIL, no memory: never the worker's fault
  bool found_dead = false;          // broken off by us: the worker's checks time out
  bool session_left = false;  // the answer came, too late: the session is at another worker now
};

// The request, as far as sending it again goes.
struct Repeatability {
  bool idempotent = false;   // RFC 9110 9.2.2
  bool replayable = false;   // its body is still at hand, whole
  bool on_fallback = false;  // a displaced session's request, and sent to its fallback worker
  int breaks_on_fresh = 0;   // earlier attempts at this worker that broke on a fresh connection
  bool reconnects = false;   // its connect to this worker timed out once, while others got through
  bool balanced = false;     // no session: where nothing was sent, any other worker will do
};

// What to do after an attempt.
enum class [[nodiscard]] Next : std::uint8_t{
    finish,           // the answer is the client's, or the client is gone
    same_worker,      // once more, on a fresh connection
    check_worker,     // an immediate check of the worker decides: dead -> fallback, alive -> leave
    fallback,         // another worker
    bad_gateway,      // 502
    unavailable,      // 503
    gateway_timeout,  // 504
};

// The table of evidence: when a request may be sent again, and when its session is displaced.
Next next_step(const Attempt& attempt, const Repeatability& request);

// What an attempt says about its worker.
enum class [[nodiscard]] Effect : std::uint8_t{
    none,
    alive,       // counts against error, ends error
    suspicious,  // `fall` different clients in a row make it an error
    dead,        // error at once
};

Effect effect_on_worker(const Attempt& attempt);

// Where I/O threads report attempts; the health monitor listens on the control thread. Called from
// any I/O thread; must not block. An answer of a worker in state ok need not be reported.
class OutcomeSink {
 public:
  virtual ~OutcomeSink() = default;
  // `client` identifies the client's address, for "different clients in a row".
  virtual void record(WorkerId worker, const Attempt& attempt, std::uint64_t client) = 0;
};

}  // namespace jkproxy::routing
