#pragma once

#include <array>
#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/post.hpp>
#include <cstddef>
#include <cstdint>
#include <new>
#include <optional>
#include <type_traits>
#include <utility>

#include "proxy/deadline_wheel.hpp"
#include "proxy/task.hpp"

namespace jkproxy::proxy {

// Why a wait ended.
enum class Wake : std::uint8_t {
  ready,   // a stream that was armed may have something; or nothing has, look again
  called,  // by a gate, a drain, a worker found dead: look at what changed
  deadline,
};

// Where one coroutine waits: for any of its streams, a call from elsewhere, and a deadline, all at
// once. Owned by the coroutine's frame; its I/O thread only. A wake that comes while nobody waits
// is kept for the next wait.
class Waiter final : public Deadline {
 public:
  Waiter(DeadlineWheel& wheel, Executor executor) : wheel_{wheel}, executor_{std::move(executor)} {}
  ~Waiter() override { resume_.drop(); }

  // co_await waiter.wait(deadline) -> Wake. One wait at a time.
  auto wait(TimePoint deadline) {
    return asio::async_initiate<const asio::deferred_t, void(Wake)>(
        [this, deadline](auto&& resume) {
          begin(std::forward<decltype(resume)>(resume), deadline);
        },
        asio::deferred);
  }

  void wake(Wake why);
  void on_deadline() override { wake(Wake::deadline); }

 private:
  // The suspended coroutine, type-erased in place: Asio's resumption is two pointers.
  class Resumption {
   public:
    template <class Resume>
    void hold(Resume&& resume) {
      using Held = std::decay_t<Resume>;
      static_assert(sizeof(Held) <= sizeof(place_) && std::is_nothrow_move_constructible_v<Held>);
      new (place_.data()) Held(std::forward<Resume>(resume));
      call_ = [](void* place, std::optional<Wake> why) {
        auto* held = std::launder(static_cast<Held*>(place));
        Held taken{std::move(*held)};
        held->~Held();
        if (why) taken(*why);
      };
    }
    bool held() const { return call_ != nullptr; }
    void call(Wake why) { std::exchange(call_, nullptr)(place_.data(), why); }
    void drop() {
      if (held()) std::exchange(call_, nullptr)(place_.data(), std::nullopt);
    }

   private:
    alignas(void*) std::array<std::byte, 4 * sizeof(void*)> place_{};
    void (*call_)(void*, std::optional<Wake>) = nullptr;
  };

  template <class Resume>
  void begin(Resume&& resume, TimePoint deadline) {
    resume_.hold(std::forward<Resume>(resume));
    if (!kept_) return wheel_.set(*this, deadline);
    // Resuming from inside the suspension would nest without end.
    posted_ = true;
    asio::post(executor_, [this] {
      posted_ = false;
      wake(*kept_);
    });
  }

  DeadlineWheel& wheel_;
  Executor executor_;
  Resumption resume_;
  std::optional<Wake> kept_;
  bool posted_ = false;  // the kept wake is on its way: nobody else may resume
};

}  // namespace jkproxy::proxy
