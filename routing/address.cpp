#include "routing/address.hpp"

#include <arpa/inet.h>
#include <sys/un.h>

#include <array>
#include <cstring>

namespace jkproxy::routing {

namespace {

Address unix_address(const std::string& path) {
  Address address;
  sockaddr_un un{};
  un.sun_family = AF_UNIX;
  path.copy(un.sun_path, sizeof un.sun_path - 1);
  std::memcpy(&address.storage, &un, sizeof un);
  address.length = sizeof un;
  return address;
}

Address v6_address(const in6_addr& host, std::uint16_t port) {
  Address address;
  sockaddr_in6 in{};
  in.sin6_family = AF_INET6;
  in.sin6_port = htons(port);
  in.sin6_addr = host;
  std::memcpy(&address.storage, &in, sizeof in);
  address.length = sizeof in;
  return address;
}

Address v4_address(in_addr host, std::uint16_t port) {
  Address address;
  sockaddr_in in{};
  in.sin_family = AF_INET;
  in.sin_port = htons(port);
  in.sin_addr = host;
  std::memcpy(&address.storage, &in, sizeof in);
  address.length = sizeof in;
  return address;
}

std::string v6_text(const sockaddr_in6& in) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (IN6_IS_ADDR_V4MAPPED(&in.sin6_addr)) {
    inet_ntop(AF_INET, in.sin6_addr.s6_addr + 12, text.data(), text.size());
  } else {
    inet_ntop(AF_INET6, &in.sin6_addr, text.data(), text.size());
  }
  return text.data();
}

template <class Sockaddr>
Sockaddr as(const Address& address) {
  Sockaddr typed;
  std::memcpy(&typed, &address.storage, sizeof typed);
  return typed;
}

}  // namespace

bool Address::operator==(const Address& other) const {
  return length == other.length && std::memcmp(&storage, &other.storage, length) == 0;
}

std::optional<Address> literal_address(const config::Endpoint& endpoint) {
  if (endpoint.is_unix()) return unix_address(endpoint.unix_path);
  if (endpoint.host.empty()) return v6_address(in6addr_any, endpoint.port);
  in_addr v4{};
  if (inet_pton(AF_INET, endpoint.host.c_str(), &v4) == 1) return v4_address(v4, endpoint.port);
  in6_addr v6{};
  if (inet_pton(AF_INET6, endpoint.host.c_str(), &v6) == 1) return v6_address(v6, endpoint.port);
  return std::nullopt;
}

std::string host_text(const Address& address) {
  switch (address.storage.ss_family) {
    case AF_INET: {
      std::array<char, INET_ADDRSTRLEN> text{};
      const auto in = as<sockaddr_in>(address);
      inet_ntop(AF_INET, &in.sin_addr, text.data(), text.size());
      return text.data();
    }
    case AF_INET6: return v6_text(as<sockaddr_in6>(address));
    default: return "unix";
  }
}

std::uint16_t port_of(const Address& address) {
  switch (address.storage.ss_family) {
    case AF_INET: return ntohs(as<sockaddr_in>(address).sin_port);
    case AF_INET6: return ntohs(as<sockaddr_in6>(address).sin6_port);
    default: return 0;
  }
}

}  // namespace jkproxy::routing
