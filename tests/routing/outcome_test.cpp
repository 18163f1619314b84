#include "routing/outcome.hpp"

#include <gtest/gtest.h>

namespace jkproxy::routing {
namespace {

constexpr Repeatability safe{.idempotent = true, .replayable = true};
constexpr Repeatability unsafe{.idempotent = false, .replayable = true};
constexpr Repeatability unreplayable{.idempotent = true, .replayable = false};

Repeatability with(Repeatability request, bool on_fallback, int breaks = 0) {
  request.on_fallback = on_fallback;
  request.breaks_on_fresh = breaks;
  return request;
}

Repeatability balanced(Repeatability request) {
  request.balanced = true;
  return request;
}

Repeatability again(Repeatability request) {
  request.reconnects = true;
  return request;
}

struct Case {
  const char* what;
  Attempt attempt;
  Repeatability request;
  Next next;
};

TEST(NextStep, FollowsTheTableOfEvidence) {
  const Attempt answered{.outcome = Outcome::answered};
  const Attempt gone{.outcome = Outcome::client_gone, .answer_begun = true};
  const Attempt refused{.outcome = Outcome::refused, .sent_nothing = true};
  const Attempt silent{
      .outcome = Outcome::refused, .sent_nothing = true, .connect_timed_out = true};
  const Attempt others_get_through{.outcome = Outcome::refused,
                                   .sent_nothing = true,
                                   .connect_timed_out = true,
                                   .others_got_through = true};
  const Attempt local{.outcome = Outcome::refused, .sent_nothing = true, .local_fault = true};
  const Attempt busy{.outcome = Outcome::busy, .sent_nothing = true};
  const Attempt slow{.outcome = Outcome::timed_out};
  const Attempt slow_begun{.outcome = Outcome::timed_out, .answer_begun = true};
  const Attempt stale{.outcome = Outcome::broken, .reused = true};
  const Attempt stale_unsent{.outcome = Outcome::broken, .reused = true, .sent_nothing = true};
  const Attempt stale_begun{.outcome = Outcome::broken, .reused = true, .answer_begun = true};
  const Attempt broken{.outcome = Outcome::broken};
  const Attempt broken_unsent{.outcome = Outcome::broken, .sent_nothing = true};
  const Attempt broken_begun{.outcome = Outcome::broken, .answer_begun = true};
  const Attempt dead{.outcome = Outcome::broken, .found_dead = true};
  const Attempt late{.outcome = Outcome::broken, .reused = true, .session_left = true};
  const Attempt late_begun{.outcome = Outcome::broken, .answer_begun = true, .session_left = true};
  const Case cases[] = {
      {"found dead, safe", dead, safe, Next::fallback},
      {"found dead, unsafe", dead, unsafe, Next::bad_gateway},
      {"found dead, on fallback", dead, with(safe, true), Next::bad_gateway},
      {"answer too late, safe", late, safe, Next::fallback},
      {"answer too late, unsafe", late, unsafe, Next::bad_gateway},
      {"answer too late, body gone", late, unreplayable, Next::bad_gateway},
      {"answer too late, on fallback", late, with(safe, true), Next::bad_gateway},
      {"answer too late, after an interim response", late_begun, safe, Next::bad_gateway},
      {"answered", answered, safe, Next::finish},
      {"client gone", gone, safe, Next::finish},
      {"refused, safe", refused, safe, Next::fallback},
      {"refused, unsafe", refused, unsafe, Next::fallback},
      {"refused, body gone", refused, unreplayable, Next::fallback},
      {"refused, after it was sent to a fallback", refused, with(safe, true), Next::bad_gateway},
      {"connect timed out, silent worker", silent, unsafe, Next::fallback},
      {"connect timed out, living worker", others_get_through, unsafe, Next::same_worker},
      {"the same again", others_get_through, again(unsafe), Next::unavailable},
      {"and then nobody got through", silent, again(unsafe), Next::unavailable},
      {"refused then", refused, again(unsafe), Next::fallback},
      {"connect timed out, no session", others_get_through, balanced(safe), Next::fallback},
      {"connect timed out, on fallback", silent, with(safe, true), Next::bad_gateway},
      {"local fault", local, safe, Next::unavailable},
      {"busy with a session", busy, safe, Next::unavailable},
      {"busy without one", busy, balanced(unsafe), Next::fallback},
      {"slow, safe", slow, safe, Next::gateway_timeout},
      {"slow, unsafe", slow, unsafe, Next::gateway_timeout},
      {"slow, begun", slow_begun, safe, Next::gateway_timeout},
      {"stale, safe", stale, safe, Next::same_worker},
      {"stale, unsafe", stale, unsafe, Next::bad_gateway},
      {"stale, body gone", stale, unreplayable, Next::bad_gateway},
      {"stale, unsafe, nothing sent", stale_unsent, unsafe, Next::same_worker},
      {"stale, body gone, nothing sent", stale_unsent, unreplayable, Next::same_worker},
      {"stale, after an interim response", stale_begun, safe, Next::bad_gateway},
      {"stale, on fallback", stale, with(safe, true), Next::same_worker},
      {"stale, after a break", stale, with(safe, false, 1), Next::same_worker},
      {"broken, safe", broken, safe, Next::same_worker},
      {"broken again, safe", broken, with(safe, false, 1), Next::check_worker},
      {"broken, unsafe", broken, unsafe, Next::bad_gateway},
      {"broken, unsafe, nothing sent", broken_unsent, unsafe, Next::bad_gateway},
      {"broken, body gone", broken, unreplayable, Next::bad_gateway},
      {"broken, on fallback", broken, with(safe, true), Next::bad_gateway},
      {"broken again, on fallback", broken, with(safe, true, 1), Next::bad_gateway},
      {"broken, after an interim response", broken_begun, safe, Next::bad_gateway},
  };
  for (const auto& c : cases) EXPECT_EQ(next_step(c.attempt, c.request), c.next) << c.what;
}

TEST(NextStep, NothingIsSentTwiceThatIsUnsafeOrBegun) {
  for (int bits = 0; bits < 256; ++bits) {
    for (const auto outcome :
         {Outcome::refused, Outcome::busy, Outcome::broken, Outcome::timed_out}) {
      const Attempt attempt{.outcome = outcome,
                            .reused = (bits & 1) != 0,
                            .sent_nothing = (bits & 2) != 0 || outcome == Outcome::refused ||
                                            outcome == Outcome::busy,
                            .answer_begun = (bits & 4) != 0,
                            .others_got_through = (bits & 128) != 0};
      const Repeatability request{.idempotent = (bits & 8) != 0,
                                  .replayable = (bits & 16) != 0,
                                  .on_fallback = (bits & 32) != 0,
                                  .breaks_on_fresh = (bits & 64) != 0 ? 1 : 0};
      const auto next = next_step(attempt, request);
      const bool again = next == Next::same_worker || next == Next::fallback;
      if (!again) continue;
      EXPECT_FALSE(attempt.answer_begun) << bits;
      EXPECT_TRUE(attempt.sent_nothing || (request.idempotent && request.replayable)) << bits;
      EXPECT_FALSE(next == Next::fallback && request.on_fallback) << bits;
    }
  }
}

TEST(EffectOnWorker, OnlyEvidenceCounts) {
  const std::pair<Attempt, Effect> cases[] = {
      {{.outcome = Outcome::answered}, Effect::alive},
      {{.outcome = Outcome::refused}, Effect::dead},
      {{.outcome = Outcome::refused, .connect_timed_out = true}, Effect::suspicious},
      {{.outcome = Outcome::refused, .connect_timed_out = true, .others_got_through = true},
       Effect::none},
      {{.outcome = Outcome::refused, .local_fault = true}, Effect::none},
      {{.outcome = Outcome::broken}, Effect::suspicious},
      {{.outcome = Outcome::broken, .reused = true}, Effect::none},
      {{.outcome = Outcome::broken, .local_fault = true}, Effect::none},
      {{.outcome = Outcome::broken, .found_dead = true}, Effect::none},
      {{.outcome = Outcome::broken, .session_left = true}, Effect::none},
      {{.outcome = Outcome::busy}, Effect::none},
      {{.outcome = Outcome::timed_out}, Effect::none},
      {{.outcome = Outcome::client_gone}, Effect::none},
  };
  for (const auto& [attempt, effect] : cases)
    EXPECT_EQ(effect_on_worker(attempt), effect) << to_text(attempt.outcome);
}

}  // namespace
}  // namespace jkproxy::routing
