// What we send to a worker for any head that we let through: it parses again, to the same method,
// path, host and framing, and holds no hop-by-hop field of the client's and nothing that a stranger
// said of himself. First byte of the input: who sent it, and where the bytes are split.

#include <algorithm>

#include "proxy/field_rules.hpp"
#include "proxy/head_parser.hpp"
#include "proxy/outgoing_head.hpp"
#include "proxy/request_id.hpp"
#include "tests/fuzz/property.hpp"

namespace jkproxy::proxy {
namespace {

using fuzz::require;

constexpr std::uint64_t line_limit = 1024;
constexpr std::uint64_t head_limit = 4096;
constexpr std::string_view id_field = "X-Request-ID";

HeadSearch search_whole(std::string_view bytes, HeadSearch::Found& found) {
  HeadSearch search;
  found = search.find_end(bytes, line_limit, head_limit);
  return search;
}

void check_split(std::string_view bytes, std::size_t split, HeadSearch::Found whole,
                 std::size_t size) {
  HeadSearch search;
  auto found = search.find_end(bytes.substr(0, split), line_limit, head_limit);
  if (found == HeadSearch::Found::need_more) found = search.find_end(bytes, line_limit, head_limit);
  require(found == whole && search.size == size, "every split gives the same end of the head");
}

// Of the hop-by-hop fields only our own: framing, and the upgrade that was let through.
bool may_be_sent(const Field& field, std::string_view bytes, bool upgrades) {
  switch (field.name_id) {
    case http::field::content_length:
    case http::field::transfer_encoding: return true;
    case http::field::connection: return upgrades && field.value.in(bytes) == "Upgrade";
    case http::field::upgrade: return upgrades;
    default: return !is_hop_by_hop(field.name_id);
  }
}

void check_fields(const RequestHead& sent, std::string_view bytes, bool upgrades) {
  int hosts = 0;
  int forwarded_for = 0;
  int ids = 0;
  for (const auto& field : sent.fields) {
    const auto name = field.name.in(bytes);
    require(may_be_sent(field, bytes, upgrades), "no hop-by-hop field is sent");
    require(field.name_id != http::field::forwarded, "a stranger's Forwarded is not sent");
    require(!is_spoof(name), "no look-alike of our fields is sent");
    require(forwarded_field(name) != ForwardedField::forwarded_more,
            "a stranger's other X-Forwarded-* are not sent");
    if (field.name_id == http::field::host) ++hosts;
    if (is_request_id_field(name, id_field)) {
      ++ids;
      require(field.value.in(bytes) == "0123456789abcdef", "a stranger's request id is replaced");
    }
    if (forwarded_field(name) == ForwardedField::forwarded_for) {
      ++forwarded_for;
      require(field.value.in(bytes) == "192.0.2.7", "a stranger's X-Forwarded-For is replaced");
    }
  }
  require(hosts == 1, "one Host is sent");
  require(ids == 1, "one request id is sent");
  require(forwarded_for == 1, "one X-Forwarded-For is sent");
}

// By no parser of ours: lines end in CRLF, a name is a token, one blank stands behind its colon,
// and no control character is anywhere.
void check_clean(std::string_view head) {
  require(head.ends_with("\r\n\r\n"), "an empty line ends the head");
  head.remove_suffix(2);
  for (bool first = true; !head.empty(); first = false) {
    const auto line = head.substr(0, head.find("\r\n"));
    head.remove_prefix(line.size() + 2);
    require(!line.empty(), "no empty line stands within");
    for (const char c : line)
      require((c >= ' ' && c != 0x7f) || c < 0 || (c == '\t' && !first),
              "no control character is sent");
    if (first) {
      require(std::count(line.begin(), line.end(), ' ') == 2 && line.ends_with(" HTTP/1.1"),
              "the request line has three words");
      continue;
    }
    const auto colon = line.find(':');
    require(colon != std::string_view::npos && colon > 0 && line.substr(colon).starts_with(": "),
            "a field is a name, a colon, a blank, a value");
    require(line.substr(0, colon).find_first_of(" \t\"(),/;<=>?@[\\]{}") == std::string_view::npos,
            "a name is a token");
  }
}

void check_sent(const RequestHead& head, std::string_view bytes, RequestFacts facts) {
  facts.may_upgrade = facts.upgrade.length > 0;
  std::string out;
  compose_request_head(head, bytes, facts,
                       {.client_address = "192.0.2.7",
                        .listener_port = "80",
                        .request_id = "0123456789abcdef",
                        .request_id_field = id_field,
                        .trusted = false,
                        .tls = false},
                       out);
  HeadSearch search;
  require(search.find_end(out, 65536, 65536) == HeadSearch::Found::complete &&
              search.size == out.size(),
          "exactly one head is sent");
  check_clean(out);
  RequestHead sent;
  require(parse_request_head(out, 200, sent) == Parsed::good, "what is sent parses");
  check_fields(sent, out, facts.may_upgrade);
  RequestFacts sent_facts;
  const auto refusal = check_request(sent, out, sent_facts);
  require(!refusal || facts.host.length == 0, "what is sent is let through");
  require(sent.version == 11, "HTTP/1.1 is sent");
  require(sent.method.in(out) == head.method.in(bytes), "the method is the same");
  const auto path = std::string{facts.before_path}.append(facts.path.in(bytes));
  require(sent.target.in(out) == path, "the path is the same");
  require(sent_facts.framing == facts.framing, "the framing is the same");
  if (refusal) return;
  require(sent_facts.host.in(out) == facts.host.in(bytes), "the host is the same");
  require(sent_facts.keep_alive, "the worker's connection is kept");
  require(sent_facts.upgrade.in(out) == facts.upgrade.in(bytes), "the protocol is the same");
  require(sent_facts.expects_continue == facts.expects_continue, "the expectation is the same");
}

void check(std::string_view input) {
  const auto selector = static_cast<unsigned char>(input.front());
  const auto bytes = input.substr(1);
  auto found = HeadSearch::Found::need_more;
  const auto search = search_whole(bytes, found);
  check_split(bytes, std::min<std::size_t>(selector, bytes.size()), found, search.size);

  const auto head_bytes =
      found == HeadSearch::Found::complete ? bytes.substr(0, search.size) : bytes;
  RequestHead head;
  if (parse_request_head(head_bytes, 100, head) != Parsed::good) return;
  RequestFacts facts;
  if (check_request(head, head_bytes, facts)) {
    require(!facts.keep_alive, "a refused request keeps no connection");
    return;
  }
  check_sent(head, head_bytes, facts);
}

}  // namespace
}  // namespace jkproxy::proxy

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size > 1) jkproxy::proxy::check(jkproxy::fuzz::text_of(bytes, size));
  return 0;
}
