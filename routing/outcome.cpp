#include "routing/outcome.hpp"

namespace jkproxy::routing {

namespace {

bool may_be_sent_twice(const Repeatability& request) {
  return request.idempotent && request.replayable;
}

// Nothing was sent.
Next after_refusal(const Attempt& attempt, const Repeatability& request) {
  if (request.on_fallback) return Next::bad_gateway;
  if (!attempt.connect_timed_out || request.balanced) return Next::fallback;
  if (request.reconnects) return Next::unavailable;
  return attempt.others_got_through ? Next::same_worker : Next::fallback;
}

// A kept-alive connection that ends says nothing about the worker.
Next after_break_on_reused(const Attempt& attempt, const Repeatability& request) {
  if (attempt.sent_nothing || may_be_sent_twice(request)) return Next::same_worker;
  return Next::bad_gateway;
}

Next after_break_on_fresh(const Repeatability& request) {
  if (request.on_fallback || !may_be_sent_twice(request)) return Next::bad_gateway;
  return request.breaks_on_fresh == 0 ? Next::same_worker : Next::check_worker;
}

// The request may run at its worker, or has run there, in a copy that is no longer the session.
Next after_displacement(const Repeatability& request) {
  const bool may_go = may_be_sent_twice(request) && !request.on_fallback;
  return may_go ? Next::fallback : Next::bad_gateway;
}

}  // namespace

std::string_view to_text(Outcome outcome) {
  switch (outcome) {
    case Outcome::answered: return "answered";
    case Outcome::refused: return "refused";
    case Outcome::busy: return "busy";
    case Outcome::broken: return "broken";
    case Outcome::timed_out: return "timed_out";
    case Outcome::client_gone: return "client_gone";
  }
  return "?";
}

Next next_step(const Attempt& attempt, const Repeatability& request) {
  const bool over = attempt.outcome == Outcome::answered || attempt.outcome == Outcome::client_gone;
  if (over) return Next::finish;
  if (attempt.outcome == Outcome::timed_out) return Next::gateway_timeout;
  if (attempt.answer_begun) return Next::bad_gateway;
  if (attempt.found_dead || attempt.session_left) return after_displacement(request);
  if (attempt.local_fault) return Next::unavailable;
  switch (attempt.outcome) {
    case Outcome::refused: return after_refusal(attempt, request);
    case Outcome::busy:
      return request.balanced && !request.on_fallback ? Next::fallback : Next::unavailable;
    case Outcome::broken:
      return attempt.reused ? after_break_on_reused(attempt, request)
                            : after_break_on_fresh(request);
    case Outcome::timed_out:
    case Outcome::answered:
    case Outcome::client_gone: break;
  }
  return Next::finish;
}

Effect effect_on_worker(const Attempt& attempt) {
  const bool of_our_making = attempt.local_fault || attempt.found_dead || attempt.session_left;
  if (of_our_making) return Effect::none;
  switch (attempt.outcome) {
    case Outcome::answered: return Effect::alive;
    // Silence may be a full accept queue: it counts only while nobody gets through.
    case Outcome::refused:
      if (!attempt.connect_timed_out) return Effect::dead;
      return attempt.others_got_through ? Effect::none : Effect::suspicious;
    case Outcome::broken: return attempt.reused ? Effect::none : Effect::suspicious;
    case Outcome::busy:
    case Outcome::timed_out:
    case Outcome::client_gone: return Effect::none;
  }
  return Effect::none;
}

}  // namespace jkproxy::routing
