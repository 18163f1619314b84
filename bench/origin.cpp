// A fake Tomcat that costs next to nothing: keep-alive HTTP/1.1, answers built once at the start.
// Usage: bench_origin NAME [PORT]. Prints its port; NAME goes into the X-Node field of every
// answer.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <string>
#include <unordered_map>

#include "messages.hpp"
#include "sockets.hpp"

namespace jkproxy::bench {
namespace {

// Fields as Tomcat 9 sends them, without a reason phrase.
std::string answer_of(std::string_view status, std::string_view node, std::size_t body_size) {
  std::string answer = "HTTP/1.1 " + std::string{status} + " \r\n";
  answer += "X-Node: " + std::string{node} + "\r\n";
  answer += "Cache-Control: private\r\nContent-Type: text/html;charset=UTF-8\r\n";
  answer += "Content-Length: " + std::to_string(body_size) + "\r\n";
  answer += "Date: Wed, 25 Nov 2026 08:00:00 GMT\r\n\r\n";
  for (std::size_t i = 0; i < body_size; ++i) answer += static_cast<char>('a' + i % 26);
  return answer;
}

class Answers {
 public:
  explicit Answers(std::string_view node) : not_found_{answer_of("404", node, 0)} {
    for (const Page& page : pages) by_path_.emplace(page.path, answer_of("200", node, page.size));
  }

  std::string_view to(std::string_view path) const {
    const auto answer = by_path_.find(path);
    return answer == by_path_.end() ? std::string_view{not_found_} : answer->second;
  }

 private:
  std::string not_found_;
  std::unordered_map<std::string_view, std::string> by_path_;
};

// One connection of a client. Answers in order, and reads no further request while one is unsent.
class Client {
 public:
  Client(Fd socket, const Answers& answers, Epoll& epoll)
      : socket_{std::move(socket)}, answers_{answers}, epoll_{epoll} {
    epoll_.add(socket_, EPOLLIN, this);
  }

  // False when the connection has ended.
  bool on_event(std::uint32_t events) {
    if ((events & EPOLLOUT) != 0) return send_answer() && answer_requests();
    static std::array<char, 64 * 1024> buffer;
    const ssize_t size = ::recv(socket_.number(), buffer.data(), buffer.size(), 0);
    if (size <= 0) return size < 0 && would_block();
    received_.append(buffer.data(), static_cast<std::size_t>(size));
    return answer_requests();
  }

 private:
  bool answer_requests() {
    while (unsent_.empty() && take_request()) {
      if (!send_answer()) return false;
    }
    return true;
  }

  // Takes one whole request off what was received, and chooses its answer.
  bool take_request() {
    if (!in_body_ && !take_head()) return false;
    const std::size_t size = std::min(body_left_, received_.size());
    received_.erase(0, size);
    body_left_ -= size;
    in_body_ = body_left_ > 0;
    if (in_body_) return false;
    unsent_ = answer_;
    return true;
  }

  bool take_head() {
    const auto end = received_.find("\r\n\r\n");
    if (end == std::string::npos) return false;
    const std::string_view head{received_.data(), end + 4};
    const auto from = std::min(head.find(' '), head.size() - 1) + 1;
    answer_ = answers_.to(head.substr(from, head.find(' ', from) - from));
    body_left_ = number_in(field_of(head, "Content-Length").value_or("0")).value_or(0);
    last_ = closes(head);
    received_.erase(0, end + 4);
    return true;
  }

  // False when the connection has ended: broken, or the client asked for it.
  bool send_answer() {
    const bool waited = waiting_;
    if (!send_some(socket_, unsent_)) return false;
    waiting_ = !unsent_.empty();
    if (waiting_ != waited) epoll_.change(socket_, waiting_ ? EPOLLOUT : EPOLLIN, this);
    return waiting_ || !last_;
  }

  Fd socket_;
  const Answers& answers_;
  Epoll& epoll_;
  std::string received_;
  std::string_view answer_;
  std::string_view unsent_;
  std::size_t body_left_ = 0;
  bool in_body_ = false;
  bool waiting_ = false;  // for the socket to take more of the answer
  bool last_ = false;
};

[[noreturn]] void serve(const Fd& listener, const Answers& answers) {
  Epoll epoll;
  epoll.add(listener, EPOLLIN, nullptr);
  for (;;) {
    for (const epoll_event& event : epoll.wait(-1)) {
      if (auto* client = static_cast<Client*>(event.data.ptr)) {
        if (!client->on_event(event.events)) delete client;
      } else if (Fd socket = accept_from(listener); socket.number() >= 0) {
        new Client{std::move(socket), answers, epoll};  // deletes itself above
      }
    }
  }
}

}  // namespace
}  // namespace jkproxy::bench

int main(int argc, char** argv) try {
  using namespace jkproxy::bench;
  if (argc < 2 || argc > 3) {
    std::fputs("usage: bench_origin NAME [PORT]\n", stderr);
    return 2;
  }
  raise_descriptor_limit();
  const Fd listener = listen_on(static_cast<std::uint16_t>(argc == 3 ? std::atoi(argv[2]) : 0));
  std::printf("%u\n", port_of(listener));
  std::fflush(stdout);
  serve(listener, Answers{argv[1]});
} catch (const std::exception& error) {
  std::fprintf(stderr, "bench_origin: %s\n", error.what());
  return 1;
}
