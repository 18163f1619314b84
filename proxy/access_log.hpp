#pragma once

#include <ctime>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/exchange_record.hpp"

namespace jkproxy::proxy {

// Appends one line: combined format, then
// `rid= worker= route_in= route_out= decision= session= tries= connect= head= total=` (times in
// milliseconds with three decimals), and `aborted=yes` when the body was cut off. `timestamp` is
// the bracketed text of combined format, made once a second. Quotes, backslashes and control
// characters are written as \xHH, so a line is always one line. A session id in the request target
// (`;jsessionid=ID`, the name from configuration) or the referer is shortened to its last four
// characters before the route (session_mask.hpp).
void append_access_line(const ExchangeRecord& record, std::string_view timestamp,
                        std::string_view path_parameter, std::string& out);

// "25/Nov/2026:06:33:41 +0000", local time with offset.
std::string access_timestamp(std::time_t time);

// The file, and the one thread that writes to it. Full (the disk is slow): lines are dropped and
// counted, never waited for; the number is written once there is room.
class AccessLogWriter {
 public:
  // Path, `stdout` or `stderr`. Throws std::runtime_error with one clear line if it cannot open.
  explicit AccessLogWriter(const std::string& file);
  ~AccessLogWriter();  // writes out what it has
  AccessLogWriter(const AccessLogWriter&) = delete;
  AccessLogWriter& operator=(const AccessLogWriter&) = delete;

  // Any thread. Takes the block, gives back an empty one (its capacity kept where possible).
  std::string take(std::string block, std::size_t lines);
  // Any thread: opens the file again, for log rotation (USR1).
  void reopen();
  std::uint64_t dropped() const;

 private:
  struct Queue;
  std::unique_ptr<Queue> queue_;
};

// One I/O thread's lines, handed to the writer each 64 KiB or second. That thread only.
class AccessLog {
 public:
  // `writer` may be null: no access log; outlives this.
  AccessLog(AccessLogWriter* writer, std::string path_parameter);

  // `wall_second` is the wall clock's second, coarse.
  void log(const ExchangeRecord& record, std::time_t wall_second);
  void flush();
  bool enabled() const { return writer_ != nullptr; }

 private:
  AccessLogWriter* writer_;
  std::string path_parameter_;
  std::string block_;
  std::size_t lines_ = 0;
  std::time_t stamped_ = -1;
  std::string timestamp_;
};

}  // namespace jkproxy::proxy
