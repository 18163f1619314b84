#include "status/status_service.hpp"

#include <sys/socket.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <list>

namespace jkproxy::status {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

namespace {

using Protocol = asio::generic::stream_protocol;
using Stream = beast::basic_stream<Protocol>;
constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t most_connections = 32;
constexpr std::uint32_t largest_head = 8 * 1024;
constexpr std::uint64_t largest_body = 1024;
constexpr std::chrono::seconds patience{10};  // for one request, and for its answer
constexpr milliseconds rest{100};             // after a failed accept: no descriptors, perhaps

int family_of(int descriptor) {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &length);
  return address.ss_family;
}

}  // namespace

struct StatusService::Service {
  asio::io_context& io;
  asio::basic_socket_acceptor<Protocol> acceptor;
  asio::steady_timer pause;
  MakeReport make_report;
  std::list<Stream> streams{};
  bool stopped = false;

  static asio::awaitable<void> accept(std::shared_ptr<Service> service);
  static asio::awaitable<void> serve(std::shared_ptr<Service> service,
                                     std::list<Stream>::iterator stream);
  static asio::awaitable<bool> serve_one(Service& service, Stream& stream,
                                         beast::flat_buffer& buffer);
};

StatusService::StatusService(asio::io_context& io, int descriptor, MakeReport make_report)
    : service_{std::make_shared<Service>(Service{
          .io = io,
          .acceptor = asio::basic_socket_acceptor<Protocol>{io, Protocol{family_of(descriptor), 0},
                                                            descriptor},
          .pause = asio::steady_timer{io},
          .make_report = std::move(make_report)})} {}

StatusService::~StatusService() {
  stop();
}

void StatusService::start() {
  asio::co_spawn(service_->io, Service::accept(service_), asio::detached);
}

void StatusService::stop() {
  service_->stopped = true;
  boost::system::error_code ignored;
  service_->acceptor.close(ignored);
  service_->pause.cancel();
  for (auto& stream : service_->streams) stream.close();
}

asio::awaitable<void> StatusService::Service::accept(std::shared_ptr<Service> service) {
  while (!service->stopped) {
    auto [error, socket] = co_await service->acceptor.async_accept(as_result);
    if (service->stopped) co_return;
    if (error) {
      service->pause.expires_after(rest);
      [[maybe_unused]] auto [timer_error] = co_await service->pause.async_wait(as_result);
      continue;
    }
    if (service->streams.size() >= most_connections) continue;  // closes it
    service->streams.emplace_front(std::move(socket));
    asio::co_spawn(service->io, serve(service, service->streams.begin()), asio::detached);
  }
}

asio::awaitable<void> StatusService::Service::serve(std::shared_ptr<Service> service,
                                                    std::list<Stream>::iterator stream) {
  beast::flat_buffer buffer;
  while (co_await serve_one(*service, *stream, buffer)) {
  }
  service->streams.erase(stream);
}

// False: the connection is over.
asio::awaitable<bool> StatusService::Service::serve_one(Service& service, Stream& stream,
                                                        beast::flat_buffer& buffer) {
  http::request_parser<http::string_body> parser;
  parser.header_limit(largest_head);
  parser.body_limit(largest_body);
  stream.expires_after(patience);
  auto [read_error, read] = co_await http::async_read(stream, buffer, parser, as_result);
  if (read_error || service.stopped) co_return false;

  const auto& request = parser.get();
  const std::string_view method{request.method_string().data(), request.method_string().size()};
  const std::string_view target{request.target().data(), request.target().size()};
  auto answer = answer_of(method, target, service.make_report);
  http::response<http::string_body> response{static_cast<http::status>(answer.status),
                                             request.version()};
  response.set(http::field::content_type, answer.content_type);
  response.set(http::field::cache_control, "no-store");
  response.set("X-Content-Type-Options", "nosniff");
  if (answer.status == 405) response.set(http::field::allow, "GET, HEAD");
  response.keep_alive(request.keep_alive());
  response.content_length(answer.body.size());
  if (method != "HEAD") response.body() = std::move(answer.body);

  stream.expires_after(patience);
  http::response_serializer<http::string_body> serializer{response};
  // The body is empty for HEAD, and Content-Length stays that of GET.
  auto [write_error, written] = co_await http::async_write_header(stream, serializer, as_result);
  if (!write_error && method != "HEAD") {
    auto [body_error, more] = co_await http::async_write(stream, serializer, as_result);
    write_error = body_error;
  }
  co_return !write_error && response.keep_alive() && !service.stopped;
}

}  // namespace jkproxy::status
