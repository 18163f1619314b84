#include "config/endpoint.hpp"

#include <arpa/inet.h>

#include <array>
#include <optional>
#include <string>

#include "config/errors.hpp"
#include "config/number.hpp"

namespace jkproxy::config {

namespace {

constexpr std::size_t longest_unix_path = 107;

bool is_v4(const std::string& text) {
  in_addr address{};
  return inet_pton(AF_INET, text.c_str(), &address) == 1;
}

// 10.0.0.300 and 10.0.0 are no names, but addresses with a mistake (URL standard, 3.5).
bool ends_in_a_number(std::string_view text) {
  if (text.ends_with('.')) text.remove_suffix(1);
  const auto dot = text.rfind('.');
  const auto last = dot == std::string_view::npos ? text : text.substr(dot + 1);
  return !last.empty() && last.find_first_not_of("0123456789") == std::string_view::npos;
}

bool is_host_name(std::string_view text) {
  constexpr std::string_view letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_";
  return !text.empty() && text.size() <= 253 && !text.starts_with('.') &&
         text.find("..") == std::string_view::npos &&
         text.find_first_not_of(letters) == std::string_view::npos && !ends_in_a_number(text);
}

struct HostAndPort {
  std::string host;
  std::string_view port;  // empty: none
  HostKind kind = HostKind::wrong;
};

HostAndPort split(std::string_view text) {
  HostAndPort parts;
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return parts;
    parts.host = text.substr(1, end - 1);
    text.remove_prefix(end + 1);
    if (is_v6(parts.host) && (text.empty() || text.front() == ':')) parts.kind = HostKind::v6;
    if (!text.empty()) parts.port = text.substr(1);
    return parts;
  }
  const auto colon = text.rfind(':');
  parts.host = text.substr(0, colon);
  if (colon != std::string_view::npos) parts.port = text.substr(colon + 1);
  parts.kind = host_kind(parts.host);
  return parts;
}

// What the address should be for the reader to see the mistake at once.
std::string no_address(std::string_view text, const HostAndPort& parts) {
  if (ends_in_a_number(parts.host) && parts.kind == HostKind::wrong)
    return quoted(text) + ": " + quoted(parts.host) + " is no IPv4 address (four numbers 0 to 255)";
  return {};
}

// v4 as ::ffff:a.b.c.d.
std::optional<std::array<std::uint8_t, 16>> read_address(const std::string& text) {
  std::array<std::uint8_t, 16> address{};
  if (inet_pton(AF_INET6, text.c_str(), address.data()) == 1) return address;
  address[10] = address[11] = 0xff;
  if (inet_pton(AF_INET, text.c_str(), address.data() + 12) == 1) return address;
  return std::nullopt;
}

std::string address_text(const std::array<std::uint8_t, 16>& address, bool is_v4) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(is_v4 ? AF_INET : AF_INET6, address.data() + (is_v4 ? 12 : 0), text.data(),
            text.size());
  return text.data();
}

// "10.0.0.1" of "::ffff:10.0.0.1"; empty for all else.
std::string mapped_v4(const std::string& host) {
  in6_addr address{};
  if (inet_pton(AF_INET6, host.c_str(), &address) != 1 || !IN6_IS_ADDR_V4MAPPED(&address))
    return {};
  return address_text(*read_address(host), true);
}

// The address with all bits behind the prefix off.
std::array<std::uint8_t, 16> masked(std::array<std::uint8_t, 16> address, int prefix) {
  for (int bit = prefix; bit < 128; ++bit)
    address[static_cast<std::size_t>(bit / 8)] &= static_cast<std::uint8_t>(~(0x80U >> bit % 8));
  return address;
}

}  // namespace

bool is_v6(const std::string& text) {
  in6_addr address{};
  return inet_pton(AF_INET6, text.c_str(), &address) == 1;
}

bool is_unspecified_v6(const std::string& text) {
  in6_addr address{};
  return inet_pton(AF_INET6, text.c_str(), &address) == 1 && IN6_IS_ADDR_UNSPECIFIED(&address);
}

std::string canonical_host(const std::string& host) {
  const auto address = read_address(host);
  return address ? address_text(*address, host_kind(host) == HostKind::v4) : host;
}

HostKind host_kind(const std::string& host) {
  if (host.empty()) return HostKind::none;
  if (is_v4(host)) return HostKind::v4;
  return is_host_name(host) ? HostKind::name : HostKind::wrong;
}

