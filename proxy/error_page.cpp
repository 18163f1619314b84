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

constexpr std::string_view style =
    "<style>\n"
    "body{margin:0;min-height:100vh;display:grid;place-items:center;background:#f5f7f4;"
    "color:#14251f;font:1rem/1.5 system-ui,sans-serif}\n"
    "main{max-width:30rem;margin:1rem;padding:2rem 2.5rem;background:#fff;border-radius:1rem;"
    "border-top:.3rem solid #c2410c;box-shadow:0 1rem 2.5rem -1.5rem #14251f99}\n"
    "h1{margin:0 0 .5rem;font-size:1.6rem}\np{margin:.5rem 0 0}\nsmall{color:#5b6d66}\n"
    "@media(prefers-color-scheme:dark){body{background:#11201b;color:#dbe7e1}"
    "main{background:#172a23}small{color:#8fa79c}}\n"
    "</style>";

// Nothing from elsewhere: whoever reads this has no worker that could serve a picture.
std::string body_of(const ErrorPage& page, std::string_view title) {
  std::string body;
  body.append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">");
  body.append("<meta name=\"viewport\" content=\"width=device-width\"><title>");
  body.append(title).append("</title>\n").append(style).append("</head>\n<body><main><h1>");
  body.append(title).append("</h1>\n");
  if (!page.detail.empty()) body.append("<p>").append(page.detail).append("</p>\n");
  if (page.retry_after_seconds > 0) {
    body.append("<p>Please try again in ").append(std::to_string(page.retry_after_seconds));
    body.append(" seconds.</p>\n");
  }
  if (!page.request_id.empty())
    body.append("<p><small>Request ").append(page.request_id).append("</small></p>\n");
  body.append("</main></body></html>\n");
  return body;
}

std::string body_of(const ErrorPage& page) {
  constexpr std::string_view placeholder = "{{request_id}}";
  std::string body;
  std::string_view rest = page.own->text;
  for (auto at = rest.find(placeholder); at != std::string_view::npos;
       at = rest.find(placeholder)) {
    body.append(rest.substr(0, at)).append(page.request_id);
    rest.remove_prefix(at + placeholder.size());
  }
  return body.append(rest);
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

const config::ErrorPageSettings* own_page(const config::Settings& settings, int status) {
  for (const auto& page : settings.error_pages)
    if (page.status == status) return &page;
  return nullptr;
}

void compose_error_page(const ErrorPage& page, std::string& out) {
  const auto title = std::to_string(page.status).append(" ").append(reason_phrase(page.status));
  const auto body = page.own != nullptr ? body_of(page) : body_of(page, title);
  out.append("HTTP/1.1 ").append(title).append("\r\n");
  append_date(page.now, out);
  out.append("Content-Type: ");
  out.append(page.own != nullptr ? page.own->content_type : "text/html; charset=utf-8");
  out.append("\r\nCache-Control: no-store\r\n");
  out.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
  // RFC 9110 15.5.6 wants the field; which of them the application knows is not for us to say.
  if (page.status == 405) out.append("Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n");
  if (page.retry_after_seconds > 0)
    out.append("Retry-After: ").append(std::to_string(page.retry_after_seconds)).append("\r\n");
  out.append(page.keep_alive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n");
  if (!page.head_only) out.append(body);
}

}  // namespace jkproxy::proxy
