#include "health/health_check.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <optional>

namespace jkproxy::health {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;

namespace {

using Stream = beast::basic_stream<asio::generic::stream_protocol>;
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
  if (error == beast::error::timeout)
    return {.result = CheckResult::silent, .cause = "the connect timed out"};
  if (is_local_fault(error)) return {.result = CheckResult::no_evidence, .cause = error.message()};
  const auto result = found_nobody(error) ? CheckResult::refused : CheckResult::bad;
  return {.result = result, .cause = error.message()};
}

CheckReport report_of_fault(const error_code& error) {
  if (error == beast::error::timeout)
    return {.result = CheckResult::silent, .cause = "no answer in time"};
  if (error == asio::error::operation_aborted) return {};
  return {.result = CheckResult::bad, .cause = "no answer: " + error.message()};
}

CheckReport report_of_status(unsigned status, const config::StatusRange& range) {
  const bool good = static_cast<int>(status) >= range.from && static_cast<int>(status) <= range.to;
  return {.result = good ? CheckResult::good : CheckResult::bad,
          .gave_bytes = true,
          .cause = "status " + std::to_string(status)};
}

// The worker closes a kept connection when it likes; nothing else may come between checks.
bool still_open(Stream& stream) {
  char byte = 0;
  const auto read =
      ::recv(stream.socket().native_handle(), &byte, sizeof byte, MSG_PEEK | MSG_DONTWAIT);
  return read < 0 && (errno == EAGAIN || errno == EINTR);
}

}  // namespace

struct HealthCheck::Session {
  asio::io_context& io;
  config::HealthCheckSettings settings;
  routing::Clock clock;
  OnReport on_report;
  asio::steady_timer pause;
  http::request<http::empty_body> request;
  std::optional<routing::Address> address{};
  std::optional<Stream> stream{};
  beast::flat_buffer buffer{};
  bool stopped = false;
};

HealthCheck::HealthCheck(asio::io_context& io, const config::HealthCheckSettings& settings,
                         std::string host, routing::Clock clock, OnReport on_report)
    : session_{
          std::make_shared<Session>(Session{.io = io,
                                            .settings = settings,
                                            .clock = std::move(clock),
                                            .on_report = std::move(on_report),
                                            .pause = asio::steady_timer{io},
                                            .request = {http::verb::get, settings.path, 11}})} {
  session_->request.set(http::field::host, host);
  session_->request.set(http::field::user_agent, "jkproxy-check");
  session_->request.set(http::field::accept, "*/*");
}

HealthCheck::~HealthCheck() {
  stop();
}

void HealthCheck::set_address(const routing::Address& address) {
  if (session_->address == address) return;
  session_->address = address;
  // The connection goes to the old address; a check that is under way ends without a verdict.
  if (session_->stream) session_->stream->close();
}

void HealthCheck::start() {
  asio::co_spawn(session_->io, run(session_), asio::detached);
}

void HealthCheck::stop() {
  session_->stopped = true;
  session_->pause.cancel();
  if (session_->stream) session_->stream->close();
}

asio::awaitable<void> HealthCheck::run(std::shared_ptr<Session> session) {
  while (!session->stopped) {
    const CheckReport report = co_await check(*session);
    if (session->stopped) co_return;
    session->on_report(report);
    session->pause.expires_after(session->settings.interval);
    [[maybe_unused]] auto [error] = co_await session->pause.async_wait(as_result);
  }
}

// A kept connection that turns out to be closed is no fault of the worker: once more, on a new one.
asio::awaitable<CheckReport> HealthCheck::check(Session& session) {
  if (session.stream && !still_open(*session.stream)) session.stream.reset();
  const bool reused = session.stream.has_value();
  CheckReport report = co_await attempt(session);
  const bool stale = reused && report.result == CheckResult::bad && !report.gave_bytes;
  if (stale && !session.stopped) report = co_await attempt(session);
  co_return report;
}

asio::awaitable<CheckReport> HealthCheck::attempt(Session& session) {
  const auto begin = session.clock();
  const CheckReport report = co_await ask(session);
  const bool gave_answer =
      report.gave_bytes && session.stream && session.stream->socket().is_open();
  if (!gave_answer) {
    session.stream.reset();
    session.buffer.clear();
  }
  // A timer that fired much too late means that this process was paused, not the worker.
  const auto timeout = session.settings.timeout;
  const auto slack = std::max(least_slack, timeout / 2);
  if (report.result == CheckResult::silent && session.clock() - begin > timeout + slack)
    co_return CheckReport{.cause = "the timer fired too late"};
  co_return report;
}

asio::awaitable<CheckReport> HealthCheck::ask(Session& session) {
  if (!session.address)
    co_return CheckReport{.result = CheckResult::bad, .cause = "its name has no address yet"};
  const bool fresh = !session.stream.has_value();
  if (fresh) session.stream.emplace(session.io);
  auto& stream = *session.stream;
  stream.expires_after(session.settings.timeout);  // for all that follows
  if (fresh) {
    const asio::generic::stream_protocol::endpoint endpoint{session.address->get(),
                                                            session.address->length, 0};
    auto [error] = co_await stream.async_connect(endpoint, as_result);
    if (error) co_return report_of_connect(error);
  }

  auto [write_error, sent] = co_await http::async_write(stream, session.request, as_result);
  if (write_error) co_return report_of_fault(write_error);
  http::response_parser<http::string_body> parser;
  parser.body_limit(largest_body);
  auto [head_error, head_size] =
      co_await http::async_read_header(stream, session.buffer, parser, as_result);
  if (head_error) co_return report_of_fault(head_error);
  const CheckReport report = report_of_status(parser.get().result_int(), session.settings.status);
  auto [body_error, body_size] =
      co_await http::async_read(stream, session.buffer, parser, as_result);
  const bool too_long = body_error == http::error::body_limit;
  if (body_error && !too_long) co_return report_of_fault(body_error);
  if (too_long || !parser.get().keep_alive()) stream.close();
  co_return report;
}

}  // namespace jkproxy::health
