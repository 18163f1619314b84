// The second half of WorkerAttempt: what the worker answers.

#include "proxy/outgoing_head.hpp"
#include "proxy/route_warning.hpp"
#include "proxy/worker_attempt.hpp"
#include "routing/session_route.hpp"

namespace jkproxy::proxy {

using routing::Outcome;

namespace {

constexpr int most_interim_answers = 10;

}  // namespace

WorkerAttempt::Progress WorkerAttempt::step_download() {
  if (!download_) return read_answer_head();
  download_step_ = download_->step(connection_->stream, connection_->buffer, *client_.stream);
  switch (download_step_) {
    case BodyPump::Step::moved: progress_at_ = loop_.now(); return Progress::moved;
    case BodyPump::Step::source_blocked:
    case BodyPump::Step::sink_blocked: return Progress::blocked;
    case BodyPump::Step::finished: relayed_ = true; break;
    case BodyPump::Step::source_failed:
    case BodyPump::Step::malformed: exchange_.record.aborted = true; break;
    case BodyPump::Step::sink_failed: exchange_.client_gone = true; break;
  }
  done_ = true;
  return Progress::ended;
}

WorkerAttempt::Progress WorkerAttempt::read_answer_head() {
  auto& buffer = connection_->buffer;
  for (;;) {
    if (!buffer.empty()) {
      const auto found =
          search_.find_end(buffer.unread(), BlockPool::block_size, BlockPool::block_size);
      if (found == HeadSearch::Found::complete) return take_answer_head();
      if (found != HeadSearch::Found::need_more) return malformed_answer("a malformed head");
    }
    const auto space = buffer.space();
    if (space.empty()) return malformed_answer("a head without end");
    const auto result = connection_->stream.try_read(space);
    if (!result.moved()) {
      buffer.release_if_empty();
      return result.blocked() ? Progress::blocked : end_with(Outcome::broken);
    }
    buffer.filled(result.bytes);
    attempt_.answer_begun = true;
    runtime_.last_byte.raise(loop_.now());
  }
}

WorkerAttempt::Progress WorkerAttempt::take_answer_head() {
  const auto bytes = connection_->buffer.unread().substr(0, search_.size);
  answer_ = {};
  answer_facts_ = {};
  if (parse_response_head(bytes, exchange_.snapshot->settings.limits.fields, answer_) !=
      Parsed::good)
    return malformed_answer("a malformed head");
  if (const auto fault = check_response(answer_, bytes, exchange_.facts.is_head, answer_facts_))
    return malformed_answer(*fault);
  if (!answer_facts_.interim) {
    begin_download();
    return Progress::moved;
  }
  if (++interim_answers_ > most_interim_answers)
    return malformed_answer("too many interim answers");
  interim_pending_ = true;
  return Progress::moved;
}

WorkerAttempt::Progress WorkerAttempt::malformed_answer(std::string_view fault) {
  loop_.shared.log->warn("worker {} sent an answer that is refused: {} (rid={})",
                         exchange_.worker().settings.name, fault, exchange_.request_id);
  attempt_.answer_begun = true;
  return end_with(Outcome::broken);
}

Task<> WorkerAttempt::pass_on_interim() {
  interim_pending_ = false;
  auto& buffer = connection_->buffer;
  if (exchange_.head.version >= 11 && !exchange_.client_gone) {
    answer_text_->clear();
    compose_interim_head(answer_, buffer.unread().substr(0, search_.size), *answer_text_);
    if (!co_await client_.write_all(answer_text_.view())) client_left();
  }
  buffer.consume(search_.size);
  search_ = {};
  progress_at_ = loop_.now();
}

void WorkerAttempt::begin_download() {
  const auto bytes = connection_->buffer.unread().substr(0, search_.size);
  attempt_.outcome = Outcome::answered;
  exchange_.record.status = answer_.status;
  exchange_.record.head =
      std::chrono::duration_cast<std::chrono::microseconds>(loop_.now() - exchange_.record.begin);
  under_way_.phase = UnderWay::Phase::relaying;
  learn_from_answer(bytes);
  if (exchange_.client_gone) {
    done_ = true;
    return;
  }
  const Delivery delivery{
      .client_http11 = exchange_.head.version >= 11,
      .client_keep_alive = exchange_.client_keep_alive && upload_->finished() && !loop_.draining};
  const auto plan = plan_delivery(answer_facts_, delivery, exchange_.facts.is_head);
  exchange_.client_keep_alive = plan.keep_alive;
  answer_text_->clear();
  compose_response_head(answer_, bytes, answer_facts_, plan, delivery.client_http11, *answer_text_);
  connection_->buffer.consume(search_.size);
  download_.emplace(answer_facts_.framing, plan.framing, *answer_text_);
  progress_at_ = loop_.now();
}

// What the answer says about the worker, the take-over and the session.
void WorkerAttempt::learn_from_answer(std::string_view bytes) {
  runtime_.answered.fetch_add(1, std::memory_order_relaxed);
  if (!runtime_.in_service())
    loop_.shared.outcomes.record(runtime_.id, attempt_, client_.peer_hash);
  std::string_view session_id;
  for (const auto& field : answer_.fields) {
    if (field.name_id != http::field::set_cookie) continue;
    if (const auto id =
            routing::set_cookie_session_id(field.value.in(bytes), settings_.sticky_session.cookie))
      session_id = *id;
  }
  judge_session(session_id);
}

// The verdict on the session, and with it the gate: a Set-Cookie of the session proves that msm has
// taken it over; another final head (a static file, a redirect to the log-in) proves nothing.
void WorkerAttempt::judge_session(std::string_view session_id) {
  const auto& request = exchange_.request;
  const auto& decision = exchange_.decision;
  const bool came = decision.has_session;
  if (session_id.empty()) {
    exchange_.record.session = came ? SessionVerdict::kept : SessionVerdict::none;
    return exchange_.leave_gate(routing::Leave::not_proven);
  }
  warn_of_route(exchange_, session_id);
  const auto route = routing::route_of(session_id).value_or(std::string_view{});
  exchange_.route_out.assign(route);
  exchange_.record.route_out = exchange_.route_out;
  const bool same_stem =
      routing::stem_of(session_id) == routing::stem_of(request.session_id) && came;
  const bool same_route = route == exchange_.record.route_in;
  if (!came) {
    exchange_.record.session = SessionVerdict::created;
  } else if (same_stem) {
    exchange_.record.session = same_route ? SessionVerdict::kept : SessionVerdict::moved;
  } else {
    exchange_.record.session = same_route ? SessionVerdict::renewed : SessionVerdict::lost;
  }
  if (decision.in_table && same_stem && route == exchange_.worker().settings.route)
    loop_.shared.router.table().confirm(decision.key, runtime_.id, settings_.takeover.remember,
                                        loop_.now());
  exchange_.leave_gate(routing::Leave::taken_over);
}

}  // namespace jkproxy::proxy
