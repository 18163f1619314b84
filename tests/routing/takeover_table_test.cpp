#include "routing/takeover_table.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "tests/fakes/manual_clock.hpp"

namespace jkproxy::routing {
namespace {

constexpr milliseconds wait{2000};
constexpr milliseconds remember{1'800'000};
constexpr WorkerId dead = 1;
constexpr WorkerId fallback = 2;
constexpr WorkerId next_fallback = 3;

// Gives workers out in order: 2, 3, 4, ... leaving out those that are lost.
class ScriptedWorkers : public TakeoverWorkers {
 public:
  Choice choose(std::span<const Displaced>, WorkerId) const override {
    for (WorkerId id = fallback; id < 10; ++id)
      if (!is_lost.contains(id)) return {.kind = Kind::moves, .to = id};
    return {.kind = otherwise};
  }
  bool lost(WorkerId to, TimePoint dispatched, std::uint64_t) const override {
    const auto found = is_lost.find(to);
    return found != is_lost.end() && found->second > dispatched;
  }
  TimePoint usable_since(WorkerId) const override { return {}; }
  TimePoint last_byte(WorkerId) const override { return byte; }
  bool lives(WorkerId worker, TimePoint) const override { return living.contains(worker); }
  std::uint32_t process(WorkerId worker) const override {
    const auto found = processes.find(worker);
    return found == processes.end() ? 0 : found->second;
  }
  void consult(WorkerId worker, TimePoint until) const override { consulted[worker] = until; }

  std::map<WorkerId, TimePoint> is_lost;
  Kind otherwise = Kind::nobody;
  std::set<WorkerId> living;
  std::map<WorkerId, std::uint32_t> processes;
  TimePoint byte;
  mutable std::map<WorkerId, TimePoint> consulted;
};

class TakeoverTableTest : public testing::Test {
 protected:
  static TakeoverKey key(std::uint64_t n) { return {.hash = {n * 0x9e3779b97f4a7c15u, n}}; }
  static WaiterRef ref(std::uint32_t n) { return {.thread = 0, .slot = n, .generation = 7}; }

  Entering entering(std::uint32_t who, std::uint64_t session = 1, WorkerId route = dead) const {
    return {.key = key(session),
            .route_worker = route,
            .waiter = ref(who),
            .wait = wait,
            .remember = remember,
            .now = clock.now()};
  }
  Entered enter(std::uint32_t who, std::uint64_t session = 1, WorkerId route = dead) {
    return table.enter(entering(who, session, route), workers).value();
  }
  std::vector<WaiterRef> leave(std::uint32_t who, Leave how, std::uint64_t session = 1) {
    return table.leave(key(session), ref(who), how, clock.now());
  }
  // Goes first and comes back with the session's own cookie.
  void take_over(std::uint64_t session) {
    const auto entered = enter(1, session);
    table.confirm(key(session), entered.to, remember, clock.now());
    (void)leave(1, Leave::settled, session);
  }
  void write_head(const Entered& entered, std::uint64_t session = 1) {
    clock.turn(milliseconds{1});
    table.dispatched(key(session), entered.generation, clock.now());
  }
  void lose(WorkerId worker) {
    clock.turn(milliseconds{1});
    workers.is_lost[worker] = clock.now();
    clock.turn(milliseconds{1});
  }

