#include "proxy/client_connection.hpp"

#include <algorithm>

#include "proxy/error_page.hpp"
#include "proxy/exchange.hpp"
#include "proxy/trusted_proxies.hpp"

namespace jkproxy::proxy {

namespace {

constexpr std::chrono::seconds linger_pause{2};     // between two reads of what is thrown away
constexpr std::chrono::seconds longest_linger{30};  // in all: as nginx's lingering_time
constexpr int turned_away_for = 5;                  // seconds
constexpr std::size_t most_empty_lines = 8;         // bytes of CRLF before a request line

}  // namespace

ClientConnection::ClientConnection(Loop& its_loop, std::unique_ptr<Stream> its_stream,
                                   Peer its_peer)
    : loop{its_loop},
      stream{std::move(its_stream)},
      peer{std::move(its_peer)},
      in{loop.blocks},
      waiter{loop.deadlines, loop.executor},
      ref{loop.waiters.enter(waiter)} {
  loop.counters.open.fetch_add(1, std::memory_order_relaxed);
}

ClientConnection::~ClientConnection() {
  stream->disarm();
  loop.waiters.leave(ref);
  loop.counters.open.fetch_sub(1, std::memory_order_relaxed);
}

Task<bool> ClientConnection::read_proxy_header() {
  const auto deadline = loop.now() + loop.snapshot->settings.client_timeouts.head;
  ProxyHeader header;
  auto found = ProxyHeaderFound::need_more;
  auto wake = Wake::ready;
  while (wake != Wake::deadline) {
    found = find_proxy_header(in.unread(), header);
    if (found != ProxyHeaderFound::need_more) break;
    const auto result = stream->try_read(in.space());
    if (result.moved()) {
      in.filled(result.bytes);
      continue;
    }
    in.release_if_empty();
    if (!result.blocked() || loop.stopping || loop.draining) co_return false;
    stream->arm_read(waiter);
    wake = co_await waiter.wait(deadline);
    loop.refresh_now();
  }
  if (found != ProxyHeaderFound::complete) {
    loop.counters.limits.count(Limit::proxy_header);
    co_return false;
  }
  in.consume(header.size);
  learn_peer(header);
  co_return true;
}

// Whoever passes connections on unread does not vouch for what they hold: from here on the client
// itself is the peer, and where nobody is named nobody is trusted.
void ClientConnection::learn_peer(const ProxyHeader& header) {
  peer.trusted = false;
  if (!header.has_ends) return;
  peer.address = host_text(header.ends.source);
  peer.address_hash = address_hash(peer.address);
  peer.listener_port = std::to_string(header.ends.destination.port);
  peer.tls = header.tls;
  peer.ends = header.ends;
  peer.trusted = is_trusted(loop.snapshot->settings.trusted_proxies, peer.address);
}

Task<ClientConnection::HeadRead> ClientConnection::read_head() {
  const auto& settings = loop.snapshot->settings;
  const auto& timeouts = settings.client_timeouts;
  search_ = {};
  skipped_ = 0;
  auto deadline = loop.now() + (first_request_ ? timeouts.head : timeouts.keep_alive);
  bool begun = false;
  for (;;) {
    if (!skip_empty_lines()) co_return HeadRead::malformed;
    if (!begun && !in.empty() && in.unread() != "\r") {  // that one may end an empty line
      begun = true;
      request_begin = loop.now();
      deadline = request_begin + timeouts.head;
    }
    if (begun) {
      const auto found =
          search_.find_end(in.unread(), settings.limits.request_line, settings.limits.head);
      if (found != HeadSearch::Found::need_more) {
        first_request_ = false;
        co_return judge(found);
      }
    }
    const auto result = stream->try_read(in.space());
    if (result.moved()) {
      in.filled(result.bytes);
      continue;
    }
    in.release_if_empty();
    if (!result.blocked() || loop.stopping || (loop.draining && !begun)) co_return HeadRead::closed;
    stream->arm_read(waiter);
    const auto wake = co_await waiter.wait(deadline);
    loop.refresh_now();
    if (wake != Wake::deadline) continue;
    if (begun) co_return HeadRead::timed_out;
    loop.counters.limits.count(first_request_ ? Limit::head_time : Limit::keep_alive);
    co_return HeadRead::closed;
  }
}

// RFC 9112 2.2: a server ignores at least one empty line before a request line. False: too many.
bool ClientConnection::skip_empty_lines() {
  if (search_.looked > 0) return true;
  const auto bytes = in.unread();
  std::size_t skipped = 0;
  while (bytes.substr(skipped).starts_with("\r\n")) skipped += 2;
  in.consume(skipped);
  skipped_ += skipped;
  return skipped_ <= most_empty_lines;
}

ClientConnection::HeadRead ClientConnection::judge(HeadSearch::Found found) {
  switch (found) {
    case HeadSearch::Found::complete: return HeadRead::complete;
    case HeadSearch::Found::request_line_limit: return HeadRead::request_line_limit;
    case HeadSearch::Found::head_limit: return HeadRead::head_limit;
    case HeadSearch::Found::bare_line_end:
    case HeadSearch::Found::need_more: break;
  }
  return HeadRead::malformed;
}

ClientConnection::Presence ClientConnection::watch() {
  const auto space = in.space();
  if (space.empty()) return Presence::here;  // a flood of pipelined requests waits its turn
  const auto result = stream->try_read(space);
  if (result.moved()) {
    in.filled(result.bytes);
    return watch();
  }
  in.release_if_empty();
  if (!result.blocked()) return Presence::gone;
  stream->arm_read(waiter);
  return Presence::here;
}

Task<bool> ClientConnection::write_all(std::string_view bytes) {
  const auto patience = loop.snapshot->settings.client_timeouts.body;
  while (!bytes.empty()) {
    const iovec piece{.iov_base = const_cast<char*>(bytes.data()), .iov_len = bytes.size()};
    const auto result = stream->try_write({&piece, 1});
    if (result.moved()) {
      bytes.remove_prefix(result.bytes);
      continue;
    }
    if (!result.blocked() || loop.stopping) co_return false;
    stream->arm_write(waiter);
    const auto wake = co_await waiter.wait(loop.now() + patience);
    loop.refresh_now();
    if (wake == Wake::deadline) co_return false;
  }
  co_return true;
}

Task<ClientConnection::More> ClientConnection::read_more(TimePoint deadline) {
  for (;;) {
    const auto result = stream->try_read(in.space());
    if (result.moved()) {
      in.filled(result.bytes);
      co_return More::come;
    }
    in.release_if_empty();
    if (!result.blocked() || loop.stopping) co_return More::gone;
    stream->arm_read(waiter);
    const auto wake = co_await waiter.wait(deadline);
    loop.refresh_now();
    if (wake == Wake::deadline) co_return More::timed_out;
  }
}

Task<> ClientConnection::linger() {
  stream->end_writing();
  const auto end = loop.now() + longest_linger;
  for (;;) {
    in.consume(in.unread().size());
    const auto more = co_await read_more(std::min(loop.now() + linger_pause, end));
    if (more != More::come || loop.now() >= end) co_return;
  }
}

namespace {

Task<> say_full(ClientConnection& client) {
  auto& loop = client.loop;
  std::string request_id;
  loop.make_request_id(request_id);
  const auto snapshot = loop.snapshot;  // as long as the page is written
  PooledText page{loop.blocks};
  compose_error_page({.status = 503,
                      .detail = "Too many clients are connected at the moment.",
                      .request_id = request_id,
                      .retry_after_seconds = turned_away_for,
                      .own = own_page(snapshot->settings, 503)},
                     *page);
  const bool told = co_await client.write_all(page.view());
  if (told) co_await client.linger();
}

// The first of all bytes, and what follows from them. False: the client has been dealt with.
Task<bool> identify(ClientConnection& client, Admission::Place& place) {
  const bool known = co_await client.read_proxy_header();
  if (!known) co_return false;
  const auto& peer = client.peer;
  if (place.count_address(peer.trusted ? 0 : peer.address_hash)) co_return true;
  auto& loop = client.loop;
  loop.counters.limits.count(Limit::connections_per_client);
  if (loop.turning_away >= Loop::most_turned_away) co_return false;  // closed without a word
  ++loop.turning_away;
  co_await say_full(client);
  --loop.turning_away;
  co_return false;
}

}  // namespace

Task<> serve_client(Loop& loop, std::unique_ptr<Stream> stream, Peer peer, Admission::Place place) {
  ClientConnection client{loop, std::move(stream), std::move(peer)};
  if (client.peer.sends_proxy_header) {
    const bool welcome = co_await identify(client, place);
    if (!welcome) co_return;
  }
  for (;;) {
    const auto read = co_await client.read_head();
    if (read == ClientConnection::HeadRead::closed) co_return;
    ++client.requests;
    const auto after = co_await serve_exchange(client, read);
    if (after == AfterExchange::close) co_return;
    if (after == AfterExchange::linger) co_return co_await client.linger();
  }
}

Task<> turn_away(Loop& loop, std::unique_ptr<Stream> stream, Peer peer) {
  ClientConnection client{loop, std::move(stream), std::move(peer)};
  co_await say_full(client);
  --loop.turning_away;
}

}  // namespace jkproxy::proxy
