#include "proxy/proxy_protocol.hpp"

#include <gtest/gtest.h>

#include <ostream>
#include <string>

namespace jkproxy::proxy {
namespace {

using Found = ProxyHeaderFound;
using namespace std::string_literals;

const std::string signature = "\r\n\r\n\0\r\nQUIT\n"s;
const std::string v4_ends = "\xC0\x00\x02\x07\x0A\x00\x00\x01\xC3\x50\x01\xBB"s;  // 12 bytes

std::string number(std::size_t value) {
  return {static_cast<char>(value >> 8 & 0xffU), static_cast<char>(value & 0xffU)};
}
std::string v2(char command, char family, const std::string& rest) {
  return signature + command + family + number(rest.size()) + rest;
}
std::string tlv(char type, const std::string& value) {
  return type + number(value.size()) + value;
}
std::string told(const ProxyHeader& header) {
  if (!header.has_ends) return "nobody";
  return host_text(header.ends.source) + " " + std::to_string(header.ends.source.port) + " > " +
         host_text(header.ends.destination) + " " + std::to_string(header.ends.destination.port) +
         (header.tls ? " tls" : "");
}

struct Case {
  std::string name;
  std::string bytes;
  std::string ends;  // empty: malformed
};
std::ostream& operator<<(std::ostream& out, const Case& one) {
  return out << one.name;
}

class ProxyHeaders : public testing::TestWithParam<Case> {};

TEST_P(ProxyHeaders, IsReadOrRefused) {
  const auto& [name, bytes, ends] = GetParam();
  ProxyHeader header;
  const auto found = find_proxy_header(bytes + "GET / HTTP/1.1\r\n", header);
  if (ends.empty()) {
    EXPECT_EQ(found, Found::malformed);
    EXPECT_EQ(header.size, 0U);
    return;
  }
  ASSERT_EQ(found, Found::complete);
  EXPECT_EQ(header.size, bytes.size()) << "what stands behind it is not its own";
  EXPECT_EQ(told(header), ends);
}

// Of a good header every part is one that wants more: nothing is decided before its end.
TEST_P(ProxyHeaders, ComeInAnyPieces) {
  const auto& [name, bytes, ends] = GetParam();
  if (ends.empty()) return;
  ProxyHeader header;
  for (std::size_t size = 0; size < bytes.size(); ++size)
    ASSERT_EQ(find_proxy_header(bytes.substr(0, size), header), Found::need_more) << size;
}

INSTANTIATE_TEST_SUITE_P(
    Version1, ProxyHeaders,
    testing::Values(
        // The specification's own examples and longest lines, section 2.1.
        Case{"tcp4", "PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n",
             "192.168.0.1 56324 > 192.168.0.11 443"},
        Case{"longest tcp4", "PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n",
             "255.255.255.255 65535 > 255.255.255.255 65535"},
        Case{"longest tcp6",
             "PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "
             "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n",
             "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 > "
             "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535"},
        Case{"short tcp6", "PROXY TCP6 2001:db8::7 ::1 0 80\r\n", "2001:db8::7 0 > ::1 80"},
        Case{"unknown", "PROXY UNKNOWN\r\n", "nobody"},
        Case{"unknown with what is ignored",
             "PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "
             "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n",
             "nobody"},
        Case{"no line within 107 bytes", "PROXY UNKNOWN " + std::string(92, 'x') + "\r\n", ""},
        Case{"no protocol", "PROXY \r\n", ""}, Case{"other protocol", "PROXY UDP4 a b 1 2\r\n", ""},
        Case{"lower case", "proxy TCP4 192.0.2.1 192.0.2.2 1 2\r\n", ""},
        Case{"lower case protocol", "PROXY tcp4 192.0.2.1 192.0.2.2 1 2\r\n", ""},
        Case{"two blanks", "PROXY TCP4  192.0.2.1 192.0.2.2 1 2\r\n", ""},
        Case{"a tab", "PROXY TCP4\t192.0.2.1 192.0.2.2 1 2\r\n", ""},
        Case{"blank at the end", "PROXY TCP4 192.0.2.1 192.0.2.2 1 2 \r\n", ""},
        Case{"a word too many", "PROXY TCP4 192.0.2.1 192.0.2.2 1 2 3\r\n", ""},
        Case{"a word too few", "PROXY TCP4 192.0.2.1 192.0.2.2 1\r\n", ""},
        Case{"port too large", "PROXY TCP4 192.0.2.1 192.0.2.2 1 65536\r\n", ""},
        Case{"port with a sign", "PROXY TCP4 192.0.2.1 192.0.2.2 +1 2\r\n", ""},
        Case{"negative port", "PROXY TCP4 192.0.2.1 192.0.2.2 -1 2\r\n", ""},
        Case{"port with a leading zero", "PROXY TCP4 192.0.2.1 192.0.2.2 01 2\r\n", ""},
        Case{"address with a leading zero", "PROXY TCP4 192.0.02.1 192.0.2.2 1 2\r\n", ""},
        Case{"address of three numbers", "PROXY TCP4 192.0.2 192.0.2.2 1 2\r\n", ""},
        Case{"v6 address in tcp4", "PROXY TCP4 ::1 ::1 1 2\r\n", ""},
        Case{"v4 address in tcp6", "PROXY TCP6 192.0.2.1 192.0.2.2 1 2\r\n", ""},
        Case{"zone", "PROXY TCP6 fe80::1%lo ::1 1 2\r\n", ""},
        Case{"NUL in an address", "PROXY TCP4 192.0.2.1\0 192.0.2.2 1 2\r\n"s, ""},
        Case{"a name", "PROXY TCP4 localhost 192.0.2.2 1 2\r\n", ""}));

INSTANTIATE_TEST_SUITE_P(
    Version2, ProxyHeaders,
    testing::Values(
        Case{"tcp4", v2('\x21', '\x11', v4_ends), "192.0.2.7 50000 > 10.0.0.1 443"},
        Case{"tcp6",
             v2('\x21', '\x21',
                "\x20\x01\x0D\xB8" + std::string(11, '\0') + "\x07" + std::string(15, '\0') +
                    "\x01\xC3\x50\x01\xBB"),
             "2001:db8::7 50000 > ::1 443"},
        Case{"local", v2('\x20', '\0', ""), "nobody"},
        Case{"local with what is ignored", v2('\x20', '\x99', "anything"), "nobody"},
        Case{"unspecified", v2('\x21', '\0', ""), "nobody"},
        Case{"unspecified with what is ignored", v2('\x21', '\0', "anything"), "nobody"},
        Case{"unix socket", v2('\x21', '\x31', std::string(216, 'p')), "nobody"},
        Case{"unix datagrams", v2('\x21', '\x32', std::string(216, 'p')), "nobody"},
        Case{"udp", v2('\x21', '\x12', v4_ends), "nobody"},
        Case{"unknown TLVs",
             v2('\x21', '\x11', v4_ends + tlv('\x04', "") + tlv('\xE0', std::string(300, 'x'))),
             "192.0.2.7 50000 > 10.0.0.1 443"},
        Case{"tls", v2('\x21', '\x11', v4_ends + tlv('\x20', "\x01\0\0\0\0"s + tlv('\x21', "T"))),
             "192.0.2.7 50000 > 10.0.0.1 443 tls"},
        Case{"plain at a TLS sender", v2('\x21', '\x11', v4_ends + tlv('\x20', "\0\0\0\0\x01"s)),
             "192.0.2.7 50000 > 10.0.0.1 443"},
        // Worked out elsewhere, with a table that gives E3069283 for "123456789".
        Case{"checksum", v2('\x21', '\x11', v4_ends + tlv('\x03', "\x0B\xBC\x55\x48")),
             "192.0.2.7 50000 > 10.0.0.1 443"},
        Case{"wrong checksum", v2('\x21', '\x11', v4_ends + tlv('\x03', "\0\0\0\0"s)), ""},
        Case{"short checksum", v2('\x21', '\x11', v4_ends + tlv('\x03', "\0\0\0"s)), ""},
        Case{"short TLS TLV", v2('\x21', '\x11', v4_ends + tlv('\x20', "\x01\0\0\0"s)), ""},
        Case{"TLV longer than the header", v2('\x21', '\x11', v4_ends + "\x04\0\x01"s), ""},
        Case{"TLV without its length", v2('\x21', '\x11', v4_ends + "\x04\0"s), ""},
        Case{"ends cut off", v2('\x21', '\x11', v4_ends.substr(1)), ""},
        Case{"v6 ends cut off", v2('\x21', '\x21', std::string(35, 'x')), ""},
        Case{"unix ends cut off", v2('\x21', '\x31', std::string(215, 'p')), ""},
        Case{"version 1", v2('\x11', '\x11', v4_ends), ""},
        Case{"version 3", v2('\x31', '\x11', v4_ends), ""},
        Case{"unknown command", v2('\x22', '\x11', v4_ends), ""},
        Case{"unknown family", v2('\x21', '\x41', v4_ends), ""},
        Case{"unknown transport", v2('\x21', '\x13', v4_ends), ""},
        Case{"longer than anybody needs",
             v2('\x21', '\x11', v4_ends + tlv('\x04', std::string(16384, 'x'))), ""}));

INSTANTIATE_TEST_SUITE_P(Others, ProxyHeaders,
                         testing::Values(Case{"a request", "", ""},
                                         Case{"almost the signature", "\r\n\r\n\0\r\nQUIt\n!!"s,
                                              ""},
                                         Case{"empty lines", "\r\n\r\n\r\n", ""}));

class WrittenHeader : public testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(WrittenHeader, IsReadAsTheSame) {
  const auto end = [](const char* text, std::uint16_t port) {
    return end_of(*routing::literal_address({.host = text, .port = port, .unix_path = {}}));
  };
  const auto source = end(GetParam().first, 50000);
  const auto destination = end(GetParam().second, 443);
  for (const auto version : {config::SendProxy::v1, config::SendProxy::v2}) {
    std::string bytes;
    append_proxy_header(version, SocketEnds{source, destination}, bytes);
    ProxyHeader header;
    ASSERT_EQ(find_proxy_header(bytes, header), Found::complete);
    EXPECT_EQ(header.size, bytes.size());
    EXPECT_TRUE(header.ends.source == source && header.ends.destination == destination)
        << told(header);
  }
}

INSTANTIATE_TEST_SUITE_P(Ends, WrittenHeader,
                         testing::Values(std::pair{"192.0.2.7", "10.0.0.1"},
                                         std::pair{"2001:db8::7", "::1"},
                                         std::pair{"192.0.2.7", "::1"},
                                         std::pair{"::ffff:192.0.2.7", "10.0.0.1"}));

TEST(AProxyHeaderOfOurs, NamesNobodyWithoutEnds) {
  const auto written = [](config::SendProxy version) {
    std::string bytes;
    append_proxy_header(version, std::nullopt, bytes);
    return bytes;
  };
  EXPECT_EQ(written(config::SendProxy::none), "");
  EXPECT_EQ(written(config::SendProxy::v1), "PROXY UNKNOWN\r\n");
  EXPECT_EQ(written(config::SendProxy::v2), v2('\x21', '\0', ""));
}

TEST(AProxyHeaderOfOurs, IsTheSpecificationsOwn) {
  std::string bytes;
  append_proxy_header(config::SendProxy::v2,
                      SocketEnds{end_of(*routing::literal_address({"192.0.2.7", 50000, ""})),
                                 end_of(*routing::literal_address({"10.0.0.1", 443, ""}))},
                      bytes);
  EXPECT_EQ(bytes, v2('\x21', '\x11', v4_ends));
}

}  // namespace
}  // namespace jkproxy::proxy