  fakes::ManualClock clock;
  ScriptedWorkers workers;
  TakeoverTable table{{.confirmed = 100, .provisional = 50, .waiters = 64, .shards = 1}};
};

TEST_F(TakeoverTableTest, FirstGoesAloneAndTheOthersFollowOnceItTookOver) {
  const auto first = enter(1);
  EXPECT_EQ(first.gate, Gate::first);
  EXPECT_TRUE(first.moved);
  EXPECT_EQ(enter(2).gate, Gate::wait);
  EXPECT_EQ(enter(3).gate, Gate::wait);
  write_head(first);
  table.confirm(key(1), fallback, remember, clock.now());
  EXPECT_EQ(leave(1, Leave::settled), (std::vector{ref(2), ref(3)}));
  for (const std::uint32_t who : {2u, 3u, 4u}) {
    const auto entered = enter(who);
    EXPECT_EQ(entered.gate, Gate::open);
    EXPECT_EQ(entered.to, fallback);
    EXPECT_EQ(entered.generation, first.generation);
    EXPECT_FALSE(entered.moved);
  }
  const auto counts = table.counts();
  EXPECT_EQ(counts.confirmed, 1u);
  EXPECT_EQ(counts.provisional, 0u);
  EXPECT_EQ(counts.gates_closed, 0u);
}

TEST_F(TakeoverTableTest, HeadWithoutTheSessionsCookieMakesTheNextWaiterFirst) {
  enter(1);
  enter(2);
  enter(3);
  EXPECT_EQ(leave(1, Leave::not_proven), std::vector{ref(2)});
  EXPECT_EQ(enter(4).gate, Gate::wait);  // the place is kept for 2
  EXPECT_EQ(enter(2).gate, Gate::first);
  EXPECT_EQ(leave(2, Leave::failed), std::vector{ref(3)});
  EXPECT_EQ(leave(3, Leave::failed), std::vector{ref(4)});  // left before it came back
  EXPECT_EQ(enter(4).gate, Gate::first);
  EXPECT_TRUE(leave(4, Leave::not_proven).empty());
  EXPECT_EQ(enter(5).gate, Gate::first);
}

TEST_F(TakeoverTableTest, WaiterThatLeavesWakesNobody) {
  enter(1);
  enter(2);
  enter(3);
  EXPECT_TRUE(leave(2, Leave::failed).empty());
  EXPECT_EQ(leave(1, Leave::not_proven), std::vector{ref(3)});
}

TEST_F(TakeoverTableTest, PlaceKeptForSomebodyWhoNeverComesIsGivenAway) {
  enter(1);
  enter(2);
  EXPECT_EQ(leave(1, Leave::not_proven), std::vector{ref(2)});
  EXPECT_EQ(enter(3).gate, Gate::wait);
  clock.turn(wait + milliseconds{1});
  EXPECT_EQ(enter(3).gate, Gate::first);
}

// It may be a slow static file, for which nothing was taken over.
TEST_F(TakeoverTableTest, NextGoesFirstByTimeAfterTheHeadWasWritten) {
  const auto first = enter(1);
  clock.turn(milliseconds{10'000});  // connecting: no time runs
  EXPECT_EQ(enter(2).gate, Gate::wait);
  write_head(first);
  const auto written = clock.now();
  workers.byte = written;
  EXPECT_EQ(enter(2).gate, Gate::wait);
  clock.turn(wait - milliseconds{1});
  workers.byte = clock.now();
  const auto waiting = enter(2);
  EXPECT_EQ(waiting.gate, Gate::wait);
  EXPECT_EQ(waiting.retry_at, written + wait);
  clock.turn(milliseconds{100});
  EXPECT_EQ(enter(2).gate, Gate::first);
  EXPECT_EQ(enter(3).gate, Gate::wait);
}

// It may have set out before the head arrived, and the worker may be frozen since.
TEST_F(TakeoverTableTest, ByteThatIsReadRightBehindTheHeadIsNoSignOfLife) {
  write_head(enter(1));
  workers.byte = clock.now() + milliseconds{99};
  clock.turn(wait * 2);
  EXPECT_EQ(enter(2).gate, Gate::wait);
  clock.turn(wait);
  EXPECT_EQ(enter(2).gate, Gate::wait);
}

TEST_F(TakeoverTableTest, NewSessionForAnOlderCookieDoesNotOpenTheGate) {
  take_over(1);
  lose(fallback);
  EXPECT_EQ(enter(2).gate, Gate::first);  // with the cookie of `dead`
  EXPECT_EQ(enter(3, 1, fallback).gate, Gate::wait);
  EXPECT_EQ(enter(4, 1, fallback).gate, Gate::wait);
  EXPECT_EQ(leave(2, Leave::answered), std::vector{ref(3)});
  EXPECT_EQ(enter(3, 1, fallback).gate, Gate::first);
  EXPECT_EQ(leave(3, Leave::answered), std::vector{ref(4)}) << "there is none to take over";
  EXPECT_EQ(enter(4, 1, fallback).gate, Gate::open);
}

TEST_F(TakeoverTableTest, WhoHasTheNewestCookieGoesBeforeWhoCameFirst) {
  take_over(1);
  lose(fallback);
  enter(2, 1, fallback);
  enter(3);
  enter(4, 1, fallback);
  EXPECT_EQ(leave(2, Leave::failed), std::vector{ref(4)});
  enter(4, 1, fallback);
  EXPECT_EQ(leave(4, Leave::failed), std::vector{ref(3)});
}

// The session was there once, was sent there again, and never arrived.
TEST_F(TakeoverTableTest, CookieOfAWorkerThatDidNotTakeTheSessionOverIsNoNewerOne) {
  enter(1);
  EXPECT_TRUE(leave(1, Leave::failed).empty());
  lose(fallback);
  EXPECT_TRUE(enter(2, 1, fallback).moved);
  enter(3, 1, fallback);
  enter(4);
  EXPECT_EQ(leave(2, Leave::answered), std::vector{ref(4)});
}

// Also when the first is overdue, and when the session moves under those who wait.
TEST_F(TakeoverTableTest, OlderCookieDoesNotGoFirstWhileSomebodyWaitsWithTheNewest) {
  take_over(1);
  lose(fallback);
  const auto first = enter(2, 1, fallback);
  write_head(first);
  EXPECT_EQ(enter(3, 1, fallback).gate, Gate::wait);
  workers.byte = clock.now() + milliseconds{100};
  clock.turn(wait);
  enter(4);
  clock.turn(milliseconds{100});
  EXPECT_EQ(enter(4).gate, Gate::wait);
  EXPECT_EQ(enter(3, 1, fallback).gate, Gate::first);
  lose(next_fallback);
  EXPECT_EQ(enter(5, 1, fallback).gate, Gate::first);
}

TEST_F(TakeoverTableTest, GateClosesForAnotherProcessThoughTheWorkerIsInError) {
  const auto one = enter(1);
  leave(1, Leave::settled);
  for (WorkerId id = fallback; id < 10; ++id) lose(id);
  workers.otherwise = TakeoverWorkers::Kind::retries;
  workers.processes[fallback] = 1;
  const auto again = enter(2);
  EXPECT_EQ(again.gate, Gate::first);
  EXPECT_GT(again.generation, one.generation);
  EXPECT_EQ(again.process, 1u);
  write_head(again);
  EXPECT_EQ(enter(3).gate, Gate::wait) << "no new gate beside the first";
}

// What waited in it while it stalled comes first.
TEST_F(TakeoverTableTest, WorkerThatStalledGetsAMomentBeforeTheNextGoes) {
  write_head(enter(1));
  workers.byte = clock.now() - milliseconds{1};
  clock.turn(wait * 2);
  EXPECT_EQ(enter(2).gate, Gate::wait);
  workers.byte = clock.now();
  EXPECT_EQ(enter(2).gate, Gate::wait);
  clock.turn(milliseconds{100});
  EXPECT_EQ(enter(2).gate, Gate::first);
}

TEST_F(TakeoverTableTest, LateSetCookieOfAFormerFirstOpensTheGate) {
  const auto first = enter(1);
  write_head(first);
  EXPECT_EQ(enter(2).gate, Gate::wait);
  clock.turn(wait);
  workers.byte = clock.now();
  EXPECT_EQ(enter(2).gate, Gate::wait);
  clock.turn(milliseconds{100});
  EXPECT_EQ(enter(2).gate, Gate::first);
  EXPECT_EQ(enter(3).gate, Gate::wait);
  table.confirm(key(1), first.to, remember, clock.now());
  EXPECT_EQ(leave(1, Leave::settled), std::vector{ref(3)});
  EXPECT_EQ(enter(3).gate, Gate::open);
}

TEST_F(TakeoverTableTest, GateStaysClosedWhileTheWorkerGivesNobodyAByte) {
  const auto first = enter(1);
  write_head(first);
  workers.byte = clock.now() - milliseconds{1};
  clock.turn(wait * 10);
  const auto waiting = enter(2);
  EXPECT_EQ(waiting.gate, Gate::wait);
  EXPECT_GT(waiting.retry_at, clock.now());
  workers.byte = clock.now();
  EXPECT_EQ(enter(2).gate, Gate::wait);
  clock.turn(milliseconds{100});
  EXPECT_EQ(enter(2).gate, Gate::first);
}

TEST_F(TakeoverTableTest, FirstKeepsItsPlaceWhileItTriesAgain) {
  const auto one = enter(1);
  enter(2);
  EXPECT_EQ(enter(1).gate, Gate::first);
  lose(fallback);
  const auto two = enter(1);
  EXPECT_EQ(two.gate, Gate::first);
  EXPECT_EQ(two.to, next_fallback);
  EXPECT_GT(two.generation, one.generation);
  EXPECT_EQ(enter(2).gate, Gate::wait);
  EXPECT_EQ(leave(1, Leave::settled), std::vector{ref(2)});
}

TEST_F(TakeoverTableTest, LateLeaveOfAnOlderGenerationOpensNothing) {
  enter(1);
  lose(fallback);
  const auto second = enter(2);  // finds the loss, and goes first
  EXPECT_EQ(second.gate, Gate::first);
  EXPECT_TRUE(leave(1, Leave::settled).empty());
  EXPECT_EQ(enter(3).gate, Gate::wait);
}

TEST_F(TakeoverTableTest, CookieThatIsNewerThanTheEntryIsFollowed) {
  enter(1);
  leave(1, Leave::settled);
  EXPECT_TRUE(table.look_up(entering(2), workers));
  EXPECT_FALSE(table.look_up(entering(2, 1, fallback), workers));
  EXPECT_FALSE(table.look_up(entering(2, 1, 9), workers));
  EXPECT_FALSE(table.look_up(entering(2, 77), workers));
  EXPECT_TRUE(table.applies(key(1), dead, clock.now()));
  EXPECT_FALSE(table.applies(key(1), fallback, clock.now()));
}

TEST_F(TakeoverTableTest, EveryWorkerInFromIsAskedAboutUntilTheEntryLapses) {
  enter(1);
  EXPECT_EQ(workers.consulted[dead], clock.now() + remember);
  leave(1, Leave::settled);
  lose(fallback);
  enter(2);
  EXPECT_EQ(workers.consulted[dead], clock.now() + remember);
  EXPECT_EQ(workers.consulted[fallback], clock.now() + remember);
  leave(2, Leave::settled);
  clock.turn(remember);
  EXPECT_FALSE(table.look_up(entering(3), workers));
}

TEST_F(TakeoverTableTest, GateClosesAgainWhenNoOtherIsUsable) {
  const auto one = enter(1);
  leave(1, Leave::settled);
  for (WorkerId id = fallback; id < 10; ++id) lose(id);
  workers.otherwise = TakeoverWorkers::Kind::retries;
  const auto again = enter(2);
  EXPECT_EQ(again.to, fallback);
  EXPECT_EQ(again.gate, Gate::first);
  EXPECT_EQ(again.generation, one.generation);
  EXPECT_EQ(enter(3).gate, Gate::wait);
  write_head(again);  // newer than the error
  EXPECT_EQ(leave(2, Leave::settled), std::vector{ref(3)});
  EXPECT_EQ(enter(3).gate, Gate::open);
}

TEST_F(TakeoverTableTest, NobodyToGoToMakesNoEntryAndGivesNoPlace) {
  for (WorkerId id = fallback; id < 10; ++id) lose(id);
  EXPECT_FALSE(table.enter(entering(1), workers));
  EXPECT_EQ(table.counts().provisional, 0u);
  workers.is_lost.clear();
  enter(1);
  enter(2);
  for (WorkerId id = fallback; id < 10; ++id) lose(id);
  EXPECT_FALSE(table.enter(entering(1), workers));
  EXPECT_EQ(leave(1, Leave::failed), std::vector{ref(2)});  // the next one shall not wait for it
}

TEST_F(TakeoverTableTest, OnlyASetCookieOfTheFallbackConfirms) {
  enter(1);
  leave(1, Leave::not_proven);
  table.confirm(key(1), 9, remember, clock.now());
  EXPECT_EQ(table.counts().confirmed, 0u);
  table.confirm(key(2), fallback, remember, clock.now());
  EXPECT_EQ(table.counts().provisional, 1u);
  table.confirm(key(1), fallback, remember, clock.now());
  EXPECT_EQ(table.counts().confirmed, 1u);
  EXPECT_EQ(enter(2).gate, Gate::open);
}

TEST_F(TakeoverTableTest, SentRequestThatFailedConfirmsAndAnUnsentOneDoesNot) {
  enter(1);
  leave(1, Leave::failed);
  EXPECT_EQ(table.counts().confirmed, 0u);
  write_head(enter(2));
  leave(2, Leave::failed);
  EXPECT_EQ(table.counts().confirmed, 1u);
}

TEST_F(TakeoverTableTest, MillionInventedIdsDoNotPushOutConfirmedOnes) {
  for (std::uint64_t session = 1; session <= 20; ++session) {
    take_over(session);
  }
  for (std::uint64_t session = 1000; session < 1'001'000; ++session) {
    enter(1, session);
    leave(1, Leave::not_proven, session);
    ASSERT_LE(table.counts().provisional, 51u);
  }
  EXPECT_EQ(table.counts().confirmed, 20u);
  for (std::uint64_t session = 1; session <= 20; ++session)
    EXPECT_EQ(enter(2, session).gate, Gate::open);
}

// The worker answers each with a Set-Cookie of a new session.
TEST_F(TakeoverTableTest, InventedIdsThatAreGivenNewSessionsDoNotPushOutConfirmedOnes) {
  for (std::uint64_t session = 1; session <= 20; ++session) take_over(session);
  for (std::uint64_t session = 1000; session < 11'000; ++session) {
    write_head(enter(1, session), session);
    leave(1, Leave::settled, session);
    ASSERT_LE(table.counts().provisional, 51u);
  }
  EXPECT_EQ(table.counts().confirmed, 20u);
  for (std::uint64_t session = 1; session <= 20; ++session)
    EXPECT_EQ(enter(2, session).gate, Gate::open);
}

TEST_F(TakeoverTableTest, WhoFollowsItsCookieInsteadLeavesItsPlace) {
  enter(1);
  enter(2);
  EXPECT_EQ(table.counts().waiting, 1u);
  EXPECT_FALSE(table.look_up(entering(2, 1, 9), workers));
  EXPECT_TRUE(leave(2, Leave::failed).empty());
  EXPECT_EQ(table.counts().waiting, 0u);
  EXPECT_TRUE(leave(1, Leave::not_proven).empty());
}

TEST_F(TakeoverTableTest, ConfirmedOnesAreBoundedAndTheLeastRecentlyUsedGoesFirst) {
  for (std::uint64_t session = 1; session <= 150; ++session) {
    take_over(session);
    enter(2, 1);  // in use all the time
  }
  EXPECT_EQ(table.counts().confirmed, 100u);
  EXPECT_TRUE(table.look_up(entering(3, 1), workers));
  EXPECT_FALSE(table.look_up(entering(3, 2), workers));
  EXPECT_TRUE(table.look_up(entering(3, 150), workers));
}

TEST_F(TakeoverTableTest, EntryThatSomebodyStandsAtIsNeverEvicted) {
  const auto held = enter(1, 1);
  enter(2, 1);
  for (std::uint64_t session = 1000; session < 2000; ++session) {
    enter(1, session);
    leave(1, Leave::not_proven, session);
  }
  EXPECT_TRUE(table.holds(key(1), held.generation));
  EXPECT_EQ(leave(1, Leave::settled, 1), std::vector{ref(2)});
}

TEST_F(TakeoverTableTest, LapsedEntriesAreLetGo) {
  for (std::uint64_t session = 1; session <= 10; ++session) {
    take_over(session);
  }
  clock.turn(remember);
  for (std::uint64_t session = 11; session <= 20; ++session) {
    take_over(session);
  }
  EXPECT_EQ(table.counts().confirmed, 10u);
}

// SipHash-2-4 with 128 bits, written down a second time from its paper.
TakeoverKey sip_hash(const TakeoverSecret& secret, const std::string& text) {
  const auto word = [](const std::uint8_t* bytes) {
    std::uint64_t value = 0;
    for (int i = 7; i >= 0; --i) value = value << 8 | bytes[i];
    return value;
  };
  const auto k0 = word(secret.data());
  const auto k1 = word(secret.data() + 8);
  std::uint64_t v0 = k0 ^ 0x736f6d6570736575u, v1 = k1 ^ 0x646f72616e646f6du ^ 0xee,
                v2 = k0 ^ 0x6c7967656e657261u, v3 = k1 ^ 0x7465646279746573u;
  const auto rounds = [&](int count) {
    while (count-- > 0) {
      v0 += v1, v1 = std::rotl(v1, 13) ^ v0, v0 = std::rotl(v0, 32);
      v2 += v3, v3 = std::rotl(v3, 16) ^ v2;
      v0 += v3, v3 = std::rotl(v3, 21) ^ v0;
      v2 += v1, v1 = std::rotl(v1, 17) ^ v2, v2 = std::rotl(v2, 32);
    }
  };
  std::vector<std::uint8_t> bytes(text.begin(), text.end());
  while (bytes.size() % 8 != 7) bytes.push_back(0);
  bytes.push_back(static_cast<std::uint8_t>(text.size()));
  for (std::size_t i = 0; i < bytes.size(); i += 8) {
    const auto m = word(bytes.data() + i);
    v3 ^= m;
    rounds(2);
    v0 ^= m;
  }
  v2 ^= 0xee;
  rounds(4);
  const auto low = v0 ^ v1 ^ v2 ^ v3;
  v1 ^= 0xdd;
  rounds(4);
  return {.hash = {low, v0 ^ v1 ^ v2 ^ v3}};
}

TEST(TakeoverKey, IsSipHashOfLengthBalancerAndStem) {
  TakeoverSecret secret;
  for (std::size_t i = 0; i < secret.size(); ++i) secret[i] = static_cast<std::uint8_t>(i);
  const auto text = std::string{"\4\0\0\0\0\0\0\0", 8} + "farm" + "5F3A";
  EXPECT_EQ(sip_hash(secret, "").hash[0], 0xe6a825ba047f81a3u);  // the paper's vector
  EXPECT_EQ(takeover_key(secret, "farm", "5F3A"), sip_hash(secret, text));
  EXPECT_NE(takeover_key(secret, "farm5", "F3A"), takeover_key(secret, "farm", "5F3A"));
  EXPECT_NE(takeover_key(TakeoverSecret{1}, "farm", "5F3A"), takeover_key(secret, "farm", "5F3A"));
}

}  // namespace
}  // namespace jkproxy::routing
