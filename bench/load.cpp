// Load generator: keep-alive connections in one thread, each with a session of its own, that send
// the next request as soon as the last answer is whole. Prints one line of JSON.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "messages.hpp"
#include "sockets.hpp"
#include "tally.hpp"

namespace jkproxy::bench {
namespace {

using namespace std::chrono_literals;

struct Options {
  std::uint16_t port = 0;
  const Page* page = &pages.front();
  std::size_t connections = 64;
  std::size_t requests = 0;              // 0: no limit but the time
  std::chrono::milliseconds time = 10s;  // no request is sent after it
  std::size_t post = 0;                  // bytes of request body; 0: GET
  bool reconnect = false;                // a new connection for each request
};

// A browser's request, about 400 bytes of head. Odd sessions live on node2, even ones on node1.
std::string request_of(const Options& options, std::size_t session) {
  std::array<char, 64> id{};
  std::snprintf(id.data(), id.size(), "%016zX%016zX-m1.node%zu", session * 0x9E3779B97F4A7C15U,
                session * 0xD1B54A32D192ED03U, session % 2 + 1);
  const bool posts = options.post > 0;
  std::string request = (posts ? "POST " : "GET ") + std::string{options.page->path};
  request += " HTTP/1.1\r\nHost: shop.example.com\r\n";
  request +=
      "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n";
  request += "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n";
  request += "Accept-Language: en-US,en;q=0.5\r\nAccept-Encoding: gzip, deflate\r\n";
  request += std::string{"Connection: "} + (options.reconnect ? "close" : "keep-alive") + "\r\n";
  request += "Cookie: JSESSIONID=" + std::string{id.data()} + "\r\n";
  if (posts) request += "Content-Type: application/octet-stream\r\n";
  if (posts) request += "Content-Length: " + std::to_string(options.post) + "\r\n";
  request += "Upgrade-Insecure-Requests: 1\r\n\r\n";
  return request.append(options.post, 'x');
}

// The connections share what is still to be sent, and one tally.
class Load {
 public:
  explicit Load(const Options& options) : options_{options}, end_{Clock::now() + options.time} {}

  const Options& options() const { return options_; }
  Tally& tally() { return tally_; }
  Epoll& epoll() { return epoll_; }
  std::size_t under_way() const { return under_way_; }

  // Whether one more request may be sent; it is under way then.
  bool start_request() {
    const bool all_sent = options_.requests > 0 && sent_ == options_.requests;
    if (all_sent || Clock::now() >= end_ || tally_.hopeless()) return false;
    ++sent_;
    ++under_way_;
    return true;
  }
  void end_request() { --under_way_; }

  bool over() const { return under_way_ == 0 || Clock::now() >= end_ + 5s; }

 private:
  const Options& options_;
  Clock::time_point end_;
  Epoll epoll_;
  Tally tally_;
  std::size_t sent_ = 0;
  std::size_t under_way_ = 0;
};

// One connection after the other for one session, at most one request at a time.
class Session {
 public:
  Session(Load& load, std::size_t number)
      : load_{load},
        request_{request_of(load.options(), number)},
        node_{number % 2 == 0 ? "node1" : "node2"} {}

  void start() {
    while (load_.start_request()) {
      started_ = Clock::now();
      if ((socket_.number() >= 0 || connect()) && send()) return;
      fail();
    }
    socket_ = Fd{};
  }

  void on_event(std::uint32_t events) {
    if ((events & EPOLLOUT) != 0 && !unsent_.empty()) {
      if (!send()) return restart_after_failure();
      if ((events & ~EPOLLOUT) == 0) return;
    }
    static std::array<char, 256 * 1024> buffer;
    const ssize_t size = ::recv(socket_.number(), buffer.data(), buffer.size(), 0);
    if (size < 0 && would_block()) return;
    if (size <= 0 && answered_) return restart_on_new_connection();
    if (size <= 0) return restart_after_failure();
    take({buffer.data(), static_cast<std::size_t>(size)});
  }

 private:
  bool connect() {
    socket_ = connect_to(load_.options().port);
    if (socket_.number() < 0) return false;
    load_.epoll().add(socket_, EPOLLIN, this);
    waiting_ = false;
    return true;
  }

  bool send() {
    if (!answering_) {
      unsent_ = request_;
      answering_ = true;
    }
    if (!send_some(socket_, unsent_)) return false;
    if (waiting_ == unsent_.empty()) {
      waiting_ = !waiting_;
      load_.epoll().change(socket_, waiting_ ? EPOLLIN | EPOLLOUT : EPOLLIN, this);
    }
    return true;
  }

