#pragma once

#include <array>
#include <atomic>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>
#include <utility>
#include <vector>

namespace jkproxy::proxy {

// Tells clients apart by their address, nothing more. Never 0.
std::uint64_t address_hash(std::string_view address);

// Who may connect: the clients of all threads, counted against `limits.connections`,
// `limits.connections_per_client` and `listeners[].connections`. 0: no limit. Any thread.
class Admission {
 public:
  struct Limits {
    std::uint64_t clients = 0;
    std::uint64_t per_address = 0;
    std::vector<std::uint64_t> listeners;  // in the order of the configuration
  };
  enum class Verdict : std::uint8_t { welcome, full, listener_full, address_full };

  explicit Admission(Limits limits);

  // A place among the clients; gives it back at its end.
  class Place {
   public:
    Place() = default;
    Place(Place&& other) noexcept
        : admission_{std::exchange(other.admission_, nullptr)},
          listener_{other.listener_},
          address_{other.address_} {}
    Place& operator=(Place&&) = delete;
    ~Place() {
      if (admission_ != nullptr) admission_->leave(listener_, address_);
    }
    // The client's address, where it is known only now, as in `enter`. False: it has its share.
    bool count_address(std::uint64_t address);

   private:
    friend class Admission;
    Place(Admission& admission, std::size_t listener, std::uint64_t address)
        : admission_{&admission}, listener_{listener}, address_{address} {}

    Admission* admission_ = nullptr;
    std::size_t listener_ = 0;
    std::uint64_t address_ = 0;
  };

  struct Entry {
    Verdict verdict = Verdict::welcome;
    Place place;  // empty unless welcome
  };
  // `address`: 0 for those who are not counted by their address, such as a trusted proxy.
  Entry enter(std::size_t listener, std::uint64_t address);

 private:
  static constexpr std::size_t shards = 16;
  struct alignas(64) Shard {
    std::mutex mutex;
    boost::unordered_flat_map<std::uint64_t, std::uint64_t> clients;  // by address
  };

  bool enter_address(std::uint64_t address);
  void leave(std::size_t listener, std::uint64_t address);

  const Limits limits_;
  std::atomic<std::uint64_t> clients_{0};
  std::unique_ptr<std::atomic<std::uint64_t>[]> listeners_;
  std::array<Shard, shards> shards_;
};

}  // namespace jkproxy::proxy
