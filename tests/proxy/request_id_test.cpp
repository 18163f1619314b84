#include "proxy/request_id.hpp"

#include <gtest/gtest.h>

#include <string>

#include "proxy/outgoing_head.hpp"
#include "tests/proxy/parsed_head.hpp"

namespace jkproxy::proxy {
namespace {

std::string id_of(const std::string& fields) {
  const CheckedRequest request{"GET / HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n"};
  return std::string{
      sent_request_id(request.head, request.bytes, "X-Request-ID").value_or("nothing")};
}

TEST(SentRequestId, IsTakenWhereItIsClean) {
  EXPECT_EQ(id_of("X-Request-ID: 7f3a\r\n"), "7f3a");
  EXPECT_EQ(id_of("x-request-id:  Root=1-67891233-abc \r\n"), "Root=1-67891233-abc");
  EXPECT_EQ(id_of("X-Request-ID: a.B-9_~+/:@\r\n"), "a.B-9_~+/:@");
  EXPECT_EQ(id_of("X-Request-ID: " + std::string(128, 'a') + "\r\n"), std::string(128, 'a'));
}

TEST(SentRequestId, IsNotTakenOtherwise) {
  EXPECT_EQ(id_of(""), "nothing");
  EXPECT_EQ(id_of("X-Request-ID:\r\n"), "nothing");
  EXPECT_EQ(id_of("X-Request-ID: a\r\nX-Request-ID: b\r\n"), "nothing");
  EXPECT_EQ(id_of("X_Request_ID: a\r\n"), "nothing");
  EXPECT_EQ(id_of("X-Request-ID: " + std::string(129, 'a') + "\r\n"), "nothing");
  for (const char* id : {"a b", "a\"b", "<b>", "a,b", "a\\b", "a;b", "\xC3\xA4", "{{request_id}}"})
    EXPECT_EQ(id_of("X-Request-ID: " + std::string{id} + "\r\n"), "nothing") << id;
}

// The fields about the id in the head that the worker gets.
std::string passed(const std::string& fields, std::string_view name) {
  const CheckedRequest request{"GET / HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n"};
  std::string out;
  compose_request_head(request.head, request.bytes, request.facts,
                       {.client_address = "192.0.2.7",
                        .listener_port = "",
                        .request_id = "ours",
                        .request_id_field = name},
                       out);
  std::string ids;
  for (std::size_t at = 0; (at = out.find("equest", at)) != std::string::npos; at += 6)
    ids += out.substr(out.rfind('\n', at) + 1, out.find('\r', at) - out.rfind('\n', at) - 1) + "|";
  return ids;
}

TEST(RequestIdField, IsOursWhateverTheClientSays) {
  EXPECT_EQ(passed("", "X-Request-ID"), "X-Request-ID: ours|");
  EXPECT_EQ(passed("x-request-id: theirs\r\nX_Request-Id: theirs\r\n", "X-Request-ID"),
            "X-Request-ID: ours|");
  EXPECT_EQ(passed("Connection: X-Request-ID\r\n", "X-Request-ID"), "X-Request-ID: ours|");
}

TEST(RequestIdField, IsTheClientsWhereItHasNoName) {
  EXPECT_EQ(passed("X-Request-ID: theirs\r\n", ""), "X-Request-ID: theirs|");
}

}  // namespace
}  // namespace jkproxy::proxy
