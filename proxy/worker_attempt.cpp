#include "proxy/worker_attempt.hpp"

#include <algorithm>

#include "proxy/outgoing_head.hpp"

namespace jkproxy::proxy {

using routing::Outcome;

namespace {

constexpr std::chrono::seconds look_interval{1};  // at a client that cannot be read

void count(std::atomic<std::uint64_t>& counter, std::uint64_t by = 1) {
  counter.fetch_add(by, std::memory_order_relaxed);
}

}  // namespace

WorkerAttempt::WorkerAttempt(Exchange& exchange)
    : exchange_{exchange},
      client_{exchange.client},
      loop_{exchange.loop},
      runtime_{*exchange.worker().runtime},
      settings_{exchange.request.balancer->settings},
      send_proxy_{exchange.worker().settings.send_proxy},
      request_text_{loop_.blocks},
      answer_text_{loop_.blocks},
      begin_{loop_.now()},
      progress_at_{begin_} {
  under_way_.waiter = &client_.waiter;
  under_way_.session_id = exchange.request.session_id;
  loop_.under_way(runtime_.id).push_back(under_way_);
  runtime_.busy.fetch_add(1, std::memory_order_relaxed);
  count(runtime_.elected);
  if (!exchange.decision.has_session) count(runtime_.sessions);
}

WorkerAttempt::~WorkerAttempt() {
  runtime_.busy.fetch_sub(1, std::memory_order_relaxed);
}

Task<std::optional<routing::Attempt>> WorkerAttempt::run(bool fresh_connection) {
  bool connected = lease(fresh_connection);
  if (!connected) connected = co_await connect();
  if (!connected) co_return attempt_;
  if (!routing::Router::still_holds(exchange_.request, exchange_.decision, loop_.now())) {
    if (connection_->reused) keep_connection();
    co_return std::nullopt;
  }
  compose_request();
  co_await converse();
  if (switched_) co_await tunnel();
  settle_connection();
  co_return attempt_;
}

// A request that cannot be sent again asks the kernel whether the connection still lives.
bool WorkerAttempt::lease(bool fresh_connection) {
  if (fresh_connection) return false;
  const bool for_sure = !exchange_.facts.idempotent || !exchange_.replayable;
  const auto idle_since = loop_.now() - settings_.idle_timeout;
  auto& connections = loop_.connections;
  connection_ = send_proxy_ == config::SendProxy::none
                    ? connections.lease(runtime_.id, for_sure, idle_since)
                    : connections.lease(client_.own_connection, runtime_.id, for_sure, idle_since);
  attempt_.reused = connection_ != nullptr;
  return attempt_.reused;
}

// For whoever comes next, or for this client alone where the worker was told who it is.
void WorkerAttempt::keep_connection() {
  auto& connections = loop_.connections;
  if (send_proxy_ == config::SendProxy::none)
    return connections.give_back(runtime_.id, std::move(connection_), loop_.now());
  connections.keep(client_.own_connection, runtime_.id, std::move(connection_), loop_.now());
}

Task<bool> WorkerAttempt::connect() {
  const auto* address = loop_.connections.address(runtime_.id);
  if (address == nullptr) co_return judge_connect(EHOSTUNREACH);  // its name is not resolved
  int error = 0;
  connection_ = begin_connect(loop_.executor, loop_.blocks, *address, error);
  if (connection_ == nullptr) co_return judge_connect(error);
  client_.in.park();
  while (!connection_->stream.writable()) {
    connection_->stream.arm_write(client_.waiter);
    const auto wake = co_await client_.waiter.wait(begin_ + settings_.connect_timeout);
    loop_.refresh_now();
    if (loop_.stopping) co_return judge_connect(ECANCELED);
    if (wake == Wake::deadline && !connection_->stream.look()) co_return judge_connect(ETIMEDOUT);
  }
  co_return judge_connect(connection_->stream.connect_error());
}

// True: connected. Otherwise the attempt is over, and nothing was sent.
bool WorkerAttempt::judge_connect(int error) {
  exchange_.record.connect =
      std::chrono::duration_cast<std::chrono::microseconds>(loop_.now() - begin_);
  if (error == 0) {
    runtime_.last_accept.raise(loop_.now());
    return true;
  }
  connection_.reset();
  attempt_.sent_nothing = true;
  attempt_.outcome = error == ECANCELED ? Outcome::client_gone : Outcome::refused;
  attempt_.local_fault = is_local_fault(error);
  attempt_.connect_timed_out = error == ETIMEDOUT;
  attempt_.others_got_through =
      std::max(runtime_.last_accept.load(), runtime_.last_byte.load()) >= begin_;
  // Silence is no end of a process.
  if (routing::effect_on_worker(attempt_) == routing::Effect::dead)
    runtime_.last_refusal.raise(loop_.now());
  return false;
}

void WorkerAttempt::compose_request() {
  const Origin origin{.client_address = client_.peer.address,
                      .listener_port = client_.peer.listener_port,
                      .request_id = exchange_.request_id,
                      .request_id_field = exchange_.snapshot->settings.request_id,
                      .trusted = client_.peer.trusted,
                      .tls = client_.peer.tls};
  if (!connection_->reused) append_proxy_header(send_proxy_, client_.peer.ends, *request_text_);
  compose_request_head(exchange_.head, exchange_.head_text.view(), exchange_.facts, origin,
                       *request_text_);
  auto body = exchange_.facts.framing;
  if (exchange_.body_held) {
    request_text_->append(exchange_.held_body);
    body = {};
  }
  upload_.emplace(body, body, *request_text_);
  under_way_.phase = UnderWay::Phase::sending;
  progress_at_ = loop_.now();
}

// Both directions in turn, until the answer is with the client or one side fails.
Task<> WorkerAttempt::converse() {
  for (int steps = 1; !done_; ++steps) {
    const auto up = step_upload();
    const auto down = done_ ? Progress::blocked : step_download();
    if (interim_pending_) co_await pass_on_interim();
    if (done_) break;
    const bool moved = up == Progress::moved || down == Progress::moved;
    if (moved && steps < BodyPump::steps_in_a_row) continue;
    if (moved) client_.waiter.wake(Wake::ready);
    if (!moved) arm();
    if (!done_) co_await wait();
    steps = 0;
  }
}

WorkerAttempt::Progress WorkerAttempt::step_upload() {
  if (upload_over_) return Progress::blocked;
  upload_step_ = upload_->step(*client_.stream, client_.in, connection_->stream);
  if (upload_->head_sent() && head_written_at_ == TimePoint{}) head_written();
  switch (upload_step_) {
    case BodyPump::Step::source_blocked:
    case BodyPump::Step::sink_blocked: return Progress::blocked;
    case BodyPump::Step::source_failed: return client_left();
    case BodyPump::Step::malformed:
      refusal_ = Refusal{.status = 400, .reason = "The request's body is malformed."};
      return end_with(Outcome::client_gone);
    case BodyPump::Step::sink_failed:
      attempt_.sent_nothing = upload_->sent() == 0;
      upload_failed_ = true;  // it may have answered all the same
      [[fallthrough]];
    case BodyPump::Step::finished:
      upload_over_ = true;
      under_way_.phase = UnderWay::Phase::waiting_for_head;
      client_.in.park();
      [[fallthrough]];
    case BodyPump::Step::moved: progress_at_ = loop_.now(); return Progress::moved;
  }
  return Progress::blocked;
}

void WorkerAttempt::head_written() {
  head_written_at_ = loop_.now();
  const auto& decision = exchange_.decision;
  if (!decision.in_table) return;
  loop_.shared.router.table().dispatched(decision.key, decision.generation, head_written_at_);
  if (exchange_.at_fallback()) exchange_.request.on_fallback = true;
}

void WorkerAttempt::arm() {
  if (!upload_over_ && upload_step_ == BodyPump::Step::sink_blocked)
    connection_->stream.arm_write(client_.waiter);
  if (!upload_over_ && upload_step_ == BodyPump::Step::source_blocked)
    client_.stream->arm_read(client_.waiter);
  if (download_ && download_step_ == BodyPump::Step::sink_blocked)
    return client_.stream->arm_write(client_.waiter);
  connection_->stream.arm_read(client_.waiter);
  if (upload_over_ && !exchange_.client_gone && client_.watch() == ClientConnection::Presence::gone)
    client_left();
}

Task<> WorkerAttempt::wait() {
  const auto begin = loop_.now();
  // Nothing more is read of a client whose bytes the worker does not take: its end goes unnoticed.
  const auto next_look = worker_is_slow() ? loop_.now() + look_interval : TimePoint::max();
  const auto wake = co_await client_.waiter.wait(std::min(deadline(), next_look));
  loop_.refresh_now();
  if (waits_for_client()) waited_for_client_ += loop_.now() - begin;
  if (loop_.stopping) {
    end_with(Outcome::client_gone);
  } else if (wake == Wake::deadline && loop_.now() < deadline()) {
    if (client_.stream->peer_has_left()) client_left();
  } else if (wake == Wake::deadline) {
    // A thread that was held up finds deadlines that passed while answers lay there unread.
    const bool worker_spoke = connection_->stream.look();
    const bool client_spoke = client_.stream->look();
    if (!worker_spoke && !client_spoke) on_deadline();
  } else if (under_way_.broken_off && may_be_broken_off()) {
    attempt_.found_dead = true;
    end_with(Outcome::broken);
  }
}

// Only what can be sent again, and was not yet at a fallback, leaves a worker that was found dead;
// anything else waits on: it may answer yet.
bool WorkerAttempt::may_be_broken_off() const {
  return !download_ && !attempt_.answer_begun && !exchange_.client_gone &&
         exchange_.facts.idempotent && exchange_.replayable && !exchange_.request.on_fallback;
}

TimePoint WorkerAttempt::deadline() const {
  if (!download_ && exchange_.client_gone) return head_written_at_ + settings_.takeover.wait;
  if (waits_for_client()) return client_deadline();
  return progress_at_ + settings_.response_timeout;
}

bool WorkerAttempt::waits_for_client() const {
  return download_ ? download_step_ == BodyPump::Step::sink_blocked : client_is_slow();
}

// Whichever comes first: no progress for so long, or too few bytes for the time that was spent on
// waiting for the client.
TimePoint WorkerAttempt::client_deadline() const {
  const auto& settings = exchange_.snapshot->settings;
  const auto patience = settings.client_timeouts.body;
  const auto no_progress = progress_at_ + patience;
  if (settings.limits.body_rate == 0) return no_progress;
  const auto bytes = download_ ? download_->body_bytes() : upload_->body_bytes();
  const std::chrono::seconds earned{bytes / settings.limits.body_rate};
  return std::min(no_progress, loop_.now() + patience + earned - waited_for_client_);
}

Limit WorkerAttempt::limit_met() const {
  const auto patience = exchange_.snapshot->settings.client_timeouts.body;
  return loop_.now() >= progress_at_ + patience ? Limit::body_time : Limit::body_rate;
}

bool WorkerAttempt::client_is_slow() const {
  return !upload_over_ && upload_step_ == BodyPump::Step::source_blocked;
}

bool WorkerAttempt::worker_is_slow() const {
  return !upload_over_ && upload_step_ == BodyPump::Step::sink_blocked;
}

void WorkerAttempt::on_deadline() {
  if (download_) {
    exchange_.client_gone = waits_for_client();
    loop_.counters.limits.count(exchange_.client_gone ? limit_met() : Limit::response_time);
    exchange_.record.aborted = true;
    done_ = true;
  } else if (exchange_.client_gone) {
    end_with(Outcome::client_gone);
  } else if (client_is_slow()) {
    refusal_ =
        Refusal{.status = 408, .reason = "The request's body took too long.", .limit = limit_met()};
    end_with(Outcome::client_gone);
  } else {
    end_with(Outcome::timed_out);
  }
}

// A take-over that has begun goes on without its client: until the answer's head, or the gate's
// time is over.
WorkerAttempt::Progress WorkerAttempt::client_left() {
  exchange_.client_gone = true;
  if (!download_ && upload_over_ && exchange_.decision.first) return Progress::blocked;
  if (!download_) return end_with(Outcome::client_gone);
  done_ = true;
  return Progress::ended;
}

WorkerAttempt::Progress WorkerAttempt::end_with(Outcome outcome) {
  attempt_.outcome = outcome;
  done_ = true;
  return Progress::ended;
}

// Only a connection on which both messages ended where they should can be used again.
void WorkerAttempt::settle_connection() {
  count(runtime_.bytes_to_worker, upload_->sent());
  if (download_) {
    exchange_.record.bytes_sent = download_->body_bytes();
    count(runtime_.bytes_from_worker, download_->body_bytes());
  }
  const bool complete = relayed_ && upload_->finished() && !upload_failed_;
  if (complete && !connection_->buffer.empty())
    loop_.shared.log->warn("worker {} sent bytes behind a complete answer (rid={})",
                           exchange_.worker().settings.name, exchange_.request_id);
  if (complete && answer_facts_.keep_alive && connection_->buffer.empty()) return keep_connection();
  if (!complete) connection_->stream.abort();
  connection_.reset();
}

}  // namespace jkproxy::proxy
