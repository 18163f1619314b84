#include "proxy/exchange.hpp"

#include <algorithm>

#include "proxy/ascii.hpp"
#include "proxy/failover.hpp"
#include "proxy/head_parser.hpp"
#include "proxy/request_id.hpp"
#include "routing/session_route.hpp"

namespace jkproxy::proxy {

namespace {

using HeadRead = ClientConnection::HeadRead;

std::optional<Refusal> refusal_of(HeadRead read) {
  switch (read) {
    case HeadRead::complete:
    case HeadRead::closed: return std::nullopt;
    case HeadRead::timed_out:
      return Refusal{
          .status = 408, .reason = "The request's head took too long.", .limit = Limit::head_time};
    case HeadRead::malformed:
      return Refusal{.status = 400, .reason = "The request's head is malformed."};
    case HeadRead::request_line_limit:
      return Refusal{
          .status = 414, .reason = "The request line is too long.", .limit = Limit::request_line};
    case HeadRead::head_limit:
      return Refusal{
          .status = 431, .reason = "The request's head is too large.", .limit = Limit::head};
  }
  return std::nullopt;
}

std::optional<Refusal> refusal_of(Parsed parsed) {
  switch (parsed) {
    case Parsed::good: return std::nullopt;
    case Parsed::malformed:
      return Refusal{.status = 400, .reason = "The request's head is malformed."};
    case Parsed::too_many_fields:
      return Refusal{.status = 431,
                     .reason = "The request has too many header fields.",
                     .limit = Limit::fields};
    case Parsed::unsupported_version:
      return Refusal{.status = 505, .reason = "This server speaks HTTP/1.1 and HTTP/1.0."};
  }
  return std::nullopt;
}

bool lists_ignoring_case(const std::vector<std::string>& protocols, std::string_view protocol) {
  return std::any_of(protocols.begin(), protocols.end(),
                     [&](const auto& listed) { return equals_ignoring_case(listed, protocol); });
}

std::string_view first_line(std::string_view head) {
  return head.substr(0, head.find("\r\n"));
}

std::string_view value_of(const Exchange& exchange, std::string_view bytes, http::field name) {
  for (const auto& field : exchange.head.fields)
    if (field.name_id == name) return field.value.in(bytes);
  return {};
}

// As far as a head that may be malformed lets us know: the answer to HEAD has no body.
bool asks_for_head_only(std::string_view head) {
  return head.starts_with("HEAD ");
}

}  // namespace

Exchange::Exchange(ClientConnection& its_client)
    : client{its_client}, loop{client.loop}, snapshot{loop.snapshot}, head_text{loop.blocks} {
  loop.make_request_id(request_id);
  request.waiter = client.ref;
  record.client = client.peer.address;
  record.request_id = request_id;
  record.begin = client.request_begin;
}

Exchange::~Exchange() {
  leave_gate(routing::Leave::failed);
}

std::optional<Refusal> Exchange::read_request(HeadRead read) {
  if (read != HeadRead::complete) {
    head_text->assign(first_line(client.in.unread()).substr(0, 1024));
    facts.is_head = asks_for_head_only(head_text.view());
    return refusal_of(read);
  }
  head_text->assign(client.in.unread().substr(0, client.head_size()));
  client.in.consume(client.head_size());
  const auto bytes = head_text.view();
  facts.is_head = asks_for_head_only(bytes);
  if (auto refusal = refusal_of(parse_request_head(bytes, snapshot->settings.limits.fields, head)))
    return refusal;
  if (client.peer.trusted) adopt_request_id();
  if (auto refusal = check_request(head, bytes, facts)) return refusal;
  client_keep_alive = facts.keep_alive;
  if (client_keep_alive && is_last_request()) {
    loop.counters.limits.count(Limit::requests_per_connection);
    client_keep_alive = false;
  }
  replayable = facts.framing.kind == Framing::Kind::none ||
               (facts.framing.kind == Framing::Kind::length && facts.framing.length == 0);
  if (auto refusal = find_balancer()) return refusal;
  find_session();
  return std::nullopt;
}

void Exchange::adopt_request_id() {
  const auto& name = snapshot->settings.request_id;
  if (name.empty()) return;
  const auto id = sent_request_id(head, head_text.view(), name);
  if (!id) return;
  request_id.assign(*id);
  record.request_id = request_id;
}

bool Exchange::is_last_request() const {
  const auto most = static_cast<std::uint64_t>(snapshot->settings.limits.requests_per_connection);
  return most > 0 && client.requests >= most;
}

std::optional<Refusal> Exchange::find_balancer() {
  const auto bytes = head_text.view();
  auto target = facts.path.in(bytes);
  if (!target.starts_with('/')) target = "/";  // `*`: the server as a whole; or no path at all
  const auto path = routing::canonical_path(target, path_);
  if (!path) return Refusal{.status = 400, .reason = "The request's path is not acceptable."};
  const auto found = snapshot->mounts.find_balancer(facts.host.in(bytes), *path);
  if (!found) return Refusal{.status = 404, .reason = "Nothing is mounted at this address."};
  request.balancer = &snapshot->balancers[*found];
  facts.may_upgrade =
      lists_ignoring_case(request.balancer->settings.upgrade, facts.upgrade.in(bytes));
  return std::nullopt;
}

// As Tomcat does it: cookies first, whatever they hold; the path parameter only without one.
void Exchange::find_session() {
  const auto bytes = head_text.view();
  const auto& sticky = request.balancer->settings.sticky_session;
  routing::SessionIds ids;
  for (const auto& field : head.fields)
    if (field.name_id == http::field::cookie)
      routing::add_cookie_session_ids(field.value.in(bytes), sticky.cookie, ids);
  if (ids.empty())
    if (const auto id = routing::path_session_id(facts.path.in(bytes), sticky.path_parameter))
      ids.add(*id);
  if (ids.empty()) return;
  request.session_id = routing::session_id_that_counts(ids, *request.balancer);
  record.route_in = routing::route_of(request.session_id).value_or(std::string_view{});
}

void Exchange::choose_worker() {
  if (request.on_fallback) leave_gate(routing::Leave::failed);
  const auto former = decision.key;
  decision = loop.shared.router.choose_worker(request, loop.now(), loop.election_offset);
  if (decision.called) loop.shared.wake(*decision.called);
  request.quiet = false;
  record.decision = decision.reason;
  const bool at_gate = decision.first || decision.verdict == routing::Decision::Verdict::wait;
  if (!at_gate) leave_gate(former, routing::Leave::failed);
  at_gate_ = at_gate;
}

void Exchange::leave_gate(routing::Leave how) {
  leave_gate(decision.key, how);
}

void Exchange::leave_gate(const routing::TakeoverKey& key, routing::Leave how) {
  if (!std::exchange(at_gate_, false)) return;
  auto& table = loop.shared.router.table();
  for (const auto& waiter : table.leave(key, client.ref, how, loop.now())) loop.shared.wake(waiter);
}

void Exchange::finish() {
  loop.counters.requests.fetch_add(1, std::memory_order_relaxed);
  record.total = std::chrono::duration_cast<std::chrono::microseconds>(loop.now() - record.begin);
  if (!loop.access_log.enabled()) return;
  const auto bytes = head_text.view();
  record.request_line = first_line(bytes);
  record.referer = value_of(*this, bytes, http::field::referer);
  record.user_agent = value_of(*this, bytes, http::field::user_agent);
  loop.access_log.log(record, loop.wall_second());
}

Task<AfterExchange> serve_exchange(ClientConnection& client, ClientConnection::HeadRead read) {
  Exchange exchange{client};
  const auto refusal = exchange.read_request(read);
  auto after = AfterExchange::close;
  if (refusal) {
    after = co_await refuse(exchange, *refusal);
  } else {
    after = co_await serve(exchange);
  }
  exchange.leave_gate(routing::Leave::failed);
  client.loop.refresh_now();
  exchange.finish();
  co_return after;
}

}  // namespace jkproxy::proxy
