#include "proxy/trusted_proxies.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>

namespace jkproxy::proxy {
namespace {

using Address = std::array<std::uint8_t, 16>;

// v4 as ::ffff:a.b.c.d, as config::Network has it; a v6 zone counts for nothing.
std::optional<Address> read_address(std::string_view text) {
  const std::string copy{text == "unix" ? "127.0.0.1" : text.substr(0, text.find('%'))};
  Address address{};
  if (::inet_pton(AF_INET6, copy.c_str(), address.data()) == 1) return address;
  address[10] = address[11] = 0xff;
  if (::inet_pton(AF_INET, copy.c_str(), address.data() + 12) == 1) return address;
  return std::nullopt;
}

bool holds(const config::Network& network, const Address& address) {
  const int prefix = std::clamp(network.prefix, 0, 128);
  const auto whole = static_cast<std::size_t>(prefix / 8);
  if (std::memcmp(network.address.data(), address.data(), whole) != 0) return false;
  if (prefix % 8 == 0) return true;
  const auto mask = static_cast<std::uint8_t>(0xff00 >> (prefix % 8));
  return ((network.address[whole] ^ address[whole]) & mask) == 0;
}

}  // namespace

bool is_trusted(const std::vector<config::Network>& networks, std::string_view address) {
  if (networks.empty()) return false;
  const auto binary = read_address(address);
  return binary && std::any_of(networks.begin(), networks.end(),
                               [&](const auto& network) { return holds(network, *binary); });
}

}  // namespace jkproxy::proxy
