#include "tests/model/browser.hpp"

#include <algorithm>

#include "tests/model/world.hpp"

namespace jkproxy::model {

namespace {

constexpr int most_writes = 63;

}  // namespace

SessionId Browser::cookie_for(const Intent& intent) {
  if (!intent.old_cookie || earlier_.empty()) return cookie_;
  return earlier_[static_cast<std::size_t>(world_.random.below(static_cast<int>(earlier_.size())))];
}

void Browser::send(const Intent& intent) {
  const auto id = static_cast<RequestId>(world_.requests.size());
  auto& request = world_.requests.emplace_back();
  request.id = id;
  request.jar = jar_;
  request.era = era_;
  request.proxy = intent.proxy;
  request.kind = intent.kind;
  if (is_write(request.kind) && writes_ == most_writes) request.kind = Kind::read;
  if (is_write(request.kind)) request.write = std::uint64_t{1} << ++writes_;
  request.cookie = cookie_for(intent);
  request.session = session_;
  request.logged_out = logged_out_;
  request.must_see = logged_out_ ? 0 : seen_;
  request.service = intent.service;
  request.sent = world_.time.now();
  request.faults_before = world_.faults;
  ++under_way_;
  ++world_.requests_under_way;
  auto& proxy = world_.proxies[static_cast<std::size_t>(intent.proxy)];
  request.paused_before = proxy.paused_for();
  if (intent.loses_answer) losing_.push_back(id);
  world_.note("jar ", jar_, " sends #", id, ' ', to_text(request.kind), ' ',
              to_text(request.cookie), " by proxy ", request.proxy, ", service ",
              request.service.count(), "us");
  world_.time.in(world_.hop(), proxy.os(), [&proxy, id] { proxy.receive(id); });
  if (intent.patience > Duration{0}) world_.time.in(intent.patience, [this, id] { leave(id); });
}

void Browser::leave(RequestId id) {
  auto& request = world_.requests[id];
  if (request.is_over()) return;
  request.client_left = true;
  ends(request, 0);
  auto& proxy = world_.proxies[static_cast<std::size_t>(request.proxy)];
  world_.time.in(world_.hop(), proxy.os(), [&proxy, id] { proxy.leave_client(id); });
}

// False: it had ended before.
bool Browser::ends(BrowserRequest& request, int status) {
  if (request.is_over()) return false;
  request.status = status;
  request.finished = world_.time.now();
  --under_way_;
  --world_.requests_under_way;
  world_.note("jar ", jar_, " #", request.id, " ends with ", status);
  world_.invariants.on_end(request);
  return true;
}

void Browser::send_error(RequestId id, int status) {
  world_.time.in(world_.hop(), [this, id, status] { ends(world_.requests[id], status); });
}

void Browser::send_answer(RequestId id, const Visit& visit) {
  world_.time.in(world_.hop(), [this, id, &visit] { take_answer(id, visit); });
}

void Browser::take_answer(RequestId id, const Visit& visit) {
  auto& request = world_.requests[id];
  const bool lost = std::find(losing_.begin(), losing_.end(), id) != losing_.end();
  if (!ends(request, lost ? 0 : 200) || lost || request.era != era_) return;
  const auto cause = world_.invariants.judge_answer(request, visit);
  if (cause != Cause::none) return begin_anew();
  adopt(request, visit);
}

void Browser::adopt(const BrowserRequest& request, const Visit& visit) {
  const auto& answer = visit.answer;
  if (!answer.set_cookie.empty()) {
    if (answer.seen.session != 0 && answer.seen.session != session_) {
      session_ = answer.seen.session;
      logged_out_ = false;
      seen_ = 0;
      earlier_.clear();
    } else if (!cookie_.empty() && !(cookie_ == answer.set_cookie)) {
      earlier_.push_back(cookie_);
    }
    cookie_ = answer.set_cookie;
  }
  if (answer.seen.session == session_) seen_ |= answer.seen.writes;
  if (request.kind == Kind::logout && answer.seen.session == session_) logged_out_ = true;
}

// What no proxy could save was lost: the person begins with a new session.
void Browser::begin_anew() {
  ++era_;
  cookie_ = {};
  earlier_.clear();
  session_ = 0;
  logged_out_ = false;
  seen_ = 0;
  writes_ = 0;
}

}  // namespace jkproxy::model
