#include "proxy/access_log.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace jkproxy::proxy {
namespace {

using std::chrono::microseconds;

ExchangeRecord record() {
  ExchangeRecord record;
  record.client = "192.0.2.7";
  record.request_line = "GET /share/cart;jsessionid=0123456789ABCDEF.node1?x=1 HTTP/1.1";
  record.referer = "http://h/;jsessionid=0123456789ABCDEF.node1";
  record.user_agent = "Mozilla/5.0";
  record.request_id = "5f3a01";
  record.worker = "node2";
  record.route_in = "node1";
  record.route_out = "node2";
  record.session = routing::SessionVerdict::moved;
  record.status = 200;
  record.bytes_sent = 1024;
  record.tries = 2;
  record.connect = microseconds{87};
  record.head = microseconds{12'345};
  record.total = microseconds{1'000'000};
  return record;
}

std::string line_of(const ExchangeRecord& record) {
  std::string out;
  append_access_line(record, "25/Nov/2026:06:33:41 +0000", "jsessionid", out);
  return out;
}

TEST(AccessLine, IsCombinedFormatAndTheDecision) {
  const auto decision = std::string{routing::to_text(routing::Reason::none)};
  EXPECT_EQ(line_of(record()),
            "192.0.2.7 - - [25/Nov/2026:06:33:41 +0000] "
            "\"GET /share/cart;jsessionid=...CDEF.node1?x=1 HTTP/1.1\" 200 1024 "
            "\"http://h/;jsessionid=...CDEF.node1\" \"Mozilla/5.0\" "
            "rid=5f3a01 worker=node2 route_in=node1 route_out=node2 decision=" +
                decision + " session=moved tries=2 connect=0.087 head=12.345 total=1000.000\n");
}

TEST(AccessLine, WritesADashForWhatIsNotThere) {
  const auto decision = std::string{routing::to_text(routing::Reason::none)};
  EXPECT_EQ(line_of({}),
            "- - - [25/Nov/2026:06:33:41 +0000] \"-\" 499 - \"-\" \"-\" rid=- worker=- route_in=- "
            "route_out=- decision=" +
                decision + " session=none tries=0 connect=- head=- total=0.000\n");
}

TEST(AccessLine, NothingThatAPeerSendsMakesTwoLinesOrTwoFields) {
  auto hostile = record();
  hostile.request_line = "GET /\" 200 1\n1.1.1.1 - -";
  hostile.user_agent = "a\" worker=evil\r\n";
  hostile.route_in = "x decision=evil\n";
  const auto line = line_of(hostile);
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  EXPECT_NE(line.find("\"GET /\\x22 200 1\\x0A1.1.1.1 - -\""), std::string::npos) << line;
  EXPECT_NE(line.find("route_in=x\\x20decision=evil\\x0A "), std::string::npos) << line;
  hostile.route_in =
      std::string_view{"0123456789012345678901234567890123456789012345678901234567890123456789"};
  EXPECT_EQ(
      line_of(hostile).find("01234567890123456789012345678901234567890123456789012345678901234"),
      std::string::npos);
}

TEST(AccessLine, SaysWhenTheAnswerWasCutOff) {
  auto cut = record();
  cut.aborted = true;
  EXPECT_TRUE(line_of(cut).ends_with(" total=1000.000 aborted=yes\n"));
}

TEST(AccessTimestamp, HasTheLocalTimeWithItsOffset) {
  const auto stamp_in = [](const char* zone) {
    ::setenv("TZ", zone, 1);
    ::tzset();
    return access_timestamp(1795588421);
  };
  EXPECT_EQ(stamp_in("UTC"), "25/Nov/2026:06:33:41 +0000");
  EXPECT_EQ(stamp_in("<-0330>3:30"), "25/Nov/2026:03:03:41 -0330");
  EXPECT_EQ(stamp_in("<+0545>-5:45"), "25/Nov/2026:12:18:41 +0545");
  stamp_in("UTC");
}

// A folder of its own for each test.
class AccessLogFile : public testing::Test {
 protected:
  AccessLogFile() {
    std::string name = testing::TempDir() + "jkproxy_access_XXXXXX";
    folder = ::mkdtemp(name.data());
    file = folder + "/access.log";
  }
  ~AccessLogFile() override { std::filesystem::remove_all(folder); }

  static std::string text_of(const std::string& name) {
    std::ifstream in{name};
    return {std::istreambuf_iterator<char>{in}, {}};
  }

  std::string folder;
  std::string file;
};

TEST_F(AccessLogFile, HoldsEveryLineOnceTheWriterIsGone) {
  {
    AccessLogWriter writer{file};
    AccessLog log{&writer, "jsessionid"};
    EXPECT_TRUE(log.enabled());
    for (int i = 0; i < 1000; ++i) log.log(record(), 1795588421 + i / 100);
    log.flush();
    EXPECT_EQ(writer.dropped(), 0u);
  }
  const auto text = text_of(file);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1000);
  EXPECT_NE(text.find("06:33:50"), std::string::npos);
}

TEST_F(AccessLogFile, IsAppendedTo) {
  for (int i = 0; i < 2; ++i) {
    AccessLogWriter writer{file};
    writer.take("line\n", 1);
  }
  EXPECT_EQ(text_of(file), "line\nline\n");
}

TEST_F(AccessLogFile, ReopenGoesOnInANewFile) {
  {
    AccessLogWriter writer{file};
    writer.take("old\n", 1);
    // Opened before the constructor returned, so the old lines follow the renamed file.
    std::filesystem::rename(file, file + ".1");
    writer.reopen();
    writer.take("new\n", 1);
  }
  EXPECT_EQ(text_of(file + ".1"), "old\n");
  EXPECT_EQ(text_of(file), "new\n");
}

TEST_F(AccessLogFile, ReopenKeepsTheOldFileWhereTheNewCannotBeOpened) {
  {
    AccessLogWriter writer{file};
    std::filesystem::rename(file, file + ".1");
    std::filesystem::create_directory(file);
    writer.reopen();
    writer.take("line\n", 1);
  }
  EXPECT_EQ(text_of(file + ".1"), "line\n");
}

TEST_F(AccessLogFile, TakesFromSeveralThreads) {
  {
    AccessLogWriter writer{file};
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([&writer] {
        AccessLog log{&writer, "jsessionid"};
        for (int i = 0; i < 500; ++i) log.log(record(), 1795588421 + i);
        log.flush();
      });
  }
  const auto text = text_of(file);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2000);
}

