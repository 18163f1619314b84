#include <openssl/core_names.h>
#include <openssl/evp.h>

#include <cstring>
#include <stdexcept>

#include "routing/takeover_table.hpp"

namespace jkproxy::routing {

namespace {

// SipHash-2-4 with 128 bits; one per thread, since fetching it costs far more than the hash.
class SipHash {
 public:
  SipHash() {
    EVP_MAC* mac = EVP_MAC_fetch(nullptr, OSSL_MAC_NAME_SIPHASH, nullptr);
    mac_.reset(mac == nullptr ? nullptr : EVP_MAC_CTX_new(mac));
    EVP_MAC_free(mac);
    if (!mac_) throw std::runtime_error{"OpenSSL has no SipHash"};
  }

  void begin(const TakeoverSecret& secret) {
    std::size_t size = sizeof(TakeoverKey::hash);
    const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_size_t(OSSL_MAC_PARAM_SIZE, &size),
                                     OSSL_PARAM_construct_end()};
    check(EVP_MAC_init(mac_.get(), secret.data(), secret.size(), parameters));
  }

  void add(const void* bytes, std::size_t size) {
    check(EVP_MAC_update(mac_.get(), static_cast<const unsigned char*>(bytes), size));
  }

  TakeoverKey end() {
    unsigned char bytes[sizeof(TakeoverKey::hash)];
    std::size_t size = 0;
    check(EVP_MAC_final(mac_.get(), bytes, &size, sizeof bytes));
    TakeoverKey key;
    std::memcpy(key.hash.data(), bytes, sizeof bytes);
    return key;
  }

 private:
  struct Free {
    void operator()(EVP_MAC_CTX* mac) const { EVP_MAC_CTX_free(mac); }
  };
  static void check(int result) {
    if (result != 1) throw std::runtime_error{"SipHash failed"};
  }

  std::unique_ptr<EVP_MAC_CTX, Free> mac_;
};

}  // namespace

TakeoverKey takeover_key(const TakeoverSecret& secret, std::string_view balancer,
                         std::string_view stem) {
  thread_local SipHash hash;
  const std::uint64_t length = balancer.size();  // so that no two pairs read alike
  hash.begin(secret);
  hash.add(&length, sizeof length);
  hash.add(balancer.data(), balancer.size());
  hash.add(stem.data(), stem.size());
  return hash.end();
}

}  // namespace jkproxy::routing
