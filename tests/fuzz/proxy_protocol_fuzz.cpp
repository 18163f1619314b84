// A PROXY header is decided on its own bytes alone: what stands behind it changes nothing, no part
// of a good one is enough, and what is written for the two ends that were read is read as the same.

#include "proxy/proxy_protocol.hpp"

#include <string>
#include <vector>

#include "tests/fuzz/property.hpp"

namespace jkproxy::proxy {
namespace {

using fuzz::require;
using Found = ProxyHeaderFound;

// From memory of exactly this size, so that reading past it is seen.
Found find(std::string_view bytes, ProxyHeader& header) {
  const std::vector<char> copy{bytes.begin(), bytes.end()};
  return find_proxy_header({copy.data(), copy.size()}, header);
}

bool same(const SocketEnds& one, const SocketEnds& other) {
  return one.source == other.source && one.destination == other.destination;
}

bool same(const ProxyHeader& one, const ProxyHeader& other) {
  return one.size == other.size && one.has_ends == other.has_ends && one.tls == other.tls &&
         same(one.ends, other.ends);
}

void check_parts(std::string_view bytes) {
  ProxyHeader header;
  for (std::size_t size = 0; size < bytes.size(); size += size < 256 ? 1 : 97)
    require(find(bytes.substr(0, size), header) == Found::need_more, "no part of it is enough");
}

void check_written(const ProxyHeader& header) {
  for (const auto version : {config::SendProxy::v1, config::SendProxy::v2}) {
    std::string bytes;
    append_proxy_header(version, header.ends, bytes);
    ProxyHeader again;
    require(find(bytes, again) == Found::complete && again.size == bytes.size(),
            "what is written is a header");
    require(again.has_ends && same(again.ends, header.ends), "what is written is read as the same");
  }
}

void check(std::string_view bytes) {
  ProxyHeader header;
  const auto found = find(bytes, header);
  if (found != Found::complete) {
    require(same(header, {}), "nothing is said before all is known");
    const bool over = found == Found::need_more && bytes.size() > longest_proxy_header;
    require(!over, "nobody is waited for without end");
    return;
  }
  require(header.size > 0 && header.size <= bytes.size(), "it lies in what came");
  require(header.size <= longest_proxy_header, "its size is bounded");
  ProxyHeader alone;
  require(find(bytes.substr(0, header.size), alone) == Found::complete && same(header, alone),
          "what stands behind it changes nothing");
  check_parts(bytes.substr(0, header.size));
  if (header.has_ends) check_written(header);
}

}  // namespace
}  // namespace jkproxy::proxy

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  jkproxy::proxy::check(jkproxy::fuzz::text_of(bytes, size));
  return 0;
}
