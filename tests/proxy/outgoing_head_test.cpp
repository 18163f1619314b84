#include "proxy/outgoing_head.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/proxy/parsed_head.hpp"

namespace jkproxy::proxy {
namespace {

const Origin stranger{.client_address = "192.0.2.7",
                      .listener_port = "80",
                      .request_id = "",
                      .trusted = false,
                      .tls = false};
const Origin friendly{.client_address = "10.0.0.9",
                      .listener_port = "80",
                      .request_id = "",
                      .trusted = true,
                      .tls = false};

std::string composed(const std::string& head, const Origin& origin = stranger) {
  const CheckedRequest request{head};
  EXPECT_EQ(request.status(), 0) << head;
  std::string out;
  compose_request_head(request.head, request.bytes, request.facts, origin, out);
  return out;
}

const std::string forwarded =
    "X-Forwarded-For: 192.0.2.7\r\n"
    "X-Forwarded-Proto: http\r\n"
    "X-Forwarded-Host: h\r\n"
    "X-Forwarded-Port: 80\r\n";

// A GET with these field lines, and what the worker gets of them.
struct FieldCase {
  const char* name;
  std::string sent;
  std::string passed;
};

TEST(ComposeRequestHead, IsCanonicalAndInOrder) {
  EXPECT_EQ(composed("GET /app/cart?x=1 HTTP/1.1\r\n"
                     "user-AGENT: Mozilla/5.0\r\n"
                     "host:shop.example.com:8080\r\n"
                     "Accept:   text/html \t\r\n"
                     "Cookie: JSESSIONID=AB.node1; a=\"b\"\r\n"
                     "Cookie: second=1\r\n"
                     "X-Empty:\r\n"
                     "Connection: keep-alive\r\n"
                     "\r\n"),
            "GET /app/cart?x=1 HTTP/1.1\r\n"
            "Host: shop.example.com:8080\r\n"
            "user-AGENT: Mozilla/5.0\r\n"
            "Accept: text/html\r\n"
            "Cookie: JSESSIONID=AB.node1; a=\"b\"\r\n"
            "Cookie: second=1\r\n"
            "X-Empty: \r\n"
            "X-Forwarded-For: 192.0.2.7\r\n"
            "X-Forwarded-Proto: http\r\n"
            "X-Forwarded-Host: shop.example.com:8080\r\n"
            "X-Forwarded-Port: 80\r\n"
            "\r\n");
}

TEST(ComposeRequestHead, RebuildsFraming) {
  const std::string begin = "POST / HTTP/1.1\r\nHost: h\r\n";
  EXPECT_EQ(composed(begin + "Content-Length: 007, 7\r\n\r\n"),
            begin + forwarded + "Content-Length: 7\r\n\r\n");
  EXPECT_EQ(composed(begin + "Content-Length: 0\r\nContent-Length: 0\r\n\r\n"),
            begin + forwarded + "Content-Length: 0\r\n\r\n");
  EXPECT_EQ(composed(begin + "transfer-encoding: CHUNKED\r\nTrailer: X\r\n\r\n"),
            begin + forwarded + "Transfer-Encoding: chunked\r\n\r\n");
  EXPECT_EQ(composed(begin + "Expect: 100-Continue\r\nContent-Length: 3\r\n\r\n"),
            begin + forwarded + "Content-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(composed(begin + "Expect: 100-continue\r\n\r\n"), begin + forwarded + "\r\n");
}

TEST(ComposeRequestHead, RewritesAbsoluteForm) {
  EXPECT_EQ(composed("GET http://other:81/a?b HTTP/1.1\r\nHost: h\r\n\r\n"),
            "GET /a?b HTTP/1.1\r\nHost: other:81\r\n"
            "X-Forwarded-For: 192.0.2.7\r\nX-Forwarded-Proto: http\r\n"
            "X-Forwarded-Host: other:81\r\nX-Forwarded-Port: 80\r\n\r\n");
}

// RFC 9112 3.2.1 and 3.2.4.
TEST(ComposeRequestHead, AbsoluteFormWithoutAPathGetsOne) {
  const auto target_of = [](const std::string& line) {
    const auto head = composed(line + " HTTP/1.1\r\nHost: h\r\n\r\n");
    return head.substr(0, head.find(" HTTP/1.1"));
  };
  EXPECT_EQ(target_of("GET http://h"), "GET /");
  EXPECT_EQ(target_of("GET http://h?a/b"), "GET /?a/b");
  EXPECT_EQ(target_of("OPTIONS http://h"), "OPTIONS *");
  EXPECT_EQ(target_of("OPTIONS http://h/"), "OPTIONS /");
  EXPECT_EQ(target_of("OPTIONS http://h?a"), "OPTIONS /?a");
}

TEST(ComposeRequestHead, WorkersAlwaysGetHttp11WithOneHost) {
  EXPECT_EQ(composed("GET / HTTP/1.0\r\n\r\n"),
            "GET / HTTP/1.1\r\nHost: \r\nX-Forwarded-For: 192.0.2.7\r\n"
            "X-Forwarded-Proto: http\r\nX-Forwarded-Port: 80\r\n\r\n");
  EXPECT_EQ(composed("GET / HTTP/1.0\r\nHost: h\r\nConnection: keep-alive\r\n\r\n"),
            "GET / HTTP/1.1\r\nHost: h\r\n" + forwarded + "\r\n");
}

TEST(ComposeRequestHead, EndToEndFieldsOnlyArePassedOn) {
  const std::vector<FieldCase> cases{
      {"9110 7.6.1: Connection", "Connection: close\r\nA: b\r\n", "A: b\r\n"},
      {"Keep-Alive", "Keep-Alive: timeout=5\r\n", ""},
      {"Proxy-Connection", "Proxy-Connection: keep-alive\r\n", ""},
      {"9110 10.1.4: TE", "TE: trailers\r\nConnection: TE\r\n", ""},
      {"TE, not listed", "TE: gzip\r\n", ""},
      {"9110 6.6.2: Trailer", "Trailer: Expires\r\n", ""},
      {"9110 7.8: Upgrade",
       "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\n"
       "HTTP2-Settings: AAMAAABkAAQAAP__\r\n",
       ""},
      {"HTTP2-Settings, not listed", "HTTP2-Settings: AA\r\n", ""},
      {"websocket", "Upgrade: websocket\r\nConnection: upgrade\r\n", ""},
      {"9110 11.7.2: Proxy-Authorization", "Proxy-Authorization: Basic eA==\r\n", ""},
      {"Proxy-Authenticate", "Proxy-Authenticate: Basic\r\n", ""},
      {"CVE-2016-5387: Proxy", "Proxy: http://evil/\r\nproxy: x\r\n", ""},
      {"named once", "Connection: X-Hop\r\nX-Hop: 1\r\nX-End: 2\r\n", "X-End: 2\r\n"},
      {"named in any case, before or after", "x-hop: 1\r\nConnection: close, X-HOP\r\nX-Hop: 2\r\n",
       ""},
      {"named in two lines", "Connection: a\r\nConnection: b\r\nA: 1\r\nB: 2\r\nC: 3\r\n",
       "C: 3\r\n"},
      {"known field named", "Connection: Accept\r\nAccept: x\r\n", ""},
      {"named, but not there", "Connection: x\r\nX-Y: 1\r\n", "X-Y: 1\r\n"},
      {"Cookie may not be named", "Connection: Cookie\r\nCookie: a=b\r\n", "Cookie: a=b\r\n"},
      {"Authorization may not be named", "Connection: authorization\r\nAuthorization: x\r\n",
       "Authorization: x\r\n"},
      {"Host may not be named", "Connection: host\r\n", ""},
      {"Content-Length may not be named", "Connection: content-length\r\nContent-Length: 0\r\n",
       ""},
      {"CVE-2022-31813", "Connection: X-Forwarded-For, X-Forwarded-Host\r\n", ""},
      {"replaced", "X-Forwarded-For: 1.1.1.1\r\nX-FORWARDED-FOR: 2.2.2.2\r\n", ""},
      {"all replaced",
       "X-Forwarded-Proto: https\r\nX-Forwarded-Host: evil\r\n"
       "X-Forwarded-Port: 1\r\n",
       ""},
      {"7239: Forwarded", "Forwarded: for=1.1.1.1\r\n", ""},
      {"underscores for ours",
       "X_Forwarded_For: 1.1.1.1\r\nX-Forwarded_For: 1\r\n"
       "x_forwarded_proto: https\r\nX_FORWARDED_HOST: e\r\n"
       "X_Forwarded_Port: 1\r\n",
       ""},
      {"other fields of a proxy before us",
       "X-Forwarded-Prefix: /evil\r\nx-forwarded-ssl: on\r\nX-Forwarded-Server: e\r\n"
       "X-Forwarded: for=1.1.1.1\r\n",
       ""},
      {"underscores for dashes in those", "X_Forwarded_Prefix: /evil\r\nX-Forwarded_Ssl: on\r\n",
       ""},
      {"underscores for framing", "Transfer_Encoding: chunked\r\nContent_Length: 5\r\n", ""},
      {"underscores of others pass", "X_Own: 1\r\nmy_forwarded_for: 2\r\n",
       "X_Own: 1\r\nmy_forwarded_for: 2\r\n"},
      {"alike, but other fields", "Proxy-X: 1\r\nX-Forward: 1\r\n",
       "Proxy-X: 1\r\nX-Forward: 1\r\n"},
      {"Via, Range and conditions", "Via: 1.1 x\r\nRange: bytes=0-1\r\nIf-None-Match: \"a\"\r\n",
       "Via: 1.1 x\r\nRange: bytes=0-1\r\nIf-None-Match: \"a\"\r\n"},
      {"blanks around values", "A:b\r\nC:  d\r\nE: f \r\nG:\th\r\n",
       "A: b\r\nC: d\r\nE: f\r\nG: h\r\n"},
      {"obs-text", "A: \xe4\r\n", "A: \xe4\r\n"},
  };
  for (const auto& c : cases) {
    std::string framing;
    if (c.sent.find("\r\nContent-Length: 0") != std::string::npos)
      framing = "Content-Length: 0\r\n";
    EXPECT_EQ(composed("GET / HTTP/1.1\r\nHost: h\r\n" + c.sent + "\r\n"),
              "GET / HTTP/1.1\r\nHost: h\r\n" + c.passed + forwarded + framing + "\r\n")
        << c.name;
  }
}

TEST(ComposeRequestHead, ATrustedProxyIsBelieved) {
  const std::string begin = "GET / HTTP/1.1\r\nHost: h\r\n";
  const std::string rest =
      "X-Forwarded-Proto: http\r\nX-Forwarded-Host: h\r\nX-Forwarded-Port: 80\r\n";
  const std::vector<FieldCase> cases{
      {"nothing said", "", "X-Forwarded-For: 10.0.0.9\r\n" + rest},
      {"appended", "X-Forwarded-For: 1.1.1.1\r\n", "X-Forwarded-For: 1.1.1.1, 10.0.0.9\r\n" + rest},
      {"lines joined", "X-Forwarded-For: 1.1.1.1\r\nx-forwarded-for: 2.2.2.2, 3.3.3.3\r\n",
       "X-Forwarded-For: 1.1.1.1, 2.2.2.2, 3.3.3.3, 10.0.0.9\r\n" + rest},
      {"empty", "X-Forwarded-For:\r\n", "X-Forwarded-For: 10.0.0.9\r\n" + rest},
      {"the rest kept",
       "X-Forwarded-Proto: https\r\nX-Forwarded-Host: www\r\nX-Forwarded-Port: 443\r\n",
       "X-Forwarded-Proto: https\r\nX-Forwarded-Host: www\r\nX-Forwarded-Port: 443\r\n"
       "X-Forwarded-For: 10.0.0.9\r\n"},
      {"no port of ours for their host", "X-Forwarded-Host: www:8443\r\n",
       "X-Forwarded-Host: www:8443\r\nX-Forwarded-For: 10.0.0.9\r\nX-Forwarded-Proto: http\r\n"},
      {"one kept", "X-Forwarded-Proto: https\r\n",
       "X-Forwarded-Proto: https\r\nX-Forwarded-For: 10.0.0.9\r\nX-Forwarded-Host: h\r\n"},
      {"Forwarded kept", "Forwarded: for=1.1.1.1\r\n",
       "Forwarded: for=1.1.1.1\r\nX-Forwarded-For: 10.0.0.9\r\n" + rest},
      {"Connection may not name them",
       "Connection: x-forwarded-proto\r\nX-Forwarded-Proto: https\r\n",
       "X-Forwarded-Proto: https\r\nX-Forwarded-For: 10.0.0.9\r\nX-Forwarded-Host: h\r\n"},
      {"other fields kept", "X-Forwarded-Prefix: /app\r\n",
       "X-Forwarded-Prefix: /app\r\nX-Forwarded-For: 10.0.0.9\r\n" + rest},
      {"underscores dropped all the same", "X_Forwarded_For: 1.1.1.1\r\n",
       "X-Forwarded-For: 10.0.0.9\r\n" + rest},
  };
  for (const auto& c : cases)
    EXPECT_EQ(composed(begin + c.sent + "\r\n", friendly), begin + c.passed + "\r\n") << c.name;
}

TEST(ComposeRequestHead, UnixPeersCountAsLoopback) {
  Origin origin = stranger;
  origin.client_address = "unix";
  origin.listener_port = "";
  origin.tls = true;
  EXPECT_EQ(composed("GET / HTTP/1.1\r\nHost: h\r\n\r\n", origin),
            "GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 127.0.0.1\r\n"
            "X-Forwarded-Proto: https\r\nX-Forwarded-Host: h\r\n\r\n");
}

TEST(ComposeRequestHead, AppendsToWhatIsThere) {
  const CheckedRequest request{"GET / HTTP/1.1\r\nHost: h\r\n\r\n"};
  std::string out = "before";
  compose_request_head(request.head, request.bytes, request.facts, stranger, out);
  EXPECT_EQ(out.substr(0, 9), "beforeGET");
}

struct DeliveryCase {
  const char* name;
  std::string head;
  Delivery delivery;
  bool to_head;
  std::string passed;
};

TEST(ComposeResponseHead, IsFramedForTheClient) {
  const Delivery http11{};
  const Delivery closing{.client_http11 = true, .client_keep_alive = false};
  const Delivery http10{.client_http11 = false, .client_keep_alive = false};
  const Delivery http10_kept{.client_http11 = false, .client_keep_alive = true};
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  const std::string te = "Transfer-Encoding: chunked\r\n";
  const std::string cl = "Content-Length: 5\r\n";
  const std::string close = "Connection: close\r\n";
  const std::vector<DeliveryCase> cases{
      {"length", ok + cl + "\r\n", http11, false, ok + cl + "\r\n"},
      {"length, canonical", ok + "content-length: 005, 5\r\n\r\n", http11, false, ok + cl + "\r\n"},
      {"length, we close", ok + cl + "\r\n", closing, false, ok + cl + close + "\r\n"},
      {"length to HTTP/1.0", ok + cl + "\r\n", http10, false, ok + cl + close + "\r\n"},
      {"length to HTTP/1.0, kept", ok + cl + "\r\n", http10_kept, false,
       ok + cl + "Connection: keep-alive\r\n\r\n"},
      {"9112 7.1: chunked", ok + te + "\r\n", http11, false, ok + te + "\r\n"},
      {"9112 6.1: no chunks to HTTP/1.0", ok + te + "\r\n", http10_kept, false,
       ok + close + "\r\n"},
      {"until close becomes chunked", ok + "\r\n", http11, false, ok + te + "\r\n"},
      {"until close to HTTP/1.0", ok + "\r\n", http10_kept, false, ok + close + "\r\n"},
      {"a worker of HTTP/1.0", "HTTP/1.0 200 OK\r\n" + cl + "\r\n", http11, false,
       ok + cl + "\r\n"},
      {"the worker's close is its own", ok + cl + close + "\r\n", http11, false, ok + cl + "\r\n"},
      {"9110 8.6: HEAD keeps the length", ok + "Content-Length: 0099\r\n\r\n", http11, true,
       ok + "Content-Length: 99\r\n\r\n"},
      {"HEAD of a chunked answer", ok + te + "\r\n", http11, true, ok + "\r\n"},
      {"HEAD to HTTP/1.0", ok + "\r\n", http10_kept, true, ok + "Connection: keep-alive\r\n\r\n"},
      {"304 keeps the length", "HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\n" + cl + "\r\n", http11,
       false, "HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\n" + cl + "\r\n"},
      {"9110 8.6: none in a 204", "HTTP/1.1 204 No Content\r\n" + cl + "\r\n", http11, false,
       "HTTP/1.1 204 No Content\r\n\r\n"},
      {"empty reason", "HTTP/1.1 200 \r\n" + cl + "\r\n", http11, false,
       "HTTP/1.1 200 \r\n" + cl + "\r\n"},
      {"reason of its own", "HTTP/1.1 404 N\xe4 so was\r\n" + cl + "\r\n", http11, false,
       "HTTP/1.1 404 N\xe4 so was\r\n" + cl + "\r\n"},
  };
  for (const auto& c : cases) {
    const CheckedResponse response{c.head, c.to_head};
    ASSERT_TRUE(response.good()) << c.name;
    const auto plan = plan_delivery(response.facts, c.delivery, c.to_head);
    std::string out;
    compose_response_head(response.head, response.bytes, response.facts, plan,
                          c.delivery.client_http11, out);
    EXPECT_EQ(out, c.passed) << c.name;
  }
}

TEST(ComposeRequestHead, AllowedUpgradeIsAskedOfTheWorker) {
  CheckedRequest request{
      "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n\r\n"};
  request.facts.may_upgrade = true;
  std::string out;
  compose_request_head(request.head, request.bytes, request.facts, {}, out);
  EXPECT_NE(out.find("\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"), std::string::npos)
      << out;
}

TEST(ComposeResponseHead, EndToEndFieldsOnlyArePassedOn) {
  const std::vector<FieldCase> cases{
      {"Set-Cookie, one line each, untouched",
       "Set-Cookie: JSESSIONID=AB.node2; Path=/; HttpOnly\r\nset-cookie:a=b, c\r\n",
       "Set-Cookie: JSESSIONID=AB.node2; Path=/; HttpOnly\r\nset-cookie: a=b, c\r\n"},
      {"Date and Server", "Date: Wed\r\nServer: Apache-Coyote/1.1\r\n",
       "Date: Wed\r\nServer: Apache-Coyote/1.1\r\n"},
      {"Keep-Alive", "Keep-Alive: timeout=20\r\nConnection: keep-alive\r\n", ""},
      {"named", "Connection: X-Hop\r\nX-Hop: 1\r\nX-End: 2\r\n", "X-End: 2\r\n"},
      {"Set-Cookie may not be named", "Connection: Set-Cookie\r\nSet-Cookie: a=b\r\n",
       "Set-Cookie: a=b\r\n"},
      {"hop by hop",
       "Proxy-Authenticate: Basic\r\nTrailer: X\r\nTE: x\r\nUpgrade: h2\r\n"
       "Proxy-Connection: close\r\n",
       ""},
      {"WWW-Authenticate is the worker's", "WWW-Authenticate: Basic\r\n",
       "WWW-Authenticate: Basic\r\n"},
      {"Location is not rewritten", "Location: http://h/x\r\n", "Location: http://h/x\r\n"},
  };
  for (const auto& c : cases) {
    const CheckedResponse response{"HTTP/1.1 200 OK\r\n" + c.sent + "Content-Length: 1\r\n\r\n"};
    ASSERT_TRUE(response.good()) << c.name;
    std::string out;
    compose_response_head(response.head, response.bytes, response.facts,
                          {.framing = response.facts.framing, .keep_alive = true}, true, out);
    EXPECT_EQ(out, "HTTP/1.1 200 OK\r\n" + c.passed + "Content-Length: 1\r\n\r\n") << c.name;
  }
}

TEST(ComposeInterimHead, HoldsNoFraming) {
  const CheckedResponse response{
      "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"};
  ASSERT_TRUE(response.good());
  std::string out;
  compose_interim_head(response.head, response.bytes, out);
  EXPECT_EQ(out, "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
}

}  // namespace
}  // namespace jkproxy::proxy
