// Pages of the operator's own through the whole proxy.

#include "tests/integration/whole_proxy.hpp"

namespace jkproxy {
namespace {

class OwnErrorPage : public HandProxy {
 protected:
  OwnErrorPage() {
    settings.mounts.front().path = "/elsewhere";
    settings.error_pages = {{.status = 404,
                             .file = {},
                             .content_type = "text/plain; charset=utf-8",
                             .text = "no such page ({{request_id}})\n"},
                            {.status = 503,
                             .file = {},
                             .content_type = "text/html; charset=utf-8",
                             .text = "<p>Full.</p>"}};
  }
};

TEST_F(OwnErrorPage, IsSentForItsStatusAndTheConnectionGoesOn) {
  start();
  auto client = connect();
  for (int i = 0; i < 2; ++i) {
    client.send(request);
    const auto answer = client.receive_message();
    EXPECT_EQ(status_of(answer), "404");
    EXPECT_NE(answer.find("\r\nContent-Type: text/plain; charset=utf-8\r\n"), std::string::npos);
    EXPECT_NE(answer.find("\r\n\r\nno such page ("), std::string::npos);
    EXPECT_EQ(answer.find("request_id"), std::string::npos);
  }
}

TEST_F(OwnErrorPage, AnswersHeadWithItsLengthAndWithoutItself) {
  start();
  const auto answer = get("", "HEAD");
  EXPECT_NE(answer.find("\r\nContent-Length: 32\r\n"), std::string::npos) << answer;
  EXPECT_TRUE(answer.ends_with("\r\n\r\n"));
}

TEST_F(OwnErrorPage, IsSentToClientsForWhomThereIsNoPlace) {
  settings.limits.connections = 1;
  start();
  auto client = connect();
  client.send(request);
  client.receive_message();
  EXPECT_TRUE(connect().receive_all().ends_with("\r\n\r\n<p>Full.</p>"));
}

}  // namespace
}  // namespace jkproxy
