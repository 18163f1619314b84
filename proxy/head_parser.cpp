#include "proxy/head_parser.hpp"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <cstring>
#include <functional>
#include <string>

#include "proxy/ascii.hpp"

namespace jkproxy::proxy {

HeadSearch::Found HeadSearch::find_end(std::string_view bytes, std::uint64_t line_limit,
                                       std::uint64_t head_limit) {
  // The order of the checks makes the result the same however the bytes come in.
  line_limit = std::min(line_limit, head_limit);
  while (looked < bytes.size()) {
    const void* found = std::memchr(bytes.data() + looked, '\n', bytes.size() - looked);
    if (found == nullptr) break;
    const auto end = static_cast<std::size_t>(static_cast<const char*>(found) - bytes.data());
    const bool has_cr = end > line && bytes[end - 1] == '\r';
    const auto length = end - line - (has_cr ? 1 : 0);
    if (line == 0 && length > line_limit) return Found::request_line_limit;
    if (end + 1 > head_limit) return Found::head_limit;
    // Of a longer line the parser says so; this one would look like a head that has no end.
    const bool is_bare_cr = length == 1 && bytes[line] == '\r';
    if (!has_cr || is_bare_cr) return Found::bare_line_end;
    looked = line = end + 1;
    if (length == 0) {
      size = line;
      return Found::complete;
    }
  }
  looked = bytes.size();
  const bool ends_in_cr = !bytes.empty() && bytes.back() == '\r';
  if (line == 0 && bytes.size() - (ends_in_cr ? 1 : 0) > line_limit)
    return Found::request_line_limit;
  return bytes.size() > head_limit ? Found::head_limit : Found::need_more;
}

namespace {

namespace beast = boost::beast;
using boost::system::error_code;

// Records what Beast's grammar finds, as slices of the head.
template <bool is_request>
class Recorder : public http::basic_parser<is_request> {
 public:
  Recorder(std::string_view head, std::uint64_t max_fields, Fields& fields)
      : head_{head}, max_fields_{max_fields}, fields_{fields} {
    this->body_limit(boost::none);
    this->header_limit(static_cast<std::uint32_t>(head.size()));
    fields.clear();
  }

  // True when the head is good, and nothing but it was read.
  bool read() {
    const auto used = this->put(boost::asio::const_buffer{head_.data(), head_.size()}, error_);
    return !error_ && this->is_header_done() && used == head_.size();
  }

  bool too_many_fields() const { return too_many_fields_; }
  bool bad_version() const { return error_ == http::error::bad_version; }

 protected:
  Slice slice_of(beast::string_view part) const {
    return {.offset = static_cast<std::uint32_t>(part.data() - head_.data()),
            .length = static_cast<std::uint32_t>(part.size())};
  }

 private:
  void on_field_impl(http::field id, beast::string_view name, beast::string_view value,
                     error_code& error) final {
    if (fields_.size() >= max_fields_) {
      too_many_fields_ = true;
      error = http::error::header_limit;
      return;
    }
    if (is_folded(name, value)) {
      error = http::error::bad_value;
      return;
    }
    fields_.push_back({.name_id = id, .name = slice_of(name), .value = slice_of(value)});
  }

  // Beast joins folded lines (RFC 9112 5.2) in a buffer of its own, or skips the break when the
  // first line is empty.
  bool is_folded(beast::string_view name, beast::string_view value) const {
    const std::less<> before;
    const auto* end = head_.data() + head_.size();
    if (before(value.data(), head_.data()) || !before(value.data(), end)) return true;
    const auto* gap = name.data() + name.size() + 1;
    return std::any_of(gap, value.data(), [](char c) { return !is_blank(c); });
  }

  void on_header_impl(error_code&) final {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) final {}
  std::size_t on_body_impl(beast::string_view, error_code&) final { return 0; }
  void on_chunk_header_impl(std::uint64_t, beast::string_view, error_code&) final {}
  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view, error_code&) final { return 0; }
  void on_finish_impl(error_code&) final {}

  std::string_view head_;
  std::uint64_t max_fields_;
  Fields& fields_;
  error_code error_;
  bool too_many_fields_ = false;
};

class RequestRecorder final : public Recorder<true> {
 public:
  RequestRecorder(std::string_view head, std::uint64_t max_fields, RequestHead& parsed)
      : Recorder{head, max_fields, parsed.fields}, parsed_{parsed} {}

