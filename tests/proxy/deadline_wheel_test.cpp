#include "proxy/deadline_wheel.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <vector>

namespace jkproxy::proxy {
namespace {

using namespace std::chrono_literals;

class CountingDeadline final : public Deadline {
 public:
  void on_deadline() override {
    ++calls;
    if (then) then();
  }
  int calls = 0;
  std::function<void()> then;
};

class DeadlineWheelTest : public testing::Test {
 protected:
  // Turns on in steps as small as the real sweeper's.
  void pass(milliseconds time) {
    for (const auto end = now + time; now < end;) {
      now += std::min<std::chrono::nanoseconds>(DeadlineWheel::tick, end - now);
      wheel.sweep(now);
    }
  }

  TimePoint now{1h};
  DeadlineWheel wheel{now};
  CountingDeadline deadline;
};

TEST_F(DeadlineWheelTest, CallsNeverTooEarlyAndAtMostTwoTicksLate) {
  for (const auto wait :
       {1ms, 49ms, 50ms, 51ms, 999ms, 10'000ms, 102'399ms, 102'400ms, 500'000ms}) {
    for (const auto offset : {0ms, 1ms, 49ms}) {
      pass(offset);
      CountingDeadline waiting;
      wheel.set(waiting, now + wait);
      pass(wait - 1ms);
      EXPECT_EQ(waiting.calls, 0) << wait.count();
      pass(1ms + 2 * DeadlineWheel::tick);
      EXPECT_EQ(waiting.calls, 1) << wait.count();
      pass(2 * wait + 110s);
      EXPECT_EQ(waiting.calls, 1) << wait.count();
    }
  }
}

TEST_F(DeadlineWheelTest, ADeadlineInThePastIsCalledByTheNextTicks) {
  wheel.set(deadline, now - 10s);
  EXPECT_EQ(deadline.calls, 0);
  pass(2 * DeadlineWheel::tick);
  EXPECT_EQ(deadline.calls, 1);
}

TEST_F(DeadlineWheelTest, NeverIsNotCalled) {
  wheel.set(deadline, TimePoint::max());
  EXPECT_FALSE(deadline.is_linked());
  pass(200s);
  EXPECT_EQ(deadline.calls, 0);
}

TEST_F(DeadlineWheelTest, SettingReplacesWhatWasSet) {
  wheel.set(deadline, now + 1s);
  wheel.set(deadline, now + 3s);
  pass(2s);
  EXPECT_EQ(deadline.calls, 0);
  pass(2s);
  EXPECT_EQ(deadline.calls, 1);

  wheel.set(deadline, now + 1s);
  wheel.set(deadline, TimePoint::max());
  pass(2s);
  EXPECT_EQ(deadline.calls, 1);
}

TEST_F(DeadlineWheelTest, ClearedAndDeadOnesAreNotCalled) {
  wheel.set(deadline, now + 1s);
  DeadlineWheel::clear(deadline);
  DeadlineWheel::clear(deadline);
  {
    CountingDeadline short_lived;
    wheel.set(short_lived, now + 1s);
  }
  pass(3s);
  EXPECT_EQ(deadline.calls, 0);
}

TEST_F(DeadlineWheelTest, ALongPauseMissesNone) {
  std::vector<std::unique_ptr<CountingDeadline>> many;
  for (int i = 0; i < 5000; ++i) {
    many.push_back(std::make_unique<CountingDeadline>());
    wheel.set(*many.back(), now + i * 33ms);
  }
  CountingDeadline later;
  wheel.set(later, now + 2h);
  now += 1h;
  wheel.sweep(now);
  for (const auto& waiting : many) EXPECT_EQ(waiting->calls, 1);
  EXPECT_EQ(later.calls, 0);
  pass(1h + 1s);
  EXPECT_EQ(later.calls, 1);
}

TEST_F(DeadlineWheelTest, ACalledDeadlineMaySetItselfAgain) {
  deadline.then = [this] { wheel.set(deadline, now + 1s); };
  wheel.set(deadline, now + 1s);
  pass(10'500ms);
  EXPECT_GE(deadline.calls, 9);
  EXPECT_LE(deadline.calls, 10);
}

TEST_F(DeadlineWheelTest, ACalledDeadlineMayClearAndDestroyOthersOfItsTick) {
  CountingDeadline cleared;
  auto destroyed = std::make_unique<CountingDeadline>();
  deadline.then = [&] {
    DeadlineWheel::clear(cleared);
    destroyed.reset();
  };
  wheel.set(deadline, now + 1s);
  wheel.set(cleared, now + 1s);
  wheel.set(*destroyed, now + 1s);
  pass(2s);
  EXPECT_EQ(deadline.calls, 1);
  EXPECT_EQ(cleared.calls, 0);
}

TEST_F(DeadlineWheelTest, ASweepOfTheSameTickCallsNothingTwice) {
  wheel.set(deadline, now + 1s);
  pass(2s);
  wheel.sweep(now);
  wheel.sweep(now);
  EXPECT_EQ(deadline.calls, 1);
}

}  // namespace
}  // namespace jkproxy::proxy
