#include "proxy/response_rules.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/proxy/parsed_head.hpp"

namespace jkproxy::proxy {
namespace {

using Kind = Framing::Kind;

std::string answer(const std::string& status, const std::string& fields = "",
                   const std::string& version = "1.1") {
  return "HTTP/" + version + " " + status + " X\r\n" + fields + "\r\n";
}

TEST(CheckResponse, FramesAsRfc9112Section6Says) {
  struct Case {
    const char* name;
    std::string head;
    Framing framing;
    bool keep_alive;
    bool to_head = false;
  };
  const std::string te = "Transfer-Encoding: chunked\r\n";
  const std::string cl = "Content-Length: 5\r\n";
  const std::vector<Case> cases{
      {"9112 6.3: length", answer("200", cl), {Kind::length, 5}, true},
      {"length 0", answer("200", "Content-Length: 0\r\n"), {Kind::length, 0}, true},
      {"equal lengths", answer("200", cl + cl), {Kind::length, 5}, true},
      {"equal lengths in a list",
       answer("200", "Content-Length: 5, 05\r\n"),
       {Kind::length, 5},
       true},
      {"9112 6.3: chunked", answer("200", te), {Kind::chunked, 0}, true},
      {"any case", answer("200", "transfer-encoding: CHUNKED\r\n"), {Kind::chunked, 0}, true},
      {"9112 6.3: until close", answer("200"), {Kind::until_close, 0}, false},
      {"until close of HTTP/1.0", answer("200", "", "1.0"), {Kind::until_close, 0}, false},
      {"9112 9.6: close", answer("200", cl + "Connection: close\r\n"), {Kind::length, 5}, false},
      {"HTTP/1.0", answer("200", cl, "1.0"), {Kind::length, 5}, false},
      {"9112 9.3: HTTP/1.0 kept",
       answer("200", cl + "Connection: keep-alive\r\n", "1.0"),
       {Kind::length, 5},
       true},
      {"9112 6.3: HEAD", answer("200", cl), {Kind::none, 0}, true, true},
      {"HEAD, chunked", answer("200", te), {Kind::none, 0}, true, true},
      {"HEAD, nothing", answer("200"), {Kind::none, 0}, true, true},
      {"HEAD, close", answer("200", "Connection: close\r\n"), {Kind::none, 0}, false, true},
      {"204", answer("204"), {Kind::none, 0}, true},
      {"204 with a length may have a body", answer("204", cl), {Kind::none, 0}, false},
      {"204, chunked", answer("204", te), {Kind::none, 0}, false},
      {"204, length 0", answer("204", "Content-Length: 0\r\n"), {Kind::none, 0}, true},
      {"9110 15.4.5: 304 with a length", answer("304", cl), {Kind::none, 0}, true},
      {"304", answer("304"), {Kind::none, 0}, true},
      {"205 is framed as any", answer("205", "Content-Length: 0\r\n"), {Kind::length, 0}, true},
      {"error", answer("500", cl), {Kind::length, 5}, true},
      {"599", answer("599", cl), {Kind::length, 5}, true},
      {"100", answer("100"), {Kind::none, 0}, true},
      {"103", answer("103", "Link: </a>\r\n"), {Kind::none, 0}, true},
      {"100 with a length", answer("100", cl), {Kind::none, 0}, false},
  };
  for (const auto& c : cases) {
    const CheckedResponse response{c.head, c.to_head};
    EXPECT_TRUE(response.good()) << c.name;
    EXPECT_EQ(response.facts.framing, c.framing) << c.name;
    EXPECT_EQ(response.facts.keep_alive, c.keep_alive) << c.name;
    EXPECT_EQ(response.facts.interim, response.head.status < 200) << c.name;
  }
}

TEST(CheckResponse, RefusesWhatCouldBeReadTwice) {
  struct Case {
    const char* name;
    std::string head;
  };
  const std::string te = "Transfer-Encoding: ";
  const std::string cl = "Content-Length: ";
  const std::vector<Case> cases{
      {"9112 6.3: lengths that differ", answer("200", cl + "5\r\n" + cl + "6\r\n")},
      {"lengths that differ in a list", answer("200", cl + "5, 6\r\n")},
      {"length is no number", answer("200", cl + "five\r\n")},
      {"length is empty", answer("200", cl + "\r\n")},
      {"length below zero", answer("200", cl + "-1\r\n")},
      {"length of HEAD and 304 too", answer("304", cl + "x\r\n")},
      {"9112 6.3: chunked and a length", answer("200", te + "chunked\r\n" + cl + "5\r\n")},
      {"a length and chunked", answer("200", cl + "5\r\n" + te + "chunked\r\n")},
      {"a length and gzip", answer("200", cl + "5\r\n" + te + "gzip\r\n")},
      {"9112 6.1: chunked of HTTP/1.0", answer("200", te + "chunked\r\n", "1.0")},
      {"gzip", answer("200", te + "gzip\r\n")},
      {"identity", answer("200", te + "identity\r\n")},
      {"gzip, chunked", answer("200", te + "gzip, chunked\r\n")},
      {"chunked, gzip", answer("200", te + "chunked, gzip\r\n")},
      {"chunked twice", answer("200", te + "chunked\r\n" + te + "chunked\r\n")},
      {"chunked twice in a list", answer("200", te + "chunked, chunked\r\n")},
      {"chunked with a parameter", answer("200", te + "chunked;q=1\r\n")},
      {"empty coding", answer("200", te + "\r\n")},
      {"9110 15: status 0", answer("000")},
      {"status 099", answer("099")},
      {"status 600", answer("600")},
      {"status 999", answer("999")},
      {"CVE-2019-17567: 101 unasked",
       answer("101", "Upgrade: websocket\r\nConnection: upgrade\r\n")},
      {"bad Connection", answer("200", "Connection: a b\r\n")},
  };
  for (const auto& c : cases) {
    const CheckedResponse response{c.head};
    EXPECT_FALSE(response.good()) << c.name;
    EXPECT_FALSE(response.facts.keep_alive && response.fault) << c.name;
  }
}

TEST(CheckResponse, SwitchesOnlyToTheProtocolThatWasAskedFor) {
  const struct {
    std::string fields;
    std::string_view asked;
    bool good;
  } cases[] = {
      {"Upgrade: websocket\r\nConnection: upgrade\r\n", "websocket", true},
      {"Upgrade: WebSocket\r\nConnection: Upgrade\r\n", "websocket", true},
      {"Upgrade: websocket\r\nConnection: upgrade\r\n", "", false},
      {"Upgrade: h2c\r\nConnection: upgrade\r\n", "websocket", false},
      {"Upgrade: websocket\r\n", "websocket", false},
      {"Connection: upgrade\r\n", "websocket", false},
      {"Upgrade: websocket\r\nUpgrade: websocket\r\nConnection: upgrade\r\n", "websocket", false},
  };
  for (const auto& c : cases) {
    const CheckedResponse checked{"HTTP/1.1 101 Switching\r\n" + c.fields + "\r\n", false, c.asked};
    EXPECT_EQ(checked.good(), c.good) << c.fields << c.asked;
    EXPECT_EQ(checked.facts.switches, c.good) << c.fields;
    EXPECT_FALSE(checked.facts.interim) << c.fields;
    EXPECT_FALSE(checked.facts.keep_alive) << c.fields;
  }
}

TEST(CheckResponse, Http10KnowsNoSwitch) {
  const CheckedResponse checked{
      "HTTP/1.0 101 Switching\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n", false,
      "websocket"};
  EXPECT_FALSE(checked.good());
}

TEST(IsStaticFile, TellsByTheFieldsOfAWebServer) {
  const auto is_static = [](const std::string& status, const std::string& fields) {
    return is_static_file(CheckedResponse{"HTTP/1.1 " + status + "\r\n" + fields + "\r\n"}.head);
  };
  EXPECT_TRUE(is_static("304 Not Modified", ""));
  EXPECT_TRUE(is_static("200 OK", "Last-Modified: Mon, 01 Jan 2024 00:00:00 GMT\r\n"));
  EXPECT_TRUE(is_static("206 Part", "Accept-Ranges: bytes\r\n"));
  EXPECT_FALSE(is_static("200 OK", "ETag: \"x\"\r\n"));
  EXPECT_FALSE(is_static("302 Found", "Location: /login\r\n"));
}

}  // namespace
}  // namespace jkproxy::proxy
