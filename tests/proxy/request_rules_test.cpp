#include "proxy/request_rules.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/proxy/parsed_head.hpp"

namespace jkproxy::proxy {
namespace {

struct StatusCase {
  const char* name;
  std::string head;
  int status;  // 0: let through
};

void expect_statuses(const std::vector<StatusCase>& cases) {
  for (const auto& c : cases) {
    const CheckedRequest request{c.head};
    EXPECT_EQ(request.status(), c.status) << c.name;
    EXPECT_FALSE(request.refusal && request.facts.keep_alive) << c.name;
  }
}

std::string post(const std::string& fields, const std::string& version = "1.1") {
  return "POST /a HTTP/" + version + "\r\nHost: h\r\n" + fields + "\r\n";
}

TEST(CheckRequest, FramingIsUnambiguousOrRefused) {
  const std::string te = "Transfer-Encoding: ";
  const std::string cl = "Content-Length: ";
  expect_statuses({
      {"9112 6.3: no body", post(""), 0},
      {"9112 6.2: length", post(cl + "5\r\n"), 0},
      {"9112 6.2: length 0", post(cl + "0\r\n"), 0},
      {"9110 8.6: leading zeros are one number", post(cl + "0005\r\n"), 0},
      {"9112 6.3: equal lengths in a list", post(cl + "5, 5\r\n"), 0},
      {"9112 6.3: equal lengths in two lines", post(cl + "5\r\n" + cl + "5\r\n"), 0},
      {"9112 6.3: lengths that differ", post(cl + "5\r\n" + cl + "6\r\n"), 400},
      {"9112 6.3: lengths that differ in a list", post(cl + "5, 6\r\n"), 400},
      {"length: sign", post(cl + "+5\r\n"), 400},
      {"length: minus", post(cl + "-5\r\n"), 400},
      {"length: hex", post(cl + "0x5\r\n"), 400},
      {"length: empty", post(cl + "\r\n"), 400},
      {"length: blank inside", post(cl + "5 5\r\n"), 400},
      {"length: empty element", post(cl + "5,\r\n"), 400},
      {"length: empty element first", post(cl + ",5\r\n"), 400},
      {"length: fraction", post(cl + "5.0\r\n"), 400},
      {"length: beyond 64 bits", post(cl + "18446744073709551616\r\n"), 400},
      {"length: beyond 63 bits, as Tomcat has it", post(cl + "9223372036854775808\r\n"), 400},
      {"length: 63 bits", post(cl + "9223372036854775807\r\n"), 0},
      {"length: letters behind", post(cl + "5a\r\n"), 400},
      {"length: quoted", post(cl + "\"5\"\r\n"), 400},
      {"9112 7.1: chunked", post(te + "chunked\r\n"), 0},
      {"9112 7: codings ignore case", post(te + "Chunked\r\n"), 0},
      {"9112 6.1: chunked and a length", post(te + "chunked\r\n" + cl + "5\r\n"), 400},
      {"9112 6.1: a length and chunked", post(cl + "5\r\n" + te + "chunked\r\n"), 400},
      {"chunked and length 0", post(te + "chunked\r\n" + cl + "0\r\n"), 400},
      {"unknown coding and a length", post(te + "gzip\r\n" + cl + "5\r\n"), 400},
      {"a length and an unknown coding", post(cl + "5\r\n" + te + "gzip\r\n"), 400},
      {"identity and a length", post(te + "identity\r\n" + cl + "5\r\n"), 400},
      {"9112 6.1: chunked in HTTP/1.0", post(te + "chunked\r\n", "1.0"), 400},
      {"gzip in HTTP/1.0", post(te + "gzip\r\n", "1.0"), 400},
      {"9112 6.1: unknown coding", post(te + "gzip\r\n"), 501},
      {"identity", post(te + "identity\r\n"), 501},
      {"gzip, chunked", post(te + "gzip, chunked\r\n"), 400},
      {"chunked, gzip", post(te + "chunked, gzip\r\n"), 400},
      {"chunked, identity", post(te + "chunked, identity\r\n"), 400},
      {"identity, chunked", post(te + "identity, chunked\r\n"), 400},
      {"9112 7.1: chunked twice", post(te + "chunked, chunked\r\n"), 400},
      {"chunked in two lines", post(te + "chunked\r\n" + te + "chunked\r\n"), 400},
      {"chunked, then identity in a line", post(te + "chunked\r\n" + te + "identity\r\n"), 400},
      {"gzip, then chunked in a line", post(te + "gzip\r\n" + te + "chunked\r\n"), 400},
      {"9112 7: parameter", post(te + "chunked;a=b\r\n"), 400},
      {"trailing comma", post(te + "chunked,\r\n"), 400},
      {"leading comma", post(te + ",chunked\r\n"), 400},
      {"quoted", post(te + "\"chunked\"\r\n"), 400},
      {"xchunked", post(te + "xchunked\r\n"), 400},
      {"vertical tab",
       post(te + "\x0b"
                 "chunked\r\n"),
       400},
      {"empty coding", post(te + "\r\n"), 400},
      {"blank before the colon", post("Transfer-Encoding : chunked\r\n"), 400},
      {"folded coding", post("Transfer-Encoding:\r\n chunked\r\n"), 400},
      {"folded length", post("Content-Length:\r\n 5\r\n"), 400},
      {"non-breaking blank",
       post(te + "\xa0"
                 "chunked\r\n"),
       400},
  });
}

TEST(CheckRequest, FramingIsCanonical) {
  struct Case {
    const char* name;
    std::string head;
    Framing framing;
  };
  using Kind = Framing::Kind;
  const std::vector<Case> cases{
      {"none", post(""), {Kind::none, 0}},
      {"GET without a body", "GET / HTTP/1.1\r\nHost: h\r\n\r\n", {Kind::none, 0}},
      {"GET with a body",
       "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\n",
       {Kind::length, 3}},
      {"length", post("Content-Length: 5\r\n"), {Kind::length, 5}},
      {"zeros", post("Content-Length: 0000000000000000000000005\r\n"), {Kind::length, 5}},
      {"list", post("Content-Length: 7 , 07\r\n"), {Kind::length, 7}},
      {"chunked", post("Transfer-Encoding: CHUNKED\r\n"), {Kind::chunked, 0}},
  };
  for (const auto& c : cases) {
    const CheckedRequest request{c.head};
    EXPECT_EQ(request.status(), 0) << c.name;
    EXPECT_EQ(request.facts.framing, c.framing) << c.name;
  }
}

TEST(CheckRequest, HostIsExactlyOneAuthority) {
  const auto get = [](const std::string& hosts, const std::string& version = "1.1") {
    return "GET / HTTP/" + version + "\r\n" + hosts + "\r\n";
  };
  std::vector<StatusCase> cases{
      {"9112 3.2: none in HTTP/1.1", get(""), 400},
      {"9112 3.2: none in HTTP/1.0", get("", "1.0"), 0},
      {"9112 3.2: none in HTTP/1.2", get("", "1.2"), 400},
      {"9112 3.2: two", get("Host: a\r\nHost: b\r\n"), 400},
      {"9112 3.2: two equal", get("Host: a\r\nHost: a\r\n"), 400},
      {"two in HTTP/1.0", get("Host: a\r\nHost: b\r\n", "1.0"), 400},
      {"malformed in HTTP/1.0", get("Host: a/b\r\n", "1.0"), 400},
      {"blank before the colon", get("Host : a\r\n"), 400},
      {"folded", get("Host:\r\n a\r\n"), 400},
  };
  for (const char* good :
       {"h", "shop.example.com", "shop.example.com:8080", "SHOP.Example.Com", "10.0.0.1",
        "10.0.0.1:80", "[::1]", "[::1]:8443", "[2001:DB8::1]", "[::ffff:1.2.3.4]", "h:", "h:0",
        "h:65535", "under_score", "a-b", "xn--bcher-kva.example", "host.", "h:080"})
    cases.push_back({good, get("Host: " + std::string{good} + "\r\n"), 0});
  for (const char* bad : {"",
                          "a b",
                          "a\tb",
                          "a,b",
                          "a, b",
                          "a/b",
                          "/",
                          "a?b",
                          "a#b",
                          "u@h",
                          "u:p@h",
                          "@",
                          "h:x",
                          "h:65536",
                          "h:123456",
                          "h:-1",
                          "h:+1",
                          "h:80:80",
                          "h: 80",
                          "h :80",
                          ":80",
                          "b\xc3\xbc"
                          "cher",
                          "\"h\"",
                          "h\\x",
                          "h;x",
                          "h%20x",
                          "h%00",
                          "[::1",
                          "::1",
                          "[::1]x",
                          "[::1]:x",
                          "[]",
                          "[1.2.3.4]",
                          "[::g]",
                          "[fe80::1%25eth0]",
                          "[v1.x]",
                          "[[::1]]",
                          "http://h",
                          "h|x",
                          "h<x>",
                          "a=b",
                          "{h}",
                          "*",
                          "h'x",
                          "(h)"})
    cases.push_back({bad, get("Host: " + std::string{bad} + "\r\n"), 400});
  expect_statuses(cases);
}

TEST(CheckRequest, TargetHasOneOfItsForms) {
  const auto line = [](const std::string& start) { return start + " HTTP/1.1\r\nHost: h\r\n\r\n"; };
  expect_statuses({
      {"9112 3.2.1: origin-form", line("GET /"), 0},
      {"origin-form with a query", line("GET /a/b?c=d&e=/f?g"), 0},
      {"empty query", line("GET /a?"), 0},
      {"double slash", line("GET //a"), 0},
      {"parameters", line("GET /a;jsessionid=X.y/b"), 0},
      {"percent escapes", line("GET /%41"), 0},
      {"what Tomcat can be told to accept", line("GET /a?b={c}|[d]"), 0},
      {"long", line("GET /" + std::string(5000, 'a')), 0},
      {"9112 3.2.2: absolute-form", line("GET http://other/a"), 0},
      {"absolute-form, https", line("GET HTTPS://other:443/a?b"), 0},
      {"absolute-form without a path", line("GET http://other"), 0},
      {"absolute-form, query but no path", line("GET http://other?a"), 0},
      {"absolute-form, no host", line("GET http:///a"), 400},
      {"absolute-form, user", line("GET http://u:p@other/a"), 400},
      {"absolute-form, bad port", line("GET http://other:x/a"), 400},
      {"CVE-2021-44224: foreign scheme", line("GET ftp://other/a"), 400},
      {"CVE-2021-40438: unix scheme", line("GET unix:/run/x|http://h/a"), 400},
      {"scheme with one slash", line("GET http:/other/a"), 400},
      {"file", line("GET file:///etc/passwd"), 400},
      {"fragment", line("GET /a#b"), 400},
      {"fragment in the query", line("GET /a?b#c"), 400},
      {"fragment in absolute-form", line("GET http://other/a#b"), 400},
      {"raw UTF-8",
       line("GET /b\xc3\xbc"
            "cher"),
       400},
      {"high byte", line("GET /\xff"), 400},
      {"no slash first", line("GET a/b"), 400},
      {"query first", line("GET ?a"), 400},
      {"user part", line("GET @evil/"), 400},
      {"authority-form with GET", line("GET h:80"), 400},
      {"9112 3.2.4: asterisk-form", line("OPTIONS *"), 0},
      {"asterisk with GET", line("GET *"), 400},
      {"asterisk and more", line("OPTIONS */a"), 400},
      {"9110 9.3.7: OPTIONS of a path", line("OPTIONS /a"), 0},
      {"9112 3.2.3: CONNECT", line("CONNECT h:443"), 400},
      {"CONNECT with a path", line("CONNECT /"), 400},
      {"9110 9.3.8: TRACE", line("TRACE /"), 405},
      {"9110 9.1: methods are case-sensitive", line("trace /"), 0},
      {"own method", line("PURGE /a"), 0},
      {"PATCH", line("PATCH /a"), 0},
      {"WebDAV", line("PROPFIND /a"), 0},
  });
}

TEST(CheckRequest, HostAndPathComeFromTheTargetWhereItHasThem) {
  struct Case {
    const char* target;
    const char* host;
    const char* path;
  };
  for (const auto& c : std::vector<Case>{{"/a?b", "h:1", "/a?b"},
                                         {"http://other/a?b", "other", "/a?b"},
                                         {"hTTp://other:81/", "other:81", "/"},
                                         {"https://other", "other", "/"},
                                         {"http://[::1]:8/x", "[::1]:8", "/x"}}) {
    const CheckedRequest request{std::string{"GET "} + c.target + " HTTP/1.1\r\nHost: h:1\r\n\r\n"};
    ASSERT_EQ(request.status(), 0) << c.target;
    EXPECT_EQ(request.host(), c.host) << c.target;
    EXPECT_EQ(request.path(), c.path) << c.target;
  }
  EXPECT_EQ(CheckedRequest{"OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n"}.path(), "*");
  EXPECT_EQ(CheckedRequest{"GET / HTTP/1.0\r\n\r\n"}.host(), "");
}

TEST(CheckRequest, ConnectionOptionsDecideOnKeepAlive) {
  struct Case {
    const char* name;
    std::string head;
    bool keep_alive;
  };
  const std::vector<Case> cases{
      {"9112 9.3: HTTP/1.1", post(""), true},
      {"9112 9.6: close", post("Connection: close\r\n"), false},
      {"close in any case", post("Connection: CLOSE\r\n"), false},
      {"close in a list", post("Connection: x, close ,y\r\n"), false},
      {"close in the second line", post("Connection: x\r\nConnection: close\r\n"), false},
      {"not close", post("Connection: closed\r\n"), true},
      {"empty", post("Connection:\r\n"), true},
      {"HTTP/1.0", post("", "1.0"), false},
      {"9112 9.3: HTTP/1.0 with keep-alive", post("Connection: Keep-Alive\r\n", "1.0"), true},
      {"HTTP/1.0 with both", post("Connection: keep-alive, close\r\n", "1.0"), false},
      {"Proxy-Connection counts for nothing", post("Proxy-Connection: keep-alive\r\n", "1.0"),
       false},
      {"Proxy-Connection: close neither", post("Proxy-Connection: close\r\n"), true},
  };
  for (const auto& c : cases) {
    const CheckedRequest request{c.head};
    EXPECT_EQ(request.status(), 0) << c.name;
    EXPECT_EQ(request.facts.keep_alive, c.keep_alive) << c.name;
  }
}

TEST(CheckRequest, ConnectionNamesABoundedNumberOfFields) {
  std::string names = "a";
  for (int i = 1; i < 32; ++i) names += ",a";
  EXPECT_EQ(CheckedRequest{post("Connection: " + names + "\r\n")}.status(), 0);
  EXPECT_EQ(CheckedRequest{post("Connection: " + names + ",a\r\n")}.status(), 400);
  EXPECT_EQ(CheckedRequest{post("Connection: a b\r\n")}.status(), 400);
}

TEST(CheckRequest, OnlyContinueCanBeExpected) {
  const std::string body = "Content-Length: 5\r\n";
  expect_statuses({
      {"9110 10.1.1", post(body + "Expect: 100-continue\r\n"), 0},
      {"any case", post(body + "Expect: 100-Continue\r\n"), 0},
      {"other", post(body + "Expect: 200-ok\r\n"), 417},
      {"empty", post(body + "Expect:\r\n"), 417},
      {"with a parameter", post(body + "Expect: 100-continue;a=b\r\n"), 417},
      {"two", post(body + "Expect: 100-continue\r\nExpect: x\r\n"), 417},
  });
  EXPECT_TRUE(CheckedRequest{post(body + "Expect: 100-continue\r\n")}.facts.expects_continue);
  EXPECT_TRUE(CheckedRequest{post("Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n")}
                  .facts.expects_continue);
  // RFC 9110 10.1.1: ignored without content and in HTTP/1.0.
  EXPECT_FALSE(CheckedRequest{post("Expect: 100-continue\r\n")}.facts.expects_continue);
  EXPECT_FALSE(
      CheckedRequest{post(body + "Expect: 100-continue\r\n", "1.0")}.facts.expects_continue);
}

TEST(CheckRequest, MethodsOfRfc9110AreIdempotent) {
  const auto idempotent = [](const std::string& method) {
    return CheckedRequest{method + " / HTTP/1.1\r\nHost: h\r\n\r\n"}.facts.idempotent;
  };
  for (const char* method : {"GET", "HEAD", "PUT", "DELETE", "OPTIONS"})
    EXPECT_TRUE(idempotent(method)) << method;
  for (const char* method : {"POST", "PATCH", "get", "PURGE", "LOCK", "MKCOL"})
    EXPECT_FALSE(idempotent(method)) << method;
  EXPECT_TRUE((CheckedRequest{"HEAD / HTTP/1.1\r\nHost: h\r\n\r\n"}.facts.is_head));
  EXPECT_FALSE((CheckedRequest{"GET / HTTP/1.1\r\nHost: h\r\n\r\n"}.facts.is_head));
}

TEST(CheckRequest, UpgradeNeedsTheConnectionOptionAndNoBody) {
  const auto upgrade = [](const std::string& text) {
    const CheckedRequest checked{text};
    return std::string{checked.facts.upgrade.in(checked.bytes)};
  };
  const auto get = [](const std::string& fields, const std::string& version = "1.1") {
    return "GET / HTTP/" + version + "\r\nHost: h\r\n" + fields + "\r\n";
  };
  EXPECT_EQ(upgrade(get("Upgrade: websocket\r\nConnection: Upgrade\r\n")), "websocket");
  EXPECT_EQ(upgrade(get("Upgrade: websocket\r\nConnection: a, upgrade\r\n")), "websocket");
  EXPECT_EQ(upgrade(get("Upgrade: websocket\r\n")), "");
  EXPECT_EQ(upgrade(get("Connection: upgrade\r\n")), "");
  EXPECT_EQ(upgrade(get("Upgrade: websocket\r\nConnection: upgrade\r\n", "1.0")), "");
  EXPECT_EQ(upgrade(get("Upgrade: a\r\nUpgrade: b\r\nConnection: upgrade\r\n")), "");
  EXPECT_EQ(upgrade(post("Upgrade: websocket\r\nConnection: Upgrade\r\n"
                         "Content-Length: 1\r\n")),
            "");
}

}  // namespace
}  // namespace jkproxy::proxy
