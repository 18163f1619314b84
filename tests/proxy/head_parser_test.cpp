#include "proxy/head_parser.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace jkproxy::proxy {
namespace {

using Found = HeadSearch::Found;

struct SearchCase {
  const char* name;
  std::string bytes;
  Found found;
  std::size_t size = 0;
};

// Limits of 20 bytes for the line and 40 for the head.
const std::vector<SearchCase>& search_cases() {
  static const std::vector<SearchCase> cases{
      {"complete", "GET / HTTP/1.1\r\nA: b\r\n\r\n", Found::complete, 24},
      {"bytes behind it belong to others", "GET / HTTP/1.1\r\n\r\nbody\n\n", Found::complete, 18},
      {"nothing", "", Found::need_more},
      {"line only", "GET / HTTP/1.1\r\n", Found::need_more},
      {"CR of the empty line", "GET / HTTP/1.1\r\n\r", Found::need_more},
      {"9112 2.2: bare LF ends the line", "GET / HTTP/1.1\nA: b\r\n\r\n", Found::bare_line_end},
      {"9112 2.2: bare LF in a field", "GET / HTTP/1.1\r\nA: b\nC: d\r\n\r\n",
       Found::bare_line_end},
      {"9112 2.2: bare LF as the empty line", "GET / HTTP/1.1\r\nA: b\r\n\n", Found::bare_line_end},
      {"9112 2.2: bare CR before the empty line", "GET / HTTP/1.1\r\nA: b\r\n\r\r\n",
       Found::bare_line_end},
      {"CR, CR, LF everywhere", "GET / HTTP/1.1\r\r\n\r\r\n", Found::bare_line_end},
      {"bare LF first", "\nGET / HTTP/1.1\r\n\r\n", Found::bare_line_end},
      {"line as long as allowed", "GET /123456 HTTP/1.1\r\n\r\n", Found::complete, 24},
      {"9112 3: line too long", "GET /1234567 HTTP/1.1\r\n\r\n", Found::request_line_limit},
      {"line too long, no end yet", "GET /12345678901234567890", Found::request_line_limit},
      {"line too long, ends in bare LF", "GET /12345678901234567890\n", Found::request_line_limit},
      {"head as long as allowed", "GET / HTTP/1.1\r\nA: 23456789012345678\r\n\r\n", Found::complete,
       40},
      {"6585 5: head too long", "GET / HTTP/1.1\r\nA: 234567890123456789\r\n\r\n",
       Found::head_limit},
      {"head too long, no end yet", "GET / HTTP/1.1\r\nA: 234567890123456789012345",
       Found::head_limit},
      {"head too long, many lines", "GET / HTTP/1.1\r\nA: 2\r\nA: 2\r\nA: 2\r\nA: 2\r\nA: 2\r\n",
       Found::head_limit},
  };
  return cases;
}

TEST(HeadSearch, FindsTheEndOrTheFault) {
  for (const auto& c : search_cases()) {
    HeadSearch search;
    EXPECT_EQ(search.find_end(c.bytes, 20, 40), c.found) << c.name;
    EXPECT_EQ(search.size, c.size) << c.name;
  }
}

TEST(HeadSearch, EverySplitGivesTheSameResult) {
  for (const auto& c : search_cases()) {
    for (std::size_t split = 0; split <= c.bytes.size(); ++split) {
      HeadSearch search;
      const std::string_view bytes{c.bytes};
      auto found = search.find_end(bytes.substr(0, split), 20, 40);
      if (found == Found::need_more) found = search.find_end(bytes, 20, 40);
      EXPECT_EQ(found, c.found) << c.name << " split at " << split;
      EXPECT_EQ(search.size, c.size) << c.name;
    }
  }
}

TEST(HeadSearch, ByteByByteGivesTheSameResult) {
  for (const auto& c : search_cases()) {
    HeadSearch search;
    auto found = Found::need_more;
    for (std::size_t n = 0; n <= c.bytes.size() && found == Found::need_more; ++n)
      found = search.find_end(std::string_view{c.bytes}.substr(0, n), 20, 40);
    EXPECT_EQ(found, c.found) << c.name;
  }
}

struct GrammarCase {
  const char* name;
  std::string head;
  Parsed parsed;
};

TEST(ParseRequestHead, KeepsToTheGrammar) {
  using namespace std::string_literals;
  const std::vector<GrammarCase> cases{
      {"9112 3: simplest", "GET / HTTP/1.1\r\n\r\n", Parsed::good},
      {"9112 2.3: HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", Parsed::good},
      {"9110 2.5: higher minor is read as 1.1", "GET / HTTP/1.2\r\nA: b\r\n\r\n", Parsed::good},
      {"9110 2.5: HTTP/1.9", "GET / HTTP/1.9\r\n\r\n", Parsed::good},
      {"9112 2.3: HTTP/2.0", "GET / HTTP/2.0\r\n\r\n", Parsed::unsupported_version},
      {"9113 3.4: HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\n", Parsed::unsupported_version},
      {"HTTP/3.0", "GET / HTTP/3.0\r\n\r\n", Parsed::unsupported_version},
      {"HTTP/0.9 with a version", "GET / HTTP/0.9\r\n\r\n", Parsed::unsupported_version},
      {"HTTP/0.9", "GET /\r\n\r\n", Parsed::unsupported_version},
      {"version with two digits", "GET / HTTP/1.10\r\n\r\n", Parsed::malformed},
      {"version with two digits before", "GET / HTTP/11.1\r\n\r\n", Parsed::malformed},
      {"9112 2.3: version is case-sensitive", "GET / http/1.1\r\n\r\n", Parsed::malformed},
      {"version without a dot", "GET / HTTP/11\r\n\r\n", Parsed::malformed},
      {"version cut", "GET / HTTP/1.\r\n\r\n", Parsed::malformed},
      {"blank behind the version", "GET / HTTP/1.1 \r\n\r\n", Parsed::malformed},
      {"higher minor, then rubbish", "GET / HTTP/1.2\r\nA b\r\n\r\n", Parsed::malformed},
      {"9112 3: two blanks", "GET  / HTTP/1.1\r\n\r\n", Parsed::malformed},
      {"two blanks before the version", "GET /  HTTP/1.1\r\n\r\n", Parsed::malformed},
      {"tab as separator", "GET\t/ HTTP/1.1\r\n\r\n", Parsed::malformed},
      {"blank first", " GET / HTTP/1.1\r\n\r\n", Parsed::malformed},
      {"blank in the target", "GET /a b HTTP/1.1\r\n\r\n", Parsed::malformed},
      {"9110 9.1: method is a token", "GE(T / HTTP/1.1\r\n\r\n", Parsed::malformed},
      {"no method", " / HTTP/1.1\r\n\r\n", Parsed::malformed},
      {"own method", "M-SEARCH / HTTP/1.1\r\n\r\n", Parsed::good},
      {"control character in the target", "GET /\x01 HTTP/1.1\r\n\r\n", Parsed::malformed},
      {"NUL in the target", "GET /\0 HTTP/1.1\r\n\r\n"s, Parsed::malformed},
      {"DEL in the target", "GET /\x7f HTTP/1.1\r\n\r\n", Parsed::malformed},
      {"bare CR in the line", "GET /\r HTTP/1.1\r\n\r\n", Parsed::malformed},
      {"empty line only", "\r\n", Parsed::malformed},
      {"nothing", "", Parsed::malformed},
      {"no empty line", "GET / HTTP/1.1\r\nA: b\r\n", Parsed::malformed},
      {"9112 5: empty value", "GET / HTTP/1.1\r\nA:\r\n\r\n", Parsed::good},
      {"9112 5.1: no blank needed", "GET / HTTP/1.1\r\nA:b\r\n\r\n", Parsed::good},
      {"9112 5.1: tabs around the value", "GET / HTTP/1.1\r\nA:\t b \t\r\n\r\n", Parsed::good},
      {"9112 5.1: blank before the colon", "GET / HTTP/1.1\r\nA : b\r\n\r\n", Parsed::malformed},
      {"tab before the colon", "GET / HTTP/1.1\r\nA\t: b\r\n\r\n", Parsed::malformed},
      {"9112 2.2: blank before the first field", "GET / HTTP/1.1\r\n A: b\r\n\r\n",
       Parsed::malformed},
      {"9112 5.2: obs-fold", "GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n", Parsed::malformed},
      {"obs-fold by tab", "GET / HTTP/1.1\r\nA: b\r\n\tc\r\n\r\n", Parsed::malformed},
      {"obs-fold, first line empty", "GET / HTTP/1.1\r\nA:\r\n c\r\n\r\n", Parsed::malformed},
      {"obs-fold, all lines empty", "GET / HTTP/1.1\r\nA:\r\n \r\n\r\n", Parsed::malformed},
      {"obs-fold, second line empty", "GET / HTTP/1.1\r\nA: b\r\n \r\nC: d\r\n\r\n",
       Parsed::malformed},
      {"no colon", "GET / HTTP/1.1\r\nAb\r\n\r\n", Parsed::malformed},
      {"empty name", "GET / HTTP/1.1\r\n: b\r\n\r\n", Parsed::malformed},
      {"9110 5.1: name is a token", "GET / HTTP/1.1\r\nA{}: b\r\n\r\n", Parsed::malformed},
      {"name outside ASCII", "GET / HTTP/1.1\r\n\xc3\xa4: b\r\n\r\n", Parsed::malformed},
      {"NUL in a name", "GET / HTTP/1.1\r\nA\0: b\r\n\r\n"s, Parsed::malformed},
      {"9110 5.5: NUL in a value", "GET / HTTP/1.1\r\nA: b\0c\r\n\r\n"s, Parsed::malformed},
      {"9110 5.5: bare CR in a value", "GET / HTTP/1.1\r\nA: b\rc\r\n\r\n", Parsed::malformed},
      {"CR CR LF", "GET / HTTP/1.1\r\nA: b\r\r\n\r\n", Parsed::malformed},
      {"bare LF in a value", "GET / HTTP/1.1\r\nA: b\nc: d\r\n\r\n", Parsed::malformed},
      {"control character in a value", "GET / HTTP/1.1\r\nA: b\x1b[31m\r\n\r\n", Parsed::malformed},
      {"DEL in a value", "GET / HTTP/1.1\r\nA: b\x7f\r\n\r\n", Parsed::malformed},
      {"9110 5.5: obs-text in a value", "GET / HTTP/1.1\r\nA: \xc3\xa4\r\n\r\n", Parsed::good},
      {"bytes behind the head", "GET / HTTP/1.1\r\n\r\nrest", Parsed::malformed},
  };
  for (const auto& c : cases) {
    RequestHead head;
    EXPECT_EQ(parse_request_head(c.head, 100, head), c.parsed) << c.name;
    EXPECT_EQ(head.size, c.parsed == Parsed::good ? c.head.size() : 0) << c.name;
  }
}

TEST(ParseRequestHead, RecordsSlicesOfTheHead) {
  const std::string bytes = "POST /a?b HTTP/1.1\r\nhost:  h \r\nX-Own:\r\nCookie: a=b; c=d\r\n\r\n";
  RequestHead head;
  ASSERT_EQ(parse_request_head(bytes, 100, head), Parsed::good);
  EXPECT_EQ(head.verb, http::verb::post);
  EXPECT_EQ(head.method.in(bytes), "POST");
  EXPECT_EQ(head.target.in(bytes), "/a?b");
  EXPECT_EQ(head.version, 11);
  EXPECT_EQ(head.size, bytes.size());
  ASSERT_EQ(head.fields.size(), 3u);
  EXPECT_EQ(head.fields[0].name_id, http::field::host);
  EXPECT_EQ(head.fields[0].name.in(bytes), "host");
  EXPECT_EQ(head.fields[0].value.in(bytes), "h");
  EXPECT_EQ(head.fields[1].name_id, http::field::unknown);
  EXPECT_EQ(head.fields[1].value.in(bytes), "");
  EXPECT_EQ(head.fields[2].value.in(bytes), "a=b; c=d");
}

TEST(ParseRequestHead, HigherMinorVersionsAreReadAsHttp11) {
  const std::string bytes = "GET /x HTTP/1.7\r\nHost: h\r\n\r\n";
  RequestHead head;
  ASSERT_EQ(parse_request_head(bytes, 100, head), Parsed::good);
  EXPECT_EQ(head.version, 11);
  EXPECT_EQ(head.target.in(bytes), "/x");
  ASSERT_EQ(head.fields.size(), 1u);
  EXPECT_EQ(head.fields[0].value.in(bytes), "h");
}

TEST(ParseRequestHead, CountsTheFields) {
  const std::string two = "GET / HTTP/1.1\r\nA: b\r\nA: b\r\n\r\n";
  RequestHead head;
  EXPECT_EQ(parse_request_head(two, 2, head), Parsed::good);
  EXPECT_EQ(parse_request_head(two, 1, head), Parsed::too_many_fields);
  EXPECT_EQ(parse_request_head("GET / HTTP/1.2\r\nA: b\r\nA: b\r\n\r\n", 1, head),
            Parsed::too_many_fields);
}

TEST(ParseRequestHead, AHeadCanBeUsedAgain) {
  RequestHead head;
  ASSERT_EQ(parse_request_head("GET / HTTP/1.0\r\nA: b\r\n\r\n", 9, head), Parsed::good);
  ASSERT_EQ(parse_request_head("GET / HTTP/1.1\r\n\r\n", 9, head), Parsed::good);
  EXPECT_TRUE(head.fields.empty());
  EXPECT_EQ(head.version, 11);
}

TEST(ParseRequestHead, NoHeadIsTooLargeForTheParser) {
  const std::string bytes = "GET / HTTP/1.1\r\nA: " + std::string(60'000, 'x') + "\r\n\r\n";
  RequestHead head;
  ASSERT_EQ(parse_request_head(bytes, 100, head), Parsed::good);
  EXPECT_EQ(head.fields[0].value.length, 60'000u);
}

TEST(ParseResponseHead, KeepsToTheGrammar) {
  using namespace std::string_literals;
  const std::vector<GrammarCase> cases{
      {"9112 4: ordinary", "HTTP/1.1 200 OK\r\n\r\n", Parsed::good},
      {"9112 4: empty reason", "HTTP/1.1 200 \r\n\r\n", Parsed::good},
      {"9112 4: reason of several words", "HTTP/1.1 404 Not Found, sorry\r\n\r\n", Parsed::good},
      {"reason outside ASCII", "HTTP/1.1 404 Nicht gef\xfcnden\r\n\r\n", Parsed::good},
      {"HTTP/1.0", "HTTP/1.0 200 OK\r\n\r\n", Parsed::good},
      {"9110 2.5: higher minor", "HTTP/1.2 200 OK\r\n\r\n", Parsed::good},
      {"HTTP/2.0", "HTTP/2.0 200 OK\r\n\r\n", Parsed::unsupported_version},
      {"interim", "HTTP/1.1 100 Continue\r\n\r\n", Parsed::good},
      {"9112 4: the blank is needed", "HTTP/1.1 200\r\n\r\n", Parsed::malformed},
      {"no status", "HTTP/1.1 OK\r\n\r\n", Parsed::malformed},
      {"two digits", "HTTP/1.1 99 Low\r\n\r\n", Parsed::malformed},
      {"four digits", "HTTP/1.1 2000 High\r\n\r\n", Parsed::malformed},
      {"two blanks", "HTTP/1.1  200 OK\r\n\r\n", Parsed::malformed},
      {"a banner, read as HTTP/0.9 by others", "SSH-2.0-OpenSSH_9.2\r\n\r\n", Parsed::malformed},
      {"ICY", "ICY 200 OK\r\n\r\n", Parsed::malformed},
      {"CVE-2026-33523: CR in the reason", "HTTP/1.1 200 O\rK\r\n\r\n", Parsed::malformed},
      {"control character in the reason", "HTTP/1.1 200 O\x01K\r\n\r\n", Parsed::malformed},
      {"NUL in the reason", "HTTP/1.1 200 O\0K\r\n\r\n"s, Parsed::malformed},
      {"CVE-2022-37436: NUL in a value", "HTTP/1.1 200 OK\r\nA: b\0\r\n\r\n"s, Parsed::malformed},
      {"CR in a value", "HTTP/1.1 200 OK\r\nA: b\rc\r\n\r\n", Parsed::malformed},
      {"blank before the colon", "HTTP/1.1 200 OK\r\nA : b\r\n\r\n", Parsed::malformed},
      {"no colon", "HTTP/1.1 200 OK\r\nA b\r\n\r\n", Parsed::malformed},
      {"9112 5.2: obs-fold", "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n", Parsed::malformed},
      {"9112 6.3: two lengths that differ",
       "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", Parsed::malformed},
      {"obs-text in a value", "HTTP/1.1 200 OK\r\nA: \xe4\r\n\r\n", Parsed::good},
      {"nothing", "", Parsed::malformed},
  };
  for (const auto& c : cases) {
    ResponseHead head;
    EXPECT_EQ(parse_response_head(c.head, 100, head), c.parsed) << c.name;
  }
}

TEST(ParseResponseHead, RecordsStatusReasonAndFields) {
  const std::string bytes = "HTTP/1.0 503 Come back\r\nSet-Cookie: a=b\r\n\r\n";
  ResponseHead head;
  ASSERT_EQ(parse_response_head(bytes, 100, head), Parsed::good);
  EXPECT_EQ(head.status, 503);
  EXPECT_EQ(head.version, 10);
  EXPECT_EQ(head.reason.in(bytes), "Come back");
  ASSERT_EQ(head.fields.size(), 1u);
  EXPECT_EQ(head.fields[0].name_id, http::field::set_cookie);
}

}  // namespace
}  // namespace jkproxy::proxy
