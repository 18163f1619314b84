#include "app/open_or_explain.hpp"

#include <cerrno>
#include <stdexcept>
#include <system_error>

#include "app/port_owner.hpp"

namespace jkproxy::app {

namespace {

constexpr std::uint16_t first_unprivileged_port = 1024;

std::string explanation(const config::Endpoint& endpoint, int error) {
  if (endpoint.is_unix()) return {};
  if (error == EADDRINUSE) {
    const auto address = routing::literal_address(endpoint);
    const auto owner = address ? port_owner(*address) : std::string{};
    return owner.empty() ? std::string{} : " by " + owner;
  }
  if (error == EACCES && endpoint.port < first_unprivileged_port)
    return "; a port below 1024 needs root or CAP_NET_BIND_SERVICE, which the systemd unit gives";
  if (error == EADDRNOTAVAIL) return "; no interface of this machine has it";
  return {};
}

}  // namespace

proxy::OpenListener open_or_explain(const config::Endpoint& endpoint, int threads) {
  try {
    return proxy::open_listener(endpoint, threads);
  } catch (const std::system_error& error) {
    throw std::runtime_error{error.what() + explanation(endpoint, error.code().value())};
  }
}

}  // namespace jkproxy::app
