#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>

namespace jkproxy::proxy {

// What a client or a worker may run into; each is counted on its own.
enum class Limit : std::uint8_t {
  none,
  request_line,             // 414
  head,                     // 431
  fields,                   // 431
  head_time,                // 408; closed where not a byte came
  body_time,                // 408: no progress
  body_rate,                // 408, or the answer is cut off: too slow on the whole
  connections,              // 503
  listener_connections,     // 503
  connections_per_client,   // 503
  response_head,            // 502
  response_time,            // 504
  replay_memory,            // a small body is not kept for sending it again
  proxy_header,             // closed: a PROXY header from a stranger, a wrong one, or none in time
  keep_alive,               // closed: no next request in time
  requests_per_connection,  // closed behind the answer
};

inline constexpr std::array<std::string_view, 16> limit_names{"none",
                                                              "request_line",
                                                              "head",
                                                              "fields",
                                                              "head_time",
                                                              "body_time",
                                                              "body_rate",
                                                              "connections",
                                                              "listener_connections",
                                                              "connections_per_client",
                                                              "response_head",
                                                              "response_time",
                                                              "replay_memory",
                                                              "proxy_header",
                                                              "keep_alive",
                                                              "requests_per_connection"};

// How often each was met. Written by one thread, read by any, relaxed.
class LimitCounters {
 public:
  void count(Limit limit) {
    counters_[static_cast<std::size_t>(limit)].fetch_add(1, std::memory_order_relaxed);
  }
  std::uint64_t of(Limit limit) const {
    return counters_[static_cast<std::size_t>(limit)].load(std::memory_order_relaxed);
  }

 private:
  std::array<std::atomic<std::uint64_t>, limit_names.size()> counters_{};
};

// Memory for bodies that are kept so that they can be sent again, of all threads together.
class ReplayMemory {
 public:
  explicit ReplayMemory(std::uint64_t most) : most_{most} {}

  // Bytes that were taken; gives them back at its end.
  class Share {
   public:
    Share() = default;
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;
    ~Share() {
      if (memory_ != nullptr) memory_->taken_.fetch_sub(bytes_, std::memory_order_relaxed);
    }
    // False: there is not so much left.
    bool take(ReplayMemory& memory, std::uint64_t bytes) {
      const bool fits =
          memory.taken_.fetch_add(bytes, std::memory_order_relaxed) + bytes <= memory.most_;
      if (!fits) {
        memory.taken_.fetch_sub(bytes, std::memory_order_relaxed);
        return false;
      }
      memory_ = &memory;
      bytes_ = bytes;
      return true;
    }

   private:
    ReplayMemory* memory_ = nullptr;
    std::uint64_t bytes_ = 0;
  };

 private:
  const std::uint64_t most_;
  std::atomic<std::uint64_t> taken_{0};
};

}  // namespace jkproxy::proxy
