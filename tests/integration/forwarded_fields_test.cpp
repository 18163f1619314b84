// X-Forwarded-* through the whole proxy: what a stranger says of itself never reaches a worker.

#include "tests/integration/whole_proxy.hpp"

namespace jkproxy {
namespace {

class ForwardedFields : public HandProxy {
 protected:
  ForwardedFields() { settings.request_id.clear(); }

  // The head that the worker gets for a GET with these fields.
  std::string head_at_worker(const std::string& fields) {
    auto client = connect();
    client.send("GET /x HTTP/1.1\r\nHost: shop.example\r\n" + fields + "\r\n");
    return node1.accept().receive_head();
  }
  void trust_loopback() {
    config::Network loopback{.address = {}, .prefix = 96 + 8, .text = "127.0.0.0/8"};
    loopback.address[10] = loopback.address[11] = 0xff;
    loopback.address[12] = 127;
    settings.trusted_proxies = {loopback};
  }
  std::string own_port() const { return std::to_string(port()); }
};

const std::string claims =
    "X-Forwarded-For: 1.1.1.1\r\n"
    "x-forwarded-proto: https\r\n"
    "X-FORWARDED-HOST: bank.example\r\n"
    "X-Forwarded-Port: 443\r\n";

TEST_F(ForwardedFields, AStrangersAreReplaced) {
  start();
  EXPECT_EQ(head_at_worker(claims),
            "GET /x HTTP/1.1\r\nHost: shop.example\r\nX-Forwarded-For: 127.0.0.1\r\n"
            "X-Forwarded-Proto: http\r\nX-Forwarded-Host: shop.example\r\nX-Forwarded-Port: " +
                own_port() + "\r\n\r\n");
}

TEST_F(ForwardedFields, OthersAndLookAlikesOfAStrangerAreDropped) {
  start();
  EXPECT_EQ(head_at_worker("X-Forwarded-Prefix: /evil\r\nX-Forwarded-Ssl: on\r\n"
                           "X-Forwarded-Server: evil\r\nForwarded: for=1.1.1.1;proto=https\r\n"
                           "X_Forwarded_For: 1.1.1.1\r\nx-forwarded_proto: https\r\n"
                           "X_FORWARDED_PREFIX: /evil\r\nX-Own: 1\r\n"),
            "GET /x HTTP/1.1\r\nHost: shop.example\r\nX-Own: 1\r\nX-Forwarded-For: 127.0.0.1\r\n"
            "X-Forwarded-Proto: http\r\nX-Forwarded-Host: shop.example\r\nX-Forwarded-Port: " +
                own_port() + "\r\n\r\n");
}

TEST_F(ForwardedFields, AStrangerCannotHaveOursDropped) {
  start();
  EXPECT_NE(head_at_worker("Connection: X-Forwarded-For, X-Forwarded-Proto, close\r\n")
                .find("X-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Proto: http\r\n"),
            std::string::npos);
}

TEST_F(ForwardedFields, ATrustedProxysAreKeptAndItsAddressIsAppended) {
  trust_loopback();
  start();
  EXPECT_EQ(head_at_worker(claims + "X-Forwarded-For: 2.2.2.2\r\nX-Forwarded-Prefix: /app\r\n"),
            "GET /x HTTP/1.1\r\nHost: shop.example\r\nx-forwarded-proto: https\r\n"
            "X-FORWARDED-HOST: bank.example\r\nX-Forwarded-Port: 443\r\n"
            "X-Forwarded-Prefix: /app\r\nX-Forwarded-For: 1.1.1.1, 2.2.2.2, 127.0.0.1\r\n\r\n");
}

TEST_F(ForwardedFields, ATrustedProxysLookAlikesAreDroppedAllTheSame) {
  trust_loopback();
  start();
  const auto head = head_at_worker("X_Forwarded_For: 1.1.1.1\r\nX-Forwarded_Prefix: /evil\r\n");
  EXPECT_EQ(head.find('_'), std::string::npos) << head;
}

}  // namespace
}  // namespace jkproxy
