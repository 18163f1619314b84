#include "proxy/error_page.hpp"

#include <array>

namespace jkproxy::proxy {

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200: return "OK";
    case 400: return "Bad Request";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 411: return "Length Required";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 417: return "Expectation Failed";
    case 426: return "Upgrade Required";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    default: return status < 500 ? "Bad Request" : "Internal Server Error";
  }
}

namespace {

std::string body_of(const ErrorPage& page, std::string_view title) {
  std::string body;
  body.append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>");
  body.append(title).append("</title></head>\n<body><h1>").append(title).append("</h1>\n");
  if (!page.detail.empty()) body.append("<p>").append(page.detail).append("</p>\n");
  if (!page.request_id.empty())
    body.append("<p><small>Request ").append(page.request_id).append("</small></p>\n");
  body.append("</body></html>\n");
  return body;
}

// IMF-fixdate (RFC 9110 5.6.7).
void append_date(std::time_t now, std::string& out) {
  std::tm time{};
  std::array<char, 40> text{};
  ::gmtime_r(&now, &time);
  const auto size =
      std::strftime(text.data(), text.size(), "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &time);
  out.append(text.data(), size);
}

}  // namespace

void compose_error_page(const ErrorPage& page, std::string& out) {
  const auto title = std::to_string(page.status).append(" ").append(reason_phrase(page.status));
  const auto body = body_of(page, title);
  out.append("HTTP/1.1 ").append(title).append("\r\n");
  append_date(page.now, out);
  out.append("Content-Type: text/html; charset=utf-8\r\nCache-Control: no-store\r\n");
  out.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
  // RFC 9110 15.5.6 wants the field; which of them the application knows is not for us to say.
  if (page.status == 405) out.append("Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n");
  if (page.retry_after_seconds > 0)
    out.append("Retry-After: ").append(std::to_string(page.retry_after_seconds)).append("\r\n");
  out.append(page.keep_alive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n");
  if (!page.head_only) out.append(body);
}

}  // namespace jkproxy::proxy
