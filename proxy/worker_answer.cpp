// The second half of WorkerAttempt: what the worker answers.

#include "proxy/outgoing_head.hpp"
#include "proxy/route_warning.hpp"
#include "proxy/tunnel.hpp"
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
    case BodyPump::Step::moved:
      progress_at_ = loop_.now();
      runtime_.last_byte.raise(progress_at_);
      return Progress::moved;
    case BodyPump::Step::source_blocked:
    case BodyPump::Step::sink_blocked: return Progress::blocked;
    case BodyPump::Step::finished: relayed_ = true; break;
    case BodyPump::Step::malformed:
      if (download_->sent() == 0) return malformed_answer("a malformed first chunk");
      [[fallthrough]];
    case BodyPump::Step::source_failed: exchange_.record.aborted = true; break;
    case BodyPump::Step::sink_failed: exchange_.client_gone = true; break;
  }
  done_ = true;
  return Progress::ended;
}

WorkerAttempt::Progress WorkerAttempt::read_answer_head() {
  auto& buffer = connection_->buffer;
  for (;;) {
    if (!buffer.empty()) {
      const auto most = exchange_.snapshot->settings.limits.response_head;
      const auto found = search_.find_end(buffer.unread(), most, most);
      if (found == HeadSearch::Found::complete) return take_answer_head();
      if (found == HeadSearch::Found::bare_line_end) return malformed_answer("a malformed head");
      if (found != HeadSearch::Found::need_more) return answer_head_too_large();
    }
    const auto space = buffer.space();
    if (space.empty()) return answer_head_too_large();
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
  const auto& request = exchange_.facts;
  const auto upgrade =
      request.may_upgrade ? request.upgrade.in(exchange_.head_text.view()) : std::string_view{};
  if (const auto fault =
          check_response(answer_, bytes, exchange_.facts.is_head, upgrade, answer_facts_))
    return malformed_answer(*fault);
  if (!answer_facts_.interim) {
    if (came_too_late()) return end_with(Outcome::broken);
    begin_download();
    return Progress::moved;
  }
  if (++interim_answers_ > most_interim_answers)
    return malformed_answer("too many interim answers");
  interim_pending_ = true;
  return Progress::moved;
}

// Another worker has taken the session over meanwhile: what this one says comes from an old copy.
bool WorkerAttempt::came_too_late() {
  const auto& router = loop_.shared.router;
  attempt_.session_left =
      router.has_left(exchange_.request, exchange_.decision, begin_, loop_.now());
  attempt_.answer_begun = interim_answers_ > 0;
  return attempt_.session_left;
}

WorkerAttempt::Progress WorkerAttempt::answer_head_too_large() {
  loop_.counters.limits.count(Limit::response_head);
  return malformed_answer("its head is larger than limits.response_head");
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
  if (answer_facts_.switches) return switch_protocols(bytes);
  const Delivery delivery{
      .client_http11 = exchange_.head.version >= 11,
      .client_keep_alive = exchange_.client_keep_alive && upload_->finished() && !loop_.draining};
  const auto plan = plan_delivery(answer_facts_, delivery, exchange_.facts.is_head);
  exchange_.client_keep_alive = plan.keep_alive;
  exchange_.ends_with_connection = plan.framing.kind == Framing::Kind::until_close;
  answer_text_->clear();
  compose_response_head(answer_, bytes, answer_facts_, plan, delivery.client_http11, *answer_text_);
  connection_->buffer.consume(search_.size);
  download_.emplace(answer_facts_.framing, plan.framing, *answer_text_);
  progress_at_ = loop_.now();
}

void WorkerAttempt::switch_protocols(std::string_view bytes) {
  switched_ = done_ = exchange_.ends_with_connection = true;
  exchange_.client_keep_alive = false;
  answer_text_->clear();
  compose_switch_head(answer_, bytes, exchange_.facts.upgrade.in(exchange_.head_text.view()),
                      *answer_text_);
  connection_->buffer.consume(search_.size);
}

Task<> WorkerAttempt::tunnel() {
  Tunnel tunnel{client_, connection_->stream, connection_->buffer, *answer_text_};
  under_way_.phase = UnderWay::Phase::tunnelling;
  runtime_.tunnels.fetch_add(1, std::memory_order_relaxed);
  const auto end = co_await tunnel.run(settings_.tunnel_timeout, under_way_.broken_off);
  runtime_.tunnels.fetch_sub(1, std::memory_order_relaxed);
  exchange_.record.aborted = end != Tunnel::End::orderly;
  exchange_.record.bytes_sent = tunnel.bytes_to_client();
  runtime_.bytes_to_worker.fetch_add(tunnel.bytes_to_worker(), std::memory_order_relaxed);
  runtime_.bytes_from_worker.fetch_add(tunnel.bytes_to_client(), std::memory_order_relaxed);
}

// What the answer says about the worker, the take-over and the session.
void WorkerAttempt::learn_from_answer(std::string_view bytes) {
  runtime_.answered.fetch_add(1, std::memory_order_relaxed);
  if (!runtime_.in_service())
    loop_.shared.outcomes.record(runtime_.id, attempt_, client_.peer.address_hash);
  routing::AnswerSeen seen{.session_id = {}, .static_file = is_static_file(answer_)};
  for (const auto& field : answer_.fields) {
    if (field.name_id != http::field::set_cookie) continue;
    if (const auto id =
            routing::set_cookie_session_id(field.value.in(bytes), settings_.sticky_session.cookie))
      seen.session_id = *id;
  }
  if (!seen.session_id.empty()) warn_of_route(exchange_, seen.session_id);
  judge_session(seen);
}

void WorkerAttempt::judge_session(const routing::AnswerSeen& answer) {
  const auto& decision = exchange_.decision;
  const auto judgement = routing::judge_answer(exchange_.request, decision, answer);
  exchange_.record.session = judgement.verdict;
  exchange_.route_out.assign(routing::route_of(answer.session_id).value_or(std::string_view{}));
  exchange_.record.route_out = exchange_.route_out;
  if (judgement.confirms)
    loop_.shared.router.table().confirm(decision.key, runtime_.id, settings_.takeover.remember,
                                        loop_.now());
  exchange_.leave_gate(judgement.gate);
}

}  // namespace jkproxy::proxy
