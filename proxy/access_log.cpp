#include "proxy/access_log.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <utility>

#include "proxy/session_mask.hpp"

namespace jkproxy::proxy {
namespace {

constexpr std::size_t block_size = 64 * 1024;
constexpr std::size_t max_route = 64;  // bytes of a route that are logged: a client may send any

void append_number(std::uint64_t number, std::string& out) {
  std::array<char, 20> digits;
  out.append(digits.data(),
             std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr);
}

// `width` digits at least.
void append_padded(std::uint64_t number, std::size_t width, std::string& out) {
  const auto begin = out.size();
  append_number(number, out);
  const auto written = out.size() - begin;
  if (written < width) out.insert(begin, width - written, '0');
}

void append_word_or_dash(std::string_view name, std::string_view word, std::string& out) {
  out.append(name);
  if (word.empty()) {
    out.push_back('-');
  } else {
    append_word(word, out);
  }
}

void append_quoted(std::string_view text, std::string_view path_parameter, std::string& out) {
  out.append(" \"");
  if (text.empty()) {
    out.push_back('-');
  } else {
    append_masked(text, path_parameter, out);
  }
  out.push_back('"');
}

// Milliseconds with three decimals.
void append_time(std::string_view name, std::chrono::microseconds time, std::string& out) {
  out.append(name);
  if (time.count() < 0) {
    out.push_back('-');
    return;
  }
  const auto count = static_cast<std::uint64_t>(time.count());
  append_number(count / 1000, out);
  out.push_back('.');
  append_padded(count % 1000, 3, out);
}

void append_combined(const ExchangeRecord& record, std::string_view timestamp,
                     std::string_view path_parameter, std::string& out) {
  append_word_or_dash("", record.client, out);
  out.append(" - - [").append(timestamp).push_back(']');
  append_quoted(record.request_line, path_parameter, out);
  out.push_back(' ');
  // 499 is nginx's: the client left before an answer.
  append_number(record.status > 0 ? static_cast<std::uint64_t>(record.status) : 499, out);
  out.push_back(' ');
  if (record.bytes_sent > 0) {
    append_number(record.bytes_sent, out);
  } else {
    out.push_back('-');
  }
  append_quoted(record.referer, path_parameter, out);
  append_quoted(record.user_agent, path_parameter, out);
}

}  // namespace

void append_access_line(const ExchangeRecord& record, std::string_view timestamp,
                        std::string_view path_parameter, std::string& out) {
  append_combined(record, timestamp, path_parameter, out);
  append_word_or_dash(" rid=", record.request_id, out);
  append_word_or_dash(" worker=", record.worker, out);
  append_word_or_dash(" route_in=", record.route_in.substr(0, max_route), out);
  append_word_or_dash(" route_out=", record.route_out.substr(0, max_route), out);
  out.append(" decision=").append(routing::to_text(record.decision));
  out.append(" session=").append(to_text(record.session));
  out.append(" tries=");
  append_number(static_cast<std::uint64_t>(std::max(record.tries, 0)), out);
  append_time(" connect=", record.connect, out);
  append_time(" head=", record.head, out);
  append_time(" total=", record.total, out);
  if (record.aborted) out.append(" aborted=yes");
  out.push_back('\n');
}

std::string access_timestamp(std::time_t time) {
  // Not strftime: month names do not depend on the locale.
  constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::tm local{};
  ::localtime_r(&time, &local);
  const auto put = [](int number, std::size_t width, std::string& out) {
    append_padded(static_cast<std::uint64_t>(number), width, out);
  };
  std::string text;
  put(local.tm_mday, 2, text);
  text.append("/").append(months[static_cast<std::size_t>(local.tm_mon)]).append("/");
  put(local.tm_year + 1900, 4, text);
  for (const int part : {local.tm_hour, local.tm_min, local.tm_sec}) put(part, 2, text += ':');
  const auto minutes = static_cast<int>(std::labs(local.tm_gmtoff) / 60);
  text.append(local.tm_gmtoff < 0 ? " -" : " +");
  put(minutes / 60 * 100 + minutes % 60, 4, text);
  return text;
}

AccessLog::AccessLog(AccessLogWriter* writer, std::string path_parameter)
    : writer_{writer}, path_parameter_{std::move(path_parameter)} {}

void AccessLog::log(const ExchangeRecord& record, std::time_t wall_second) {
  if (writer_ == nullptr) return;
  if (wall_second != stamped_) {
    flush();
    timestamp_ = access_timestamp(wall_second);
    stamped_ = wall_second;
  }
  append_access_line(record, timestamp_, path_parameter_, block_);
  ++lines_;
  if (block_.size() >= block_size) flush();
}

void AccessLog::flush() {
  if (writer_ == nullptr || block_.empty()) return;
  block_ = writer_->take(std::move(block_), std::exchange(lines_, 0));
}

}  // namespace jkproxy::proxy
