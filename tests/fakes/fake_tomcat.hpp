#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace jkproxy::fakes {

namespace asio = boost::asio;
using asio::ip::tcp;

// A worker on a port of its own that answers every request head (and its body) with what
// `answer` says; an empty answer closes the connection. Keeps connections alive.
class FakeTomcat {
 public:
  using Answer = std::function<std::string(const std::string& head, const std::string& body)>;

  explicit FakeTomcat(Answer answer)
      : answer_{std::move(answer)},
        acceptor_{io_, {asio::ip::address_v4::loopback(), 0}},
        port_{acceptor_.local_endpoint().port()},
        accepting_{[this] { accept(); }} {}
  ~FakeTomcat() { die(); }

  std::uint16_t port() const { return port_; }
  int requests() const { return requests_; }

  // Refuses connections from now on; what is open is cut off.
  void die() {
    if (dead_.exchange(true)) return;
    ::shutdown(acceptor_.native_handle(), SHUT_RDWR);
    accepting_.join();
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    {
      const std::lock_guard lock{mutex_};
      for (const int socket : open_) ::shutdown(socket, SHUT_RDWR);
    }
    for (auto& thread : serving_) thread.join();
  }

 private:
  void accept() {
    for (;;) {
      boost::system::error_code error;
      tcp::socket socket{io_};
      acceptor_.accept(socket, error);
      if (error || dead_) return;
      const std::lock_guard lock{mutex_};
      open_.push_back(socket.native_handle());
      serving_.emplace_back([this, own = std::move(socket)]() mutable { serve(std::move(own)); });
    }
  }

  void serve(tcp::socket socket) {
    std::string bytes;
    boost::system::error_code error;
    for (;;) {
      const auto size = asio::read_until(socket, asio::dynamic_buffer(bytes), "\r\n\r\n", error);
      if (error) break;
      const auto head = bytes.substr(0, size);
      bytes.erase(0, size);
      const auto length = length_of(head);
      if (bytes.size() < length)
        asio::read(socket, asio::dynamic_buffer(bytes),
                   asio::transfer_exactly(length - bytes.size()), error);
      if (error) break;
      const auto body = head.find("\r\nTransfer-Encoding: chunked") == std::string::npos
                            ? take(bytes, length)
                            : read_chunks(socket, bytes, error);
      if (error) break;
      ++requests_;
      const auto text = answer_(head, body);
      if (text.empty()) break;
      asio::write(socket, asio::buffer(text), error);
    }
    const std::lock_guard lock{mutex_};
    std::erase(open_, socket.native_handle());
    socket.close(error);
  }

  static std::string take(std::string& bytes, std::size_t size) {
    auto taken = bytes.substr(0, size);
    bytes.erase(0, size);
    return taken;
  }
  // As they came, framing included.
  static std::string read_chunks(tcp::socket& socket, std::string& bytes,
                                 boost::system::error_code& error) {
    const auto size = asio::read_until(socket, asio::dynamic_buffer(bytes), "0\r\n\r\n", error);
    return take(bytes, size);
  }

  static std::size_t length_of(const std::string& head) {
    const auto at = head.find("Content-Length: ");
    return at == std::string::npos ? 0 : std::stoul(head.substr(at + 16));
  }

  Answer answer_;
  asio::io_context io_;
  tcp::acceptor acceptor_;
  std::uint16_t port_;
  std::mutex mutex_;
  std::vector<int> open_;
  std::vector<std::thread> serving_;
  std::atomic<int> requests_{0};
  std::atomic<bool> dead_{false};
  std::thread accepting_;
};

}  // namespace jkproxy::fakes
