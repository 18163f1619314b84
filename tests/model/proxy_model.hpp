#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "routing/choose_worker.hpp"
#include "routing/outcome.hpp"
#include "tests/model/facts.hpp"
#include "tests/model/proxy_health.hpp"

namespace jkproxy::model {

struct Visit;
struct World;

// One jkproxy: what proxy/failover.cpp and proxy/worker_attempt.cpp do with the routing code, with
// messages instead of sockets. The decisions are the real ones.
class ProxyModel {
 public:
  ProxyModel(World& world, int index, const config::Settings& settings);
  ProxyModel(const ProxyModel&) = delete;
  ProxyModel& operator=(const ProxyModel&) = delete;

  void start() { health_.start(); }

  // From browsers: both are already on their way.
  void receive(RequestId id);
  void leave_client(RequestId id);
  // From Tomcats: they set out now.
  void send_answer(VisitId id);
  void lose_connection(RequestId id, std::uint32_t ticket);
  void lose_process(int node, std::uint32_t process);

  void pause();
  void resume();
  void set_out_of_sockets(bool out) { out_of_sockets_ = out; }
  void set_activation(int node, routing::Activation activation) {
    health_.set_activation(node, activation);
  }
  // Whether this worker, that the request was sent to, is not the session's any more, by what is
  // known here.
  bool has_left(RequestId id, int node) const;
  bool is_stopped(int node) const {
    const auto& worker = *balancer().members[static_cast<std::size_t>(node)].worker;
    return worker.runtime->activation.load() == routing::Activation::stopped;
  }
  // As far as it knows, there is no process.
  bool saw_process_end(int node) const {
    const auto& runtime = *balancer().members[static_cast<std::size_t>(node)].worker->runtime;
    return runtime.process() > runtime.generation.load();
  }
  bool was_paused_at(TimePoint time) const {
    return paused_at_ != TimePoint{} && paused_at_ <= time && (os_.stopped || time <= resumed_at_);
  }
  Process& os() { return os_; }
  Duration paused_for() const { return paused_for_; }
  const config::BalancerSettings& settings() const { return balancer().settings; }

 private:
  enum class Phase : std::uint8_t { at_gate, until_quiet, connecting, sent, being_checked, over };

  // One request; `ticket` goes up with every step, so that what belongs to an older one is ignored.
  struct Exchange {
    RequestId id = 0;
    std::string session_id;
    routing::Request request;
    routing::Decision decision;
    routing::Decision sent;  // the last one that a head was written for, and when its attempt began
    TimePoint sent_begin;
    Phase phase = Phase::at_gate;
    std::uint32_t ticket = 0;
    bool at_gate = false;
    bool client_gone = false;
    bool reused = false;
    int breaks_on_fresh = 0;
    bool reconnects = false;
    std::uint32_t process = 0;  // that its connection goes to
    TimePoint begin;
    TimePoint attempt_begin;
    TimePoint written;
    TimePoint quiet_deadline;
    std::optional<TimePoint> quiet_since;
  };
  struct Idle {
    int node;
    std::uint32_t process;
    TimePoint since;
  };

  const routing::Balancer& balancer() const { return snapshot_->balancers.front(); }
  routing::WorkerRuntime& runtime_of(const Exchange& exchange) const;
  int node_of(const Exchange& exchange) const { return static_cast<int>(exchange.decision.member); }
  Exchange* find(RequestId id) const;
  Exchange* find(RequestId id, std::uint32_t ticket) const;
  void step_later(Exchange& exchange, TimePoint when, void (ProxyModel::*step)(Exchange&));

  // The loop of failover.cpp.
  void choose(Exchange& exchange);
  void take_choice(Exchange& exchange);
  void leave_gate(Exchange& exchange, const routing::TakeoverKey& key, routing::Leave how);
  void call(const routing::WaiterRef& waiter);
  void wake(RequestId id);
  void wait_at_gate(Exchange& exchange);
  void wait_until_quiet(Exchange& exchange);
  void look_whether_quiet(Exchange& exchange);
  void end_quiet_wait(Exchange& exchange, bool quiet);
  void judge(Exchange& exchange, const routing::Attempt& ended);
  void ask_whether_it_lives(Exchange& exchange);
  void connect_to_check(Exchange& exchange);
  void end_check(Exchange& exchange, bool lives);
  void exclude_worker(Exchange& exchange, bool refused);
  void refuse(Exchange& exchange, int status);
  void finish(Exchange& exchange);

  // worker_attempt.cpp.
  void attempt(Exchange& exchange, bool fresh_connection);
  bool lease(Exchange& exchange);
  void connect(Exchange& exchange);
  void reach_kernel(Exchange& exchange);
  void end_connect(Exchange& exchange, bool timed_out, bool local_fault);
  void connected(Exchange& exchange);
  void write_head(Exchange& exchange);
  void notice_client_gone(Exchange& exchange);
  void read_head(Exchange& exchange, const Visit& visit);
  void learn_from_answer(Exchange& exchange, const Answer& answer);
  void pass_deadline(Exchange& exchange);
  void end_attempt(Exchange& exchange, const routing::Attempt& ended);
  void break_off(int node);
  std::size_t under_way(int node, std::uint32_t stem) const;

  World& world_;
  int index_;
  Process os_;
  std::shared_ptr<const routing::Snapshot> snapshot_;
  routing::TakeoverTable table_;
  routing::Router router_;
  std::size_t offset_ = 0;
  ProxyHealth health_;
  std::deque<Exchange> exchanges_;
  std::vector<Exchange*> under_way_;
  std::vector<Idle> idle_;
  bool out_of_sockets_ = false;
  TimePoint paused_at_;
  TimePoint resumed_at_;
  Duration paused_for_{0};
};

}  // namespace jkproxy::model
