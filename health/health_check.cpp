#include "health/health_check.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <charconv>
#include <optional>

namespace jkproxy::health {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::experimental::awaitable_operators::operator||;
using boost::system::error_code;

namespace {

using Socket = asio::generic::stream_protocol::socket;
constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
constexpr std::uint64_t largest_body = 256 * 1024;  // bytes of an answer to a check
constexpr milliseconds least_slack{250};

bool is_local_fault(const error_code& error) {
  namespace errc = boost::system::errc;
  return error == errc::too_many_files_open || error == errc::too_many_files_open_in_system ||
         error == errc::no_buffer_space || error == errc::not_enough_memory ||
         error == errc::address_not_available || error == errc::permission_denied ||
         error == asio::error::operation_aborted;
}

bool found_nobody(const error_code& error) {
  namespace errc = boost::system::errc;
  return error == errc::connection_refused || error == errc::host_unreachable ||
         error == errc::network_unreachable || error == errc::connection_reset ||
         error == errc::no_such_file_or_directory;
}

CheckReport report_of_connect(const error_code& error) {
  if (is_local_fault(error)) return {.result = CheckResult::no_evidence, .cause = error.message()};
  const auto result = found_nobody(error) ? CheckResult::refused : CheckResult::bad;
  return {.result = result, .cause = error.message()};
}

CheckReport report_of_fault(const error_code& error) {
  if (error == asio::error::operation_aborted) return {};
  return {.result = CheckResult::bad, .cause = "no answer: " + error.message()};
}

CheckReport report_of_status(unsigned status, const config::StatusRange& range) {
  const bool good = static_cast<int>(status) >= range.from && static_cast<int>(status) <= range.to;
  return {.result = good ? CheckResult::good : CheckResult::bad,
          .gave_bytes = true,
          .cause = "status " + std::to_string(status)};
}

CheckReport ended() {
  return {.result = CheckResult::ended, .cause = "the check's connection ended"};
}

// How a connection on which nothing is to come looks.
enum class Line : std::uint8_t { quiet, ended, talks };

Line look_at(Socket& socket) {
  char byte = 0;
  const auto read = ::recv(socket.native_handle(), &byte, sizeof byte, MSG_PEEK | MSG_DONTWAIT);
  if (read > 0) return Line::talks;
  return read < 0 && (errno == EAGAIN || errno == EINTR) ? Line::quiet : Line::ended;
}

// RFC 2068 19.7.1.1, as Tomcat and httpd send it: "timeout=20, max=100".
std::optional<std::chrono::seconds> announced_timeout(std::string_view keep_alive) {
  constexpr std::string_view name = "timeout=";
  const auto found = keep_alive.find(name);
  if (found == std::string_view::npos) return std::nullopt;
  const auto digits = keep_alive.substr(found + name.size());
  int seconds = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
  if (error != std::errc{} || seconds < 0) return std::nullopt;
  return std::chrono::seconds{seconds};
}

}  // namespace

CheckResult evidence_of(const CheckReport& report, routing::TimePoint got_through) {
  const bool others = report.connecting_since && got_through >= *report.connecting_since;
  return others ? CheckResult::no_evidence : report.result;
}

struct HealthCheck::Session {
  asio::io_context& io;
  config::HealthCheckSettings settings;
  routing::Clock clock;
  OnReport on_report;
  milliseconds idle_timeout;
  asio::steady_timer timer;  // of the pause, and of a check
  http::request<http::empty_body> request;
  std::string first{};  // of each connection
  std::optional<routing::Address> address{};
  std::optional<Socket> witness{};     // kept from check to check
  std::optional<Socket> unanswered{};  // a check on it timed out: outlives a stall, not the process
  boost::beast::flat_buffer buffer{};
  routing::TimePoint closes_at{};  // from then on the worker may close the witness
  bool sent = false;               // the request of the check that is under way
  bool on_kept = false;            // which goes over a connection that was there before
  bool resting = false;
  bool stopped = false;

