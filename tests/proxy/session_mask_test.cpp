#include "proxy/session_mask.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace jkproxy::proxy {
namespace {

struct Case {
  const char* name;
  std::string text;
  std::string masked;
};

const std::string id = "0123456789ABCDEF-n1";

TEST(SessionMask, NoSessionIdIsWrittenInFull) {
  const std::vector<Case> cases{
      {"none", "GET /a?b=c%20d HTTP/1.1", "GET /a?b=c%20d HTTP/1.1"},
      {"last", "/a;jsessionid=" + id + ".node1", "/a;jsessionid=...F-n1.node1"},
      {"in a segment", "/a;jsessionid=" + id + ".node1/b", "/a;jsessionid=...F-n1.node1/b"},
      {"before a query", "/a;jsessionid=" + id + ".n?b=c", "/a;jsessionid=...F-n1.n?b=c"},
      {"before a parameter", "/a;jsessionid=" + id + ".n;b=c", "/a;jsessionid=...F-n1.n;b=c"},
      {"before the version", "GET /a;jsessionid=" + id + ".n HTTP/1.1",
       "GET /a;jsessionid=...F-n1.n HTTP/1.1"},
      {"no route", "/a;jsessionid=" + id, "/a;jsessionid=...F-n1"},
      {"several", "/;jsessionid=" + id + "/;jsessionid=" + id,
       "/;jsessionid=...F-n1/;jsessionid=...F-n1"},
      {"upper case, in a query", "/a?JSESSIONID=" + id + "&b", "/a?JSESSIONID=...F-n1&b"},
      {"encoded, as log-in pages have it", "/login?to=%2Fa%3Bjsessionid%3D" + id + ".n%3Fb",
       "/login?to=%2Fa%3Bjsessionid%3D...F-n1.n%3Fb"},
      {"encoded twice", "/l?to=%253Bjsessionid%253d" + id + "%2526b",
       "/l?to=%253Bjsessionid%253d...F-n1%2526b"},
      {"encoded characters in the id", "/;jsessionid=0123%34567", "/;jsessionid=...4567"},
      {"short", "/;jsessionid=12345678.n", "/;jsessionid=....n"},
      {"empty", "/;jsessionid=/b", "/;jsessionid=/b"},
      {"at the end", "/;jsessionid=", "/;jsessionid="},
      {"another name", "/;sessionid=" + id, "/;sessionid=" + id},
      {"referer", "http://h/a;jsessionid=" + id + ".n", "http://h/a;jsessionid=...F-n1.n"},
      {"hostile id", "/;jsessionid=01234567\x01\\x90.n", "/;jsessionid=...\\x5Cx90.n"},
  };
  for (const auto& c : cases) {
    std::string out;
    append_masked(c.text, "jsessionid", out);
    EXPECT_EQ(out, c.masked) << c.name;
  }
}

TEST(SessionMask, ALineStaysOneLine) {
  std::string out;
  append_masked("a\"b\\c\r\nd\te\x7f\xc3\xa4", "jsessionid", out);
  EXPECT_EQ(out, "a\\x22b\\x5Cc\\x0D\\x0Ad\\x09e\\x7F\\xC3\\xA4");
  out.clear();
  append_word("a b\"=c\n", out);
  EXPECT_EQ(out, "a\\x20b\\x22=c\\x0A");
  out.clear();
  append_masked("/a=b", "", out);
  EXPECT_EQ(out, "/a=b");
}

}  // namespace
}  // namespace jkproxy::proxy
