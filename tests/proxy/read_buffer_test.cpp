#include "proxy/read_buffer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace jkproxy::proxy {
namespace {

class ReadBufferTest : public testing::Test {
 protected:
  void put(std::string_view bytes) {
    const auto space = buffer.space();
    ASSERT_GE(space.size(), bytes.size());
    std::copy(bytes.begin(), bytes.end(), space.begin());
    buffer.filled(bytes.size());
  }

  BlockPool pool;
  ReadBuffer buffer{pool};
};

TEST_F(ReadBufferTest, GivesBackWhatWasPutInInOrder) {
  EXPECT_TRUE(buffer.empty());
  put("abc");
  put("def");
  EXPECT_EQ(buffer.unread(), "abcdef");
  buffer.consume(2);
  EXPECT_EQ(buffer.unread(), "cdef");
  buffer.consume(4);
  EXPECT_TRUE(buffer.empty());
}

TEST_F(ReadBufferTest, AFullBlockHasNoSpaceUntilSomethingIsConsumed) {
  put(std::string(BlockPool::block_size, 'x'));
  EXPECT_TRUE(buffer.space().empty());
  buffer.consume(10);
  EXPECT_EQ(buffer.space().size(), 10u);
  EXPECT_EQ(buffer.unread(), std::string(BlockPool::block_size - 10, 'x'));
}

TEST_F(ReadBufferTest, ConsumedBytesStayUntilSpaceIsTaken) {
  put("abcdef");
  const auto view = buffer.unread();
  buffer.consume(3);
  EXPECT_EQ(view, "abcdef");
  EXPECT_EQ(buffer.unread().data(), view.data() + 3);
}

TEST_F(ReadBufferTest, AnEmptyOneGivesItsBlockBack) {
  const auto* first = buffer.space().data();
  buffer.release_if_empty();
  const auto block = pool.take();
  EXPECT_EQ(block.get(), first);
}

TEST_F(ReadBufferTest, ReleaseKeepsUnreadBytes) {
  put("abc");
  buffer.release_if_empty();
  EXPECT_EQ(buffer.unread(), "abc");
}

TEST_F(ReadBufferTest, ParkingGivesTheBlockBackAndKeepsTheBytes) {
  const auto* first = buffer.space().data();
  put("abcdef");
  buffer.consume(1);
  buffer.park();
  EXPECT_EQ(buffer.unread(), "bcdef");
  auto block = pool.take();
  EXPECT_EQ(block.get(), first);

  buffer.park();
  EXPECT_EQ(buffer.unread(), "bcdef");
  buffer.consume(1);
  put("gh");
  EXPECT_EQ(buffer.unread(), "cdefgh");
  EXPECT_EQ(buffer.space().size(), BlockPool::block_size - 6);
}

TEST_F(ReadBufferTest, AParkedOneCanBeEmptiedAndFilledAgain) {
  put("abc");
  buffer.park();
  buffer.consume(3);
  put("def");
  EXPECT_EQ(buffer.unread(), "def");
}

TEST_F(ReadBufferTest, ParkingAnEmptyOneGivesItsBlockBack) {
  const auto* first = buffer.space().data();
  put("abc");
  buffer.consume(3);
  buffer.park();
  EXPECT_EQ(pool.take().get(), first);
  put("def");
  EXPECT_EQ(buffer.unread(), "def");
}

TEST_F(ReadBufferTest, ParkingManyBytesKeepsThemWhereTheyAre) {
  const std::string many(BlockPool::block_size / 2, 'x');
  put(many);
  const auto* before = buffer.unread().data();
  buffer.park();
  EXPECT_EQ(buffer.unread().data(), before);
  EXPECT_EQ(buffer.unread(), many);
}

TEST(BlockPool, TextsComeBackEmptyAndKeepTheirMemory) {
  BlockPool pool;
  const char* memory = nullptr;
  {
    PooledText text{pool};
    text->append(1000, 'x');
    memory = text->data();
  }
  PooledText again{pool};
  EXPECT_TRUE(again->empty());
  EXPECT_EQ(again->data(), memory);
}

TEST(BlockPool, LargeTextsAreNotKept) {
  BlockPool pool;
  pool.give_back(std::string(100'000, 'x'));
  EXPECT_LT(pool.take_text().capacity(), 100'000u);
}

}  // namespace
}  // namespace jkproxy::proxy
