// One id for a request, from the first proxy to the log, the worker and the error page.

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/integration/whole_proxy.hpp"

namespace jkproxy {
namespace {

class RequestId : public HandProxy {
 protected:
  RequestId() { settings.access_log.file = log_file; }
  ~RequestId() override { std::filesystem::remove(log_file); }

  void trust_loopback() {
    config::Network loopback{.address = {}, .prefix = 96 + 8, .text = "127.0.0.0/8"};
    loopback.address[10] = loopback.address[11] = 0xff;
    loopback.address[12] = 127;
    settings.trusted_proxies = {loopback};
  }
  // What the worker is told.
  std::string id_at_worker(const std::string& fields) {
    auto client = connect();
    client.send("GET /x HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n");
    auto worker = node1.accept();
    const auto head = worker.receive_head();
    worker.send(ok("served", "Connection: close\r\n"));
    EXPECT_TRUE(client.receive_message().ends_with("served"));
    const auto at = head.find("X-Request-ID: ");
    return at == std::string::npos ? "none" : head.substr(at + 14, head.find('\r', at) - at - 14);
  }
  std::string log() {
    stop();
    std::ifstream file{log_file};
    return {std::istreambuf_iterator<char>{file}, {}};
  }

  const std::string log_file =
      std::filesystem::temp_directory_path() / ("request_id_" + std::to_string(::getpid()));
};

TEST_F(RequestId, OfAStrangerIsReplacedByOurs) {
  start();
  const auto id = id_at_worker("X-Request-ID: forged\r\n");
  EXPECT_EQ(id.size(), 16U);
  EXPECT_NE(log().find(" rid=" + id + " "), std::string::npos);
}

TEST_F(RequestId, OfATrustedProxyIsKept) {
  trust_loopback();
  start();
  EXPECT_EQ(id_at_worker("X-Request-ID: 7f3a-one\r\n"), "7f3a-one");
  EXPECT_EQ(id_at_worker("X-Request-ID: two words\r\n").size(), 16U);
  EXPECT_NE(log().find(" rid=7f3a-one "), std::string::npos);
}

TEST_F(RequestId, OfATrustedProxyIsOnTheErrorPage) {
  trust_loopback();
  settings.mounts.front().path = "/elsewhere";
  start();
  const auto page = get("X-Request-ID: 7f3a-one\r\n");
  EXPECT_EQ(status_of(page), "404");
  EXPECT_NE(page.find("Request 7f3a-one"), std::string::npos);
}

TEST_F(RequestId, IsNotSentWithoutAName) {
  settings.request_id.clear();
  start();
  EXPECT_EQ(id_at_worker(""), "none");
}

}  // namespace
}  // namespace jkproxy
