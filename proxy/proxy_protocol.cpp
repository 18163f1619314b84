#include "proxy/proxy_protocol.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>

namespace jkproxy::proxy {

namespace {

using Found = ProxyHeaderFound;
using std::string_view_literals::operator""sv;

constexpr std::string_view line_begin = "PROXY ";
constexpr std::size_t longest_line = 107;  // CRLF included
constexpr std::string_view signature = "\r\n\r\n\0\r\nQUIT\n"sv;
constexpr std::size_t fixed_part = 16;  // signature, version and command, family, length
constexpr std::size_t v4_ends = 12;
constexpr std::size_t v6_ends = 36;
constexpr std::size_t unix_ends = 216;

constexpr std::uint8_t over_tcp4 = 0x11;  // AF_INET, STREAM
constexpr std::uint8_t over_tcp6 = 0x21;

// Types of TLVs.
constexpr std::uint8_t crc32c_type = 0x03;
constexpr std::uint8_t ssl_type = 0x20;
constexpr std::uint8_t client_spoke_tls = 0x01;

std::uint8_t byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint8_t>(bytes[at]);
}

std::uint16_t number_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint16_t>(byte_at(bytes, at) << 8 | byte_at(bytes, at + 1));
}

void map_v4(const void* v4, SocketEnd& end) {
  end.host.fill(0);
  end.host[10] = end.host[11] = 0xff;
  std::memcpy(end.host.data() + 12, v4, 4);
}

// Words of a line, with one blank between two.
std::optional<std::string_view> take_word(std::string_view& line) {
  const auto end = std::min(line.find(' '), line.size());
  const auto word = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  if (word.empty()) return std::nullopt;
  return word;
}

bool read_host(std::optional<std::string_view> word, int family, SocketEnd& end) {
  if (!word || word->find('\0') != std::string_view::npos) return false;
  const std::string text{*word};
  if (family == AF_INET6) return ::inet_pton(AF_INET6, text.c_str(), end.host.data()) == 1;
  in_addr v4{};
  if (::inet_pton(AF_INET, text.c_str(), &v4) != 1) return false;
  map_v4(&v4, end);
  return true;
}

// Decimal, without signs and leading zeros.
bool read_port(std::optional<std::string_view> word, std::uint16_t& port) {
  if (!word || (word->size() > 1 && word->front() == '0')) return false;
  const auto* end = word->data() + word->size();
  const auto [stop, error] = std::from_chars(word->data(), end, port);
  return error == std::errc{} && stop == end;
}

Found read_line(std::string_view line, ProxyHeader& header) {
  line.remove_prefix(line_begin.size());
  const bool is_whole = !line.ends_with(' ');
  const auto protocol = take_word(line);
  if (protocol == "UNKNOWN") return Found::complete;  // what follows is not for us
  if (protocol != "TCP4" && protocol != "TCP6") return Found::malformed;
  const int family = protocol == "TCP4" ? AF_INET : AF_INET6;
  header.has_ends = read_host(take_word(line), family, header.ends.source) &&
                    read_host(take_word(line), family, header.ends.destination) &&
                    read_port(take_word(line), header.ends.source.port) &&
                    read_port(take_word(line), header.ends.destination.port) && line.empty() &&
                    is_whole;
  return header.has_ends ? Found::complete : Found::malformed;
}

Found find_v1(std::string_view bytes, ProxyHeader& header) {
  const auto line = bytes.substr(0, longest_line);
  const auto end = line.find("\r\n");
  if (end == std::string_view::npos)
    return line.size() < longest_line ? Found::need_more : Found::malformed;
  header.size = end + 2;
  return read_line(line.substr(0, end), header);
}

// Castagnoli's polynomial, reflected; the checksum's own bytes count as zeros.
std::uint32_t crc32c(std::string_view bytes, std::size_t zeros_at) {
  std::uint32_t crc = ~0U;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const bool own = i >= zeros_at && i < zeros_at + 4;
    crc ^= own ? 0U : byte_at(bytes, i);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1U) != 0 ? 0x82f6'3b78U : 0U);
  }
  return ~crc;
}

// What is not known is skipped; all of it must fit.
bool read_tlvs(std::string_view whole, std::size_t at, ProxyHeader& header) {
  while (at < whole.size()) {
    if (whole.size() - at < 3) return false;
    const auto type = byte_at(whole, at);
    const std::size_t length = number_at(whole, at + 1);
    at += 3;
    if (whole.size() - at < length) return false;
    if (type == crc32c_type) {
      if (length != 4) return false;
      const auto told = static_cast<std::uint32_t>(number_at(whole, at)) << 16 |
                        static_cast<std::uint32_t>(number_at(whole, at + 2));
      if (told != crc32c(whole, at)) return false;
    } else if (type == ssl_type) {
      if (length < 5) return false;
      header.tls = (byte_at(whole, at) & client_spoke_tls) != 0;
    }
    at += length;
  }
  return true;
}

void read_ends(std::string_view bytes, bool v4, ProxyHeader& header) {
  const std::size_t size = v4 ? 4 : 16;
  const auto host = [&](std::size_t at, SocketEnd& end) {
    if (v4) return map_v4(bytes.data() + at, end);
    std::memcpy(end.host.data(), bytes.data() + at, size);
  };
  host(fixed_part, header.ends.source);
  host(fixed_part + size, header.ends.destination);
  header.ends.source.port = number_at(bytes, fixed_part + 2 * size);
  header.ends.destination.port = number_at(bytes, fixed_part + 2 * size + 2);
  header.has_ends = true;
}