TEST_F(AccessLogFile, DropsAndCountsWhatASlowDiskDoesNotTake) {
  ASSERT_EQ(::mkfifo(file.c_str(), 0600), 0);
  const int reader = ::open(file.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  ASSERT_GE(reader, 0);
  std::uint64_t dropped = 0;
  std::string text;
  std::jthread drain;
  {
    AccessLogWriter writer{file};
    for (int i = 0; i < 200; ++i) writer.take(std::string(64 * 1024, 'x'), 10);  // 12.5 MiB
    dropped = writer.dropped();
    drain = std::jthread{[reader, &text] {
      ::fcntl(reader, F_SETFL, 0);
      std::array<char, 65536> piece;
      for (ssize_t n = 0; (n = ::read(reader, piece.data(), piece.size())) > 0;)
        text.append(piece.data(), static_cast<std::size_t>(n));
    }};
  }  // writes out what it has, then closes, which ends `drain`
  drain.join();
  ::close(reader);
  EXPECT_GT(dropped, 0u);
  EXPECT_EQ(dropped % 10, 0u);
  EXPECT_EQ(
      std::count(text.begin(), text.end(), 'x') / (64 * 1024) + static_cast<long>(dropped / 10),
      200);
  EXPECT_NE(text.find("jkproxy: " + std::to_string(dropped) + " lines dropped"), std::string::npos);
}

TEST_F(AccessLogFile, AFullDiskIsCounted) {
  if (::access("/dev/full", W_OK) != 0) GTEST_SKIP() << "no /dev/full here";
  std::uint64_t dropped = 0;
  {
    AccessLogWriter writer{"/dev/full"};
    writer.take("line\nline\n", 2);
    while ((dropped = writer.dropped()) == 0) std::this_thread::yield();
  }
  EXPECT_EQ(dropped, 2u);
}

TEST_F(AccessLogFile, AFileThatCannotBeOpenedIsOneClearError) {
  try {
    const AccessLogWriter writer{folder + "/none/access.log"};
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_EQ(error.what(),
              "cannot open access log " + folder + "/none/access.log: No such file or directory");
  }
}

TEST(AccessLog, WithoutAWriterDoesNothing) {
  AccessLog log{nullptr, "jsessionid"};
  EXPECT_FALSE(log.enabled());
  log.log(record(), 1);
  log.flush();
}

}  // namespace
}  // namespace jkproxy::proxy
