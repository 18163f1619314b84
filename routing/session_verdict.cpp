#include "routing/session_verdict.hpp"

namespace jkproxy::routing {

std::string_view to_text(SessionVerdict verdict) {
  switch (verdict) {
    case SessionVerdict::none: return "none";
    case SessionVerdict::created: return "new";
    case SessionVerdict::kept: return "kept";
    case SessionVerdict::moved: return "moved";
    case SessionVerdict::renewed: return "renewed";
    case SessionVerdict::lost: return "lost";
  }
  return "?";
}

AnswerJudgement judge_answer(const Request& request, const Decision& decision,
                             const AnswerSeen& answer) {
  const bool came = decision.has_session;
  if (answer.session_id.empty()) {
    const bool at_own = decision.own == decision.member;
    return {.verdict = came ? SessionVerdict::kept : SessionVerdict::none,
            .gate = at_own && !answer.static_file ? Leave::answered : Leave::not_proven};
  }
  if (!came) return {.verdict = SessionVerdict::created, .gate = Leave::settled};

  const auto& worker = *request.balancer->members[decision.member].worker;
  const auto route = route_of(answer.session_id).value_or(std::string_view{});
  const bool same_route = route == route_of(request.session_id).value_or(std::string_view{});
  const bool same_stem = stem_of(answer.session_id) == stem_of(request.session_id);
  AnswerJudgement judgement{.gate = same_stem ? Leave::settled : Leave::answered};
  if (same_stem) {
    judgement.verdict = same_route ? SessionVerdict::kept : SessionVerdict::moved;
  } else {
    judgement.verdict = same_route ? SessionVerdict::renewed : SessionVerdict::lost;
  }
  judgement.confirms = decision.in_table && same_stem && route == worker.settings.route;
  return judgement;
}

}  // namespace jkproxy::routing
