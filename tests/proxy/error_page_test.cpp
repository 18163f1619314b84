#include "proxy/error_page.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/proxy/parsed_head.hpp"

namespace jkproxy::proxy {
namespace {

std::string composed(const ErrorPage& page) {
  std::string out;
  compose_error_page(page, out);
  return out;
}

std::string page_of(int status, bool head_only) {
  ErrorPage page;
  page.status = status;
  page.detail = "x";
  page.head_only = head_only;
  return composed(page);
}

std::string without_style(std::string page) {
  const auto begin = page.find("<style>");
  const std::string_view end_mark = "</style>";
  const auto end = page.find(end_mark);
  return page.erase(begin, end + end_mark.size() - begin);
}

TEST(ErrorPage, IsAWholeAnswer) {
  EXPECT_EQ(without_style(composed({.status = 503,
                                    .detail = "No worker is usable.",
                                    .request_id = "ab12",
                                    .retry_after_seconds = 5,
                                    .now = 784'111'777,
                                    .keep_alive = true,
                                    .head_only = false})),
            "HTTP/1.1 503 Service Unavailable\r\n"
            "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
            "Content-Type: text/html; charset=utf-8\r\n"
            "Cache-Control: no-store\r\n"
            "Content-Length: 834\r\n"
            "Retry-After: 5\r\n"
            "Connection: keep-alive\r\n"
            "\r\n"
            "<!DOCTYPE html>\n"
            "<html lang=\"en\"><head><meta charset=\"utf-8\">"
            "<meta name=\"viewport\" content=\"width=device-width\">"
            "<title>503 Service Unavailable</title>\n"
            "</head>\n"
            "<body><main><h1>503 Service Unavailable</h1>\n"
            "<p>No worker is usable.</p>\n"
            "<p>Please try again in 5 seconds.</p>\n"
            "<p><small>Request ab12</small></p>\n"
            "</main></body></html>\n");
}

TEST(ErrorPage, MayBeTheOperatorsOwn) {
  const config::ErrorPageSettings own{.status = 503,
                                      .file = {},
                                      .content_type = "text/plain; charset=utf-8",
                                      .text = "{{request_id}} is late ({{request_id}}) {{other}}"};
  ErrorPage page{.status = 503,
                 .detail = "No worker is usable.",
                 .request_id = "ab12",
                 .retry_after_seconds = 5,
                 .keep_alive = true,
                 .own = &own};
  const std::string head =
      "Content-Type: text/plain; charset=utf-8\r\n"
      "Cache-Control: no-store\r\n"
      "Content-Length: 29\r\n"
      "Retry-After: 5\r\n"
      "Connection: keep-alive\r\n\r\n";
  EXPECT_TRUE(composed(page).ends_with(head + "ab12 is late (ab12) {{other}}")) << composed(page);
  page.head_only = true;
  EXPECT_TRUE(composed(page).ends_with(head));
}

TEST(ErrorPage, OfTheOperatorIsFoundByItsStatus) {
  config::Settings settings;
  settings.error_pages = {{.status = 404, .file = {}, .content_type = {}, .text = {}},
                          {.status = 503, .file = {}, .content_type = {}, .text = {}}};
  EXPECT_EQ(own_page(settings, 503), &settings.error_pages[1]);
  EXPECT_EQ(own_page(settings, 502), nullptr);
}

TEST(ErrorPage, FetchesNothingFromElsewhere) {
  const auto page = page_of(503, false);
  for (const auto* word : {"src=", "href=", "url(", "@import", "<script"})
    EXPECT_EQ(page.find(word), std::string::npos) << word;
}

TEST(ErrorPage, IsWellFormedForEveryStatus) {
  for (const int status : {400, 404, 405, 408, 413, 414, 417, 431, 500, 501, 502, 503, 504, 505}) {
    for (const bool head_only : {false, true}) {
      const auto page = page_of(status, head_only);
      const auto end = page.find("\r\n\r\n") + 4;
      const CheckedResponse response{page.substr(0, end)};
      ASSERT_TRUE(response.good()) << status;
      EXPECT_EQ(response.head.status, status);
      EXPECT_EQ(response.head.reason.in(response.bytes), reason_phrase(status));
      EXPECT_FALSE(response.facts.keep_alive);
      EXPECT_GT(response.facts.framing.length, 0u);
      EXPECT_EQ(page.size() - end, head_only ? 0 : response.facts.framing.length) << status;
    }
  }
}

TEST(ErrorPage, MethodNotAllowedSaysWhichAre) {
  EXPECT_NE(page_of(405, false).find("\r\nAllow: GET, HEAD, POST"), std::string::npos);
  EXPECT_EQ(page_of(404, false).find("\r\nAllow:"), std::string::npos);
}

}  // namespace
}  // namespace jkproxy::proxy