  void take(std::string_view bytes) {
    if (!in_body_) {
      head_ += bytes;
      const auto end = head_.find("\r\n\r\n");
      if (end == std::string::npos) return;
      if (!take_head(std::string_view{head_}.substr(0, end + 4))) return restart_after_failure();
      bytes.remove_prefix(bytes.size() - (head_.size() - end - 4));
      in_body_ = true;
    }
    if (bytes.size() > body_left_ || answered_) return restart_after_failure();
    body_left_ -= bytes.size();
    if (body_left_ == 0) finish();
  }

  // False unless it is the answer that was asked for.
  bool take_head(std::string_view head) {
    const bool good = head.size() > 12 && head.substr(9, 3) == "200";
    body_left_ = number_in(field_of(head, "Content-Length").value_or("")).value_or(0);
    last_ = closes(head);
    if (field_of(head, "X-Node") != node_) load_.tally().count_misrouted();
    return good && body_left_ == load_.options().page->size;
  }

  void finish() {
    load_.tally().count_answer(Clock::now() - started_);
    answered_ = true;
    if (last_ || load_.options().reconnect) return;  // on_event goes on when the proxy has closed
    reset();
    start();
  }

  void fail() {
    load_.tally().count_error();
    reset();
    socket_ = Fd{};
  }

  void reset() {
    load_.end_request();
    head_.clear();
    unsent_ = {};
    answering_ = in_body_ = answered_ = last_ = false;
  }

  void restart_after_failure() {
    fail();
    start();
  }

  void restart_on_new_connection() {
    reset();
    socket_ = Fd{};
    start();
  }

  Load& load_;
  const std::string request_;
  const std::string_view node_;
  Fd socket_;
  std::string_view unsent_;
  std::string head_;
  std::size_t body_left_ = 0;
  Clock::time_point started_;
  bool waiting_ = false;    // for the socket to take more of the request
  bool answering_ = false;  // a request is under way
  bool in_body_ = false;
  bool answered_ = false;  // in full; only the end of the connection is awaited
  bool last_ = false;      // the answer said that the connection ends with it
};

Tally run(const Options& options) {
  Load load{options};
  std::vector<std::unique_ptr<Session>> sessions;
  const auto begin = Clock::now();
  for (std::size_t i = 0; i < options.connections; ++i) {
    sessions.push_back(std::make_unique<Session>(load, i));
    sessions.back()->start();
  }
  while (!load.over()) {
    for (const epoll_event& event : load.epoll().wait(100)) {
      static_cast<Session*>(event.data.ptr)->on_event(event.events);
    }
  }
  for (std::size_t i = load.under_way(); i > 0; --i) load.tally().count_error();
  load.tally().set_duration(Clock::now() - begin);
  return std::move(load.tally());
}

Options options_of(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    if (name == "--reconnect") {
      options.reconnect = true;
      continue;
    }
    if (++i == argc) throw std::invalid_argument{"no value after " + std::string{name}};
    const std::string_view value = argv[i];
    if (name == "--page") {
      options.page = find_page(value);
      if (options.page == nullptr) throw std::invalid_argument{"no page " + std::string{value}};
      continue;
    }
    const auto number = number_in(value);
    if (!number) throw std::invalid_argument{"not a number: " + std::string{value}};
    if (name == "--port")
      options.port = static_cast<std::uint16_t>(*number);
    else if (name == "--connections")
      options.connections = *number;
    else if (name == "--requests")
      options.requests = *number;
    else if (name == "--milliseconds")
      options.time = std::chrono::milliseconds{*number};
    else if (name == "--post")
      options.post = *number;
    else
      throw std::invalid_argument{"unknown option " + std::string{name}};
  }
  if (options.port == 0) throw std::invalid_argument{"--port is missing"};
  return options;
}

}  // namespace
}  // namespace jkproxy::bench

int main(int argc, char** argv) try {
  using namespace jkproxy::bench;
  const Options options = options_of(argc, argv);
  raise_descriptor_limit();
  Tally tally = run(options);
  tally.print();
  return tally.hopeless() ? 1 : 0;
} catch (const std::invalid_argument& error) {
  std::fprintf(stderr,
               "bench_load: %s\nusage: bench_load --port PORT [--page /1k] [--connections 64]\n"
               "       [--requests COUNT] [--milliseconds 10000] [--post BYTES] [--reconnect]\n",
               error.what());
  return 2;
} catch (const std::exception& error) {
  std::fprintf(stderr, "bench_load: %s\n", error.what());
  return 1;
}
