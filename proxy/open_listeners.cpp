#include "proxy/open_listeners.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>

#include "routing/address.hpp"

namespace jkproxy::proxy {

namespace {

constexpr int backlog = 4096;

[[noreturn]] void fail(const std::string& what, int error) {
  throw std::system_error{error, std::generic_category(), what};
}

int open_socket(const routing::Address& address, const std::string& text) {
  const int descriptor =
      ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0) fail("cannot listen on " + text, errno);
  const int on = 1;
  ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (address.storage.ss_family == AF_INET6) {
    const auto* in = reinterpret_cast<const sockaddr_in6*>(&address.storage);
    const int v6_only = IN6_IS_ADDR_UNSPECIFIED(&in->sin6_addr) ? 0 : 1;
    ::setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &v6_only, sizeof v6_only);
  }
  return descriptor;
}

void bind_and_listen(int descriptor, const routing::Address& address, const std::string& text) {
  if (::bind(descriptor, address.get(), address.length) == 0 && ::listen(descriptor, backlog) == 0)
    return;
  const int error = errno;
  ::close(descriptor);
  fail("cannot listen on " + text, error);
}

void share_port(int descriptor) {
  const int on = 1;
  ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
}

routing::Address local_address(int descriptor) {
  routing::Address address;
  address.length = sizeof address.storage;
  ::getsockname(descriptor, address.get(), &address.length);
  return address;
}

// A socket file that nobody listens on is what a killed process left behind.
void remove_stale_socket(const routing::Address& address, const std::string& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return;
  if (!S_ISSOCK(found.st_mode)) fail("cannot listen on unix:" + path, EEXIST);
  const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool alive = ::connect(descriptor, address.get(), address.length) == 0;
  ::close(descriptor);
  if (alive) fail("cannot listen on unix:" + path, EADDRINUSE);
  ::unlink(path.c_str());
}

OpenListener open_unix(const config::Endpoint& endpoint, const routing::Address& address,
                       int threads) {
  OpenListener listener{.text = to_text(endpoint)};
  remove_stale_socket(address, endpoint.unix_path);
  const int first = open_socket(address, listener.text);
  bind_and_listen(first, address, listener.text);
  listener.descriptors.push_back(first);
  while (listener.descriptors.size() < static_cast<std::size_t>(threads))
    listener.descriptors.push_back(::fcntl(first, F_DUPFD_CLOEXEC, 0));
  return listener;
}

}  // namespace

OpenListener open_listener(const config::Endpoint& endpoint, int threads) {
  auto address = routing::literal_address(endpoint);
  if (!address)
    throw std::runtime_error{"cannot listen on " + to_text(endpoint) +
                             ": not a numeric address of this machine"};
  if (endpoint.is_unix()) return open_unix(endpoint, *address, threads);

  OpenListener listener{.text = to_text(endpoint)};
  const int trial = open_socket(*address, listener.text);
  bind_and_listen(trial, *address, listener.text);
  *address = local_address(trial);
  ::close(trial);
  for (int i = 0; i < threads; ++i) {
    const int descriptor = open_socket(*address, listener.text);
    share_port(descriptor);
    bind_and_listen(descriptor, *address, listener.text);
    listener.descriptors.push_back(descriptor);
  }
  listener.port = routing::port_of(*address);
  return listener;
}

}  // namespace jkproxy::proxy