// Bytes of the two ends for this family.
std::size_t ends_of_family(unsigned family) {
  switch (family) {
    case 1: return v4_ends;
    case 2: return v6_ends;
    case 3: return unix_ends;
    default: return 0;
  }
}

Found read_v2(std::string_view whole, ProxyHeader& header) {
  const auto command = byte_at(whole, 12);
  const unsigned family = byte_at(whole, 13) >> 4;
  const unsigned transport = byte_at(whole, 13) & 15U;
  if ((command & 15U) == 0) return Found::complete;  // LOCAL: the rest means nothing
  if (family > 3 || transport > 2) return Found::malformed;
  if (family == 0) return Found::complete;  // UNSPEC: the same
  const auto ends = ends_of_family(family);
  if (whole.size() < fixed_part + ends) return Found::malformed;
  const bool good = read_tlvs(whole, fixed_part + ends, header);
  const bool tcp = byte_at(whole, 13) == over_tcp4 || byte_at(whole, 13) == over_tcp6;
  if (good && tcp) read_ends(whole, byte_at(whole, 13) == over_tcp4, header);
  return good ? Found::complete : Found::malformed;
}

Found find_v2(std::string_view bytes, ProxyHeader& header) {
  if (bytes.size() > signature.size() && (byte_at(bytes, 12) & 0xfeU) != 0x20U)
    return Found::malformed;  // version 2, LOCAL or PROXY
  if (bytes.size() < fixed_part) return Found::need_more;
  header.size = fixed_part + number_at(bytes, 14);
  if (header.size > longest_proxy_header) return Found::malformed;
  if (bytes.size() < header.size) return Found::need_more;
  return read_v2(bytes.substr(0, header.size), header);
}

bool begins_alike(std::string_view bytes, std::string_view with) {
  return bytes.substr(0, with.size()) == with.substr(0, bytes.size());
}

void append_number(unsigned number, std::string& out) {
  out.push_back(static_cast<char>(number >> 8 & 0xffU));
  out.push_back(static_cast<char>(number & 0xffU));
}

// A mixed pair is told in v6, where inet_ntop shows the v4 one as ::ffff:a.b.c.d.
bool are_v4(const SocketEnds& ends) {
  return ends.source.is_v4() && ends.destination.is_v4();
}

void append_line(const std::optional<SocketEnds>& ends, std::string& out) {
  if (!ends) {
    out.append(line_begin).append("UNKNOWN\r\n");
    return;
  }
  const bool v4 = are_v4(*ends);
  out.append(line_begin).append(v4 ? "TCP4" : "TCP6");
  for (const auto* end : {&ends->source, &ends->destination}) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    ::inet_ntop(v4 ? AF_INET : AF_INET6, end->host.data() + (v4 ? 12 : 0), text.data(),
                text.size());
    out.append(" ").append(text.data());
  }
  out.append(" ").append(std::to_string(ends->source.port)).append(" ");
  out.append(std::to_string(ends->destination.port)).append("\r\n");
}

void append_binary(const std::optional<SocketEnds>& ends, std::string& out) {
  out.append(signature).push_back('\x21');  // version 2, PROXY
  if (!ends) {
    out.append("\0\0\0"sv);  // UNSPEC, no bytes
    return;
  }
  const bool v4 = are_v4(*ends);
  out.push_back(static_cast<char>(v4 ? over_tcp4 : over_tcp6));
  append_number(v4 ? v4_ends : v6_ends, out);
  for (const auto* end : {&ends->source, &ends->destination})
    out.append(end->host.begin() + (v4 ? 12 : 0), end->host.end());
  append_number(ends->source.port, out);
  append_number(ends->destination.port, out);
}

}  // namespace

bool SocketEnd::is_v4() const {
  constexpr std::array<std::uint8_t, 12> prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  return std::equal(prefix.begin(), prefix.end(), host.begin());
}

SocketEnd end_of(const routing::Address& address) {
  SocketEnd end{.host = {}, .port = routing::port_of(address)};
  if (address.storage.ss_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, &address.storage, sizeof in);
    map_v4(&in.sin_addr, end);
  } else if (address.storage.ss_family == AF_INET6) {
    sockaddr_in6 in{};
    std::memcpy(&in, &address.storage, sizeof in);
    std::memcpy(end.host.data(), &in.sin6_addr, end.host.size());
  }
  return end;
}

std::string host_text(const SocketEnd& end) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (end.is_v4()) {
    ::inet_ntop(AF_INET, end.host.data() + 12, text.data(), text.size());
  } else {
    ::inet_ntop(AF_INET6, end.host.data(), text.data(), text.size());
  }
  return text.data();
}

ProxyHeaderFound find_proxy_header(std::string_view bytes, ProxyHeader& header) {
  header = {};
  auto found = Found::malformed;
  if (begins_alike(bytes, line_begin)) {
    found = bytes.size() < line_begin.size() ? Found::need_more : find_v1(bytes, header);
  } else if (begins_alike(bytes, signature)) {
    found = bytes.size() < signature.size() ? Found::need_more : find_v2(bytes, header);
  }
  if (found != Found::complete) header = {};
  return found;
}

void append_proxy_header(config::SendProxy version, const std::optional<SocketEnds>& ends,
                         std::string& out) {
  switch (version) {
    case config::SendProxy::none: return;
    case config::SendProxy::v1: return append_line(ends, out);
    case config::SendProxy::v2: return append_binary(ends, out);
  }
}

}  // namespace jkproxy::proxy
