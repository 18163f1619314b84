#pragma once

#include <optional>

#include "proxy/body_pump.hpp"
#include "proxy/exchange.hpp"
#include "proxy/message_head.hpp"
#include "proxy/response_rules.hpp"
#include "proxy/worker_connections.hpp"
#include "routing/outcome.hpp"

namespace jkproxy::proxy {

// One attempt at one worker: lease or connect, send the request, relay the answer. Request and
// answer travel side by side: an early answer, a client that leaves and a worker that dies are
// noticed at any moment. Every errno becomes an Outcome here and goes no further.
class WorkerAttempt {
 public:
  explicit WorkerAttempt(Exchange& exchange);
  ~WorkerAttempt();
  WorkerAttempt(const WorkerAttempt&) = delete;
  WorkerAttempt& operator=(const WorkerAttempt&) = delete;

  // Nothing: while we connected the choice was overtaken; choose again.
  Task<std::optional<routing::Attempt>> run(bool fresh_connection);

  // After `run`: what the client did wrong while its body was read (400, 408).
  std::optional<Refusal> refusal() const { return refusal_; }

 private:
  enum class Progress : std::uint8_t { moved, blocked, ended };

  bool lease(bool fresh_connection);
  void keep_connection();
  Task<bool> connect();
  bool judge_connect(int error);
  void compose_request();

  Task<> converse();
  Progress step_upload();
  void head_written();
  void arm();
  Task<> wait();
  bool may_be_broken_off() const;
  TimePoint deadline() const;
  bool client_is_slow() const;
  bool worker_is_slow() const;
  bool waits_for_client() const;
  TimePoint client_deadline() const;
  Limit limit_met() const;
  void on_deadline();
  Progress client_left();
  Progress end_with(routing::Outcome outcome);
  void settle_connection();

  Progress step_download();
  Progress read_answer_head();
  Progress take_answer_head();
  bool came_too_late();
  Progress answer_head_too_large();
  Progress malformed_answer(std::string_view fault);
  Task<> pass_on_interim();
  void begin_download();
  void switch_protocols(std::string_view bytes);
  // Behind a 101: proxy/tunnel.cpp carries the bytes.
  Task<> tunnel();
  void learn_from_answer(std::string_view bytes);
  void judge_session(const routing::AnswerSeen& answer);

  Exchange& exchange_;
  ClientConnection& client_;
  Loop& loop_;
  routing::WorkerRuntime& runtime_;
  const config::BalancerSettings& settings_;
  const config::SendProxy send_proxy_;
  UnderWay under_way_;
  WorkerConnections::Connection connection_;
  PooledText request_text_;
  PooledText answer_text_;

  routing::Attempt attempt_;
  std::optional<Refusal> refusal_;
  std::optional<BodyPump> upload_;
  std::optional<BodyPump> download_;
  HeadSearch search_;
  ResponseHead answer_;
  ResponseFacts answer_facts_;
  int interim_answers_ = 0;
  TimePoint begin_;
  TimePoint progress_at_;
  TimePoint head_written_at_{};
  TimePoint::duration waited_for_client_{};
  BodyPump::Step upload_step_ = BodyPump::Step::moved;
  BodyPump::Step download_step_ = BodyPump::Step::moved;
  bool upload_over_ = false;
  bool upload_failed_ = false;
  bool interim_pending_ = false;  // an interim head lies in the buffer
  bool done_ = false;
  bool relayed_ = false;   // the client got all of the answer
  bool switched_ = false;  // the worker has switched protocols: a tunnel follows
};

}  // namespace jkproxy::proxy
