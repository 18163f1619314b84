#include "config/endpoint.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <string>

#include "config/errors.hpp"
#include "config/number.hpp"

namespace jkproxy::config {

namespace {

constexpr std::size_t longest_unix_path = 107;

bool is_host_name(std::string_view text) {
  constexpr std::string_view letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_";
  return !text.empty() && text.size() <= 253 &&
         text.find_first_not_of(letters) == std::string_view::npos;
}

bool is_v6(const std::string& text) {
  in6_addr address{};
  return inet_pton(AF_INET6, text.c_str(), &address) == 1;
}

struct HostAndPort {
  std::string host;
  std::string_view port;  // empty: none
  bool good = false;
};

HostAndPort split(std::string_view text) {
  HostAndPort parts;
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return parts;
    parts.host = text.substr(1, end - 1);
    text.remove_prefix(end + 1);
    parts.good = is_v6(parts.host) && (text.empty() || text.front() == ':');
    if (!text.empty()) parts.port = text.substr(1);
    return parts;
  }
  const auto colon = text.rfind(':');
  parts.host = text.substr(0, colon);
  if (colon != std::string_view::npos) parts.port = text.substr(colon + 1);
  parts.good = parts.host.empty() || is_host_name(parts.host);
  return parts;
}

}  // namespace

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
  const auto parts = split(text);
  const auto port = whole_number(parts.port, 65535);
  if (!parts.good || !port) return Wrong{quoted(text) + " is no address to listen on" + form};
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
  const bool default_port = parts.port.empty() && !rest.ends_with(':');
  const auto port = whole_number(default_port ? "80" : parts.port, 65535);
  if (!parts.good || parts.host.empty() || !port || *port == 0)
    return Wrong{quoted(text) + " is no worker URL: write http://HOST:PORT, port 1 to 65535"};
  return Endpoint{.host = parts.host, .port = static_cast<std::uint16_t>(*port), .unix_path = {}};
}

Parsed<Network> parse_network(std::string_view text) {
  const auto wrong = Wrong{quoted(text) + " is no network: write ADDRESS/BITS, such as 10.0.0.0/8"};
  const auto slash = text.find('/');
  const std::string address{text.substr(0, slash)};
  Network network{.address = {}, .prefix = 128, .text = std::string{text}};
  in_addr v4{};
  const bool is_v4 = inet_pton(AF_INET, address.c_str(), &v4) == 1;
  if (is_v4) {
    network.address[10] = network.address[11] = 0xff;
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(&v4);
    std::copy(bytes, bytes + 4, network.address.begin() + 12);
  } else if (inet_pton(AF_INET6, address.c_str(), network.address.data()) != 1) {
    return wrong;
  }
  if (slash == std::string_view::npos) return network;
  const auto bits = whole_number(text.substr(slash + 1), is_v4 ? 32 : 128);
  if (!bits) return wrong;
  network.prefix = static_cast<int>(*bits) + (is_v4 ? 96 : 0);
  return network;
}

}  // namespace jkproxy::config