  void drop_witness() {
    witness.reset();
    buffer.clear();
  }
  void keep_witness(std::string_view keep_alive) {
    constexpr std::chrono::seconds margin{1};
    const auto announced = announced_timeout(keep_alive);
    closes_at = clock() + (announced ? *announced - margin : idle_timeout);
  }
  // True, once, when the process is seen to have ended. A worker may close what was idle for long.
  bool process_ended() {
    const auto stalled = unanswered ? look_at(*unanswered) : Line::quiet;
    if (stalled != Line::quiet) unanswered.reset();
    const auto idle = witness ? look_at(*witness) : Line::quiet;
    if (idle != Line::quiet) drop_witness();
    return stalled == Line::ended || (idle == Line::ended && clock() < closes_at);
  }
};

HealthCheck::HealthCheck(asio::io_context& io, const config::HealthCheckSettings& settings,
                         milliseconds idle_timeout, std::string host, routing::Clock clock,
                         OnReport on_report)
    : session_{
          std::make_shared<Session>(Session{.io = io,
                                            .settings = settings,
                                            .clock = std::move(clock),
                                            .on_report = std::move(on_report),
                                            .idle_timeout = idle_timeout,
                                            .timer = asio::steady_timer{io},
                                            .request = {http::verb::get, settings.path, 11}})} {
  session_->request.set(http::field::host, host);
  session_->request.set(http::field::user_agent, "jkproxy-check");
  session_->request.set(http::field::accept, "*/*");
  session_->request.set(http::field::connection, "keep-alive");  // so that it tells for how long
}

HealthCheck::~HealthCheck() {
  stop();
}

void HealthCheck::say_first(std::string bytes) {
  session_->first = std::move(bytes);
}

void HealthCheck::set_address(const std::optional<routing::Address>& address) {
  if (session_->address == address) return;
  session_->address = address;
  // The connection goes to the old address; a check that is under way ends without a verdict.
  session_->unanswered.reset();
  if (session_->resting) return session_->drop_witness();
  if (session_->witness) session_->witness->close();
}

void HealthCheck::start() {
  asio::co_spawn(session_->io, run(session_), asio::detached);
}

void HealthCheck::hurry() {
  if (session_->resting) session_->timer.cancel();
}

void HealthCheck::stop() {
  session_->stopped = true;
  session_->timer.cancel();
  if (session_->witness) session_->witness->close();
}

asio::awaitable<void> HealthCheck::run(std::shared_ptr<Session> session) {
  while (!session->stopped) {
    const CheckReport report = co_await check(*session);
    if (session->stopped) co_return;
    session->on_report(report);
    if (report.result != CheckResult::ended) co_await rest(*session);
  }
}

// Until the next check is due, the witness stirs, or somebody is in a hurry.
asio::awaitable<void> HealthCheck::rest(Session& session) {
  session.resting = true;
  session.timer.expires_after(session.settings.interval);
  auto* socket = session.unanswered ? &*session.unanswered : nullptr;
  if (session.witness) socket = &*session.witness;
  if (socket != nullptr) {
    [[maybe_unused]] const auto woken =
        co_await (session.timer.async_wait(as_result) ||
                  socket->async_wait(asio::socket_base::wait_read, as_result));
  } else {
    [[maybe_unused]] const auto [error] = co_await session.timer.async_wait(as_result);
  }
  session.resting = false;
}

asio::awaitable<CheckReport> HealthCheck::check(Session& session) {
  if (session.process_ended()) co_return ended();
  const bool kept = session.witness.has_value();
  CheckReport report = co_await attempt(session);
  const bool broke = kept && report.result == CheckResult::bad && !report.gave_bytes;
  if (!broke || session.stopped) co_return report;
  if (session.clock() < session.closes_at) co_return ended();
  report = co_await attempt(session);
  co_return report;
}

asio::awaitable<CheckReport> HealthCheck::attempt(Session& session) {
  const auto begin = session.clock();
  session.sent = false;
  session.on_kept = session.witness.has_value();
  session.timer.expires_after(session.settings.timeout);
  const auto first =
      co_await (ask(session) || session.timer.async_wait(as_result) || watch_unanswered(session));
  if (first.index() == 2) {
    session.drop_witness();
    if (session.stopped) co_return CheckReport{};
    if (session.process_ended()) co_return ended();
    const CheckReport again = co_await attempt(session);  // it answers the former check
    co_return again;
  }
  const bool silent = first.index() == 1;
  const CheckReport report = silent ? silence(session, begin) : std::get<0>(first);
  if (!report.gave_bytes) session.drop_witness();
  // A timer that fired much too late means that this process was paused, not the worker.
  const auto timeout = session.settings.timeout;
  const auto slack = std::max(least_slack, timeout / 2);
  if (silent && session.clock() - begin > timeout + slack)
    co_return CheckReport{.cause = "the timer fired too late"};
  co_return report;
}

// Until the connection of a former check, which timed out, stirs.
asio::awaitable<void> HealthCheck::watch_unanswered(Session& session) {
  if (session.unanswered) {
    [[maybe_unused]] const auto [error] =
        co_await session.unanswered->async_wait(asio::socket_base::wait_read, as_result);
    co_return;
  }
  asio::steady_timer never{session.io, asio::steady_timer::time_point::max()};
  [[maybe_unused]] const auto [error] = co_await never.async_wait(as_result);
}

// The connection that is not answered stays open: whether it outlives the silence tells a stall
// from a restart.
CheckReport HealthCheck::silence(Session& session, routing::TimePoint begin) {
  if (!session.sent)
    return {
        .result = CheckResult::silent, .connecting_since = begin, .cause = "no connection in time"};
  // After a pause of this process the end may lie there when the deadline is met.
  const bool was_kept = session.on_kept && session.clock() < session.closes_at;
  if (was_kept && session.witness && look_at(*session.witness) == Line::ended) return ended();
  if (session.witness && !session.unanswered) session.unanswered = std::move(session.witness);
  return {.result = CheckResult::silent, .cause = "no answer in time"};
}

asio::awaitable<CheckReport> HealthCheck::ask(Session& session) {
  if (!session.address)
    co_return CheckReport{.result = CheckResult::bad, .cause = "its name has no address"};
  if (!session.witness) {
    session.witness.emplace(session.io);
    const asio::generic::stream_protocol::endpoint endpoint{session.address->get(),
                                                            session.address->length, 0};
    auto [error] = co_await session.witness->async_connect(endpoint, as_result);
    if (error) co_return report_of_connect(error);
    auto [first_error, first_size] =
        co_await asio::async_write(*session.witness, asio::buffer(session.first), as_result);
    if (first_error) co_return report_of_fault(first_error);
  }
  auto& socket = *session.witness;
  auto [write_error, sent] = co_await http::async_write(socket, session.request, as_result);
  if (write_error) co_return report_of_fault(write_error);
  session.sent = true;
  http::response_parser<http::string_body> parser;
  parser.body_limit(largest_body);
  auto [head_error, head_size] =
      co_await http::async_read_header(socket, session.buffer, parser, as_result);
  if (head_error) co_return report_of_fault(head_error);
  const CheckReport report = report_of_status(parser.get().result_int(), session.settings.status);
  const bool announced_end = !parser.get().keep_alive();
  auto [body_error, body_size] =
      co_await http::async_read(socket, session.buffer, parser, as_result);
  const bool too_long = body_error == http::error::body_limit;
  if (body_error && !too_long) co_return report_of_fault(body_error);
  if (too_long || announced_end) {
    session.drop_witness();
  } else {
    session.keep_witness(parser.get()[http::field::keep_alive]);
  }
  co_return report;
}

}  // namespace jkproxy::health