std::string to_text(const Endpoint& endpoint) {
  if (endpoint.is_unix()) return "unix:" + endpoint.unix_path;
  const bool v6 = endpoint.host.find(':') != std::string::npos;
  const auto host = v6 ? "[" + endpoint.host + "]" : endpoint.host;
  return host + ":" + std::to_string(endpoint.port);
}

Parsed<Endpoint> parse_bind(std::string_view text) {
  const auto form = ": write ADDRESS:PORT, [V6]:PORT, :PORT or unix:PATH";
  if (text.starts_with("unix:")) {
    const auto path = text.substr(5);
    if (path.empty() || path.size() > longest_unix_path)
      return Wrong{quoted(text) + " needs a path of 1 to 107 bytes" + form};
    return Endpoint{.host = {}, .port = 0, .unix_path = std::string{path}};
  }
  if (whole_number(text, 65535))
    return Wrong{quoted(text) + " is a port alone: write :" + std::string{text} +
                 " for all addresses, or 127.0.0.1:" + std::string{text} + " for this machine"};
  const auto parts = split(text);
  const auto port = whole_number(parts.port, 65535);
  if (auto why = no_address(text, parts); !why.empty()) return Wrong{why + form};
  if (parts.kind == HostKind::wrong || !port)
    return Wrong{quoted(text) + " is no address to listen on" + form};
  if (parts.kind == HostKind::name)
    return Wrong{quoted(text) + ": " + quoted(parts.host) +
                 " is a name, and ADDRESS must be a number, such as 127.0.0.1" + form};
  if (const auto v4 = mapped_v4(parts.host); !v4.empty())
    return Wrong{quoted(text) + " is an IPv4 address: write " + v4 + ":" + std::to_string(*port)};
  return Endpoint{.host = parts.host, .port = static_cast<std::uint16_t>(*port), .unix_path = {}};
}

Parsed<Endpoint> parse_worker_url(std::string_view text) {
  if (text.starts_with("https://"))
    return Wrong{quoted(text) + ": TLS to workers is not supported yet: write http://HOST:PORT"};
  if (text.starts_with("ajp://"))
    return Wrong{quoted(text) +
                 ": AJP is not supported: use Tomcat's HTTP connector, "
                 "http://HOST:PORT"};
  if (!text.starts_with("http://"))
    return Wrong{quoted(text) + " is no worker URL: write http://HOST:PORT"};
  auto rest = text.substr(7);
  if (rest.ends_with('/')) rest.remove_suffix(1);
  if (rest.find_first_of("/?#@") != std::string_view::npos)
    return Wrong{quoted(text) + " may hold no path, query or user: write http://HOST:PORT"};
  const auto parts = split(rest);
  if (auto why = no_address(text, parts); !why.empty()) return Wrong{why};
  const bool default_port = parts.port.empty() && !rest.ends_with(':');
  const auto port = whole_number(default_port ? "80" : parts.port, 65535);
  if (parts.kind == HostKind::wrong || parts.host.empty() || !port || *port == 0)
    return Wrong{quoted(text) + " is no worker URL: write http://HOST:PORT, port 1 to 65535"};
  return Endpoint{.host = parts.host, .port = static_cast<std::uint16_t>(*port), .unix_path = {}};
}

Parsed<Network> parse_network(std::string_view text) {
  const auto wrong = Wrong{quoted(text) + " is no network: write ADDRESS/BITS, such as 10.0.0.0/8"};
  const auto slash = text.find('/');
  const auto address = read_address(std::string{text.substr(0, slash)});
  if (!address) return wrong;
  const bool is_v4 = text.find(':') == std::string_view::npos;
  Network network{.address = *address, .prefix = 128, .text = std::string{text}};
  if (slash == std::string_view::npos) return network;
  const auto bits = whole_number(text.substr(slash + 1), is_v4 ? 32 : 128);
  if (!bits) return wrong;
  network.prefix = static_cast<int>(*bits) + (is_v4 ? 96 : 0);
  const auto meant = masked(network.address, network.prefix);
  if (meant == network.address) return network;
  return Wrong{quoted(text) + " is no network, since bits behind the first " +
               std::to_string(*bits) + " are set: write " + address_text(meant, is_v4) + "/" +
               std::to_string(*bits) + " for the network, or " +
               std::string{text.substr(0, slash)} + " for the one address"};
}

}  // namespace jkproxy::config
