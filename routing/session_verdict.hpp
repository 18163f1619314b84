#pragma once

#include <cstdint>
#include <string_view>

#include "routing/choose_worker.hpp"

namespace jkproxy::routing {

// How an exchange left the session (one verdict each).
enum class SessionVerdict : std::uint8_t {
  none,     // no session came, none was made
  created,  // new: none came, one was made
  kept,     // served by the worker that the cookie names
  moved,    // taken over: same stem, another route
  renewed,  // same worker, new stem (log-in)
  lost,     // displaced, and the new worker made another session
};

std::string_view to_text(SessionVerdict verdict);

// What a final answer's head tells of the session.
struct AnswerSeen {
  std::string_view session_id;  // in its Set-Cookie; empty: none
  bool static_file = false;     // served without a look at the session
};

// What that means for the session, its gate and its entry in the take-over table.
struct AnswerJudgement {
  SessionVerdict verdict = SessionVerdict::none;
  Leave gate = Leave::not_proven;
  bool confirms = false;  // it proves the take-over: the entry is to be confirmed
};

// A Set-Cookie of the session proves that msm has taken it over. Another final head proves nothing
// at a fallback: a static file, a redirect to the log-in page. At the session's own worker, which
// has restarted, no Set-Cookie is to come: there any head will do but a static file's.
AnswerJudgement judge_answer(const Request& request, const Decision& decision,
                             const AnswerSeen& answer);

}  // namespace jkproxy::routing