 private:
  void on_request_impl(http::verb verb, beast::string_view method, beast::string_view target,
                       int version, error_code&) override {
    parsed_.verb = verb;
    parsed_.method = slice_of(method);
    parsed_.target = slice_of(target);
    parsed_.version = version;
  }
  void on_response_impl(int, beast::string_view, int, error_code&) override {}

  RequestHead& parsed_;
};

class ResponseRecorder final : public Recorder<false> {
 public:
  ResponseRecorder(std::string_view head, std::uint64_t max_fields, ResponseHead& parsed)
      : Recorder{head, max_fields, parsed.fields}, parsed_{parsed} {}

 private:
  void on_request_impl(http::verb, beast::string_view, beast::string_view, int,
                       error_code&) override {}
  void on_response_impl(int status, beast::string_view reason, int version, error_code&) override {
    parsed_.status = status;
    parsed_.reason = slice_of(reason);
    parsed_.version = version;
  }

  ResponseHead& parsed_;
};

std::string_view first_line_of(std::string_view head) {
  return head.substr(0, head.find("\r\n"));
}

// "HTTP/1.1", and not more.
bool is_version(std::string_view text) {
  return text.size() == 8 && text.starts_with("HTTP/") && is_digit(text[5]) && text[6] == '.' &&
         is_digit(text[7]);
}

// Where the version stands that Beast did not like; nothing but a version there: npos.
std::size_t request_version_at(std::string_view head) {
  const auto line = first_line_of(head);
  const auto blank = line.rfind(' ');
  return blank != std::string_view::npos && is_version(line.substr(blank + 1))
             ? blank + 1
             : std::string_view::npos;
}

std::size_t response_version_at(std::string_view head) {
  return is_version(head.substr(0, std::min<std::size_t>(8, head.size()))) ? 0
                                                                           : std::string_view::npos;
}

// "GET /path": HTTP/0.9.
bool is_simple_request(std::string_view head) {
  const auto line = first_line_of(head);
  const auto blank = line.find(' ');
  return blank != std::string_view::npos && blank > 0 && blank + 1 < line.size() &&
         line.find(' ', blank + 1) == std::string_view::npos &&
         std::all_of(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(blank), is_letter);
}

// HTTP/1.2 and the like are read as 1.1 (RFC 9110 2.5), from a copy: nobody sends them.
template <class Head>
Parsed parse_as_http11(std::string_view head, std::size_t version_at, std::uint64_t max_fields,
                       Head& parsed, Parsed (*parse)(std::string_view, std::uint64_t, Head&)) {
  if (version_at == std::string_view::npos) return Parsed::malformed;
  if (head[version_at + 5] != '1') return Parsed::unsupported_version;
  if (head[version_at + 7] <= '1') return Parsed::malformed;
  std::string copy{head};
  copy[version_at + 7] = '1';
  return parse(copy, max_fields, parsed);
}

}  // namespace

Parsed parse_request_head(std::string_view head, std::uint64_t max_fields, RequestHead& parsed) {
  RequestRecorder recorder{head, max_fields, parsed};
  parsed.size = recorder.read() ? head.size() : 0;
  if (parsed.size > 0) return Parsed::good;
  if (recorder.too_many_fields()) return Parsed::too_many_fields;
  if (is_simple_request(head)) return Parsed::unsupported_version;
  if (!recorder.bad_version()) return Parsed::malformed;
  return parse_as_http11(head, request_version_at(head), max_fields, parsed, &parse_request_head);
}

Parsed parse_response_head(std::string_view head, std::uint64_t max_fields, ResponseHead& parsed) {
  ResponseRecorder recorder{head, max_fields, parsed};
  parsed.size = recorder.read() ? head.size() : 0;
  if (parsed.size > 0) return Parsed::good;
  if (recorder.too_many_fields()) return Parsed::too_many_fields;
  if (!recorder.bad_version()) return Parsed::malformed;
  return parse_as_http11(head, response_version_at(head), max_fields, parsed, &parse_response_head);
}

}  // namespace jkproxy::proxy
