#include <string_view>

#include "status/status_service.hpp"

namespace jkproxy::status {

namespace {

bool wants_json(std::string_view query) {
  while (!query.empty()) {
    const auto end = query.find('&');
    if (query.substr(0, end) == "format=json") return true;
    if (end == std::string_view::npos) return false;
    query.remove_prefix(end + 1);
  }
  return false;
}

StatusAnswer json_answer(const StatusService::MakeReport& make_report) {
  return {.content_type = "application/json", .body = to_json(make_report())};
}

}  // namespace

StatusAnswer answer_of(std::string_view method, std::string_view target,
                       const StatusService::MakeReport& make_report) {
  if (method != "GET" && method != "HEAD")
    return {.status = 405, .body = "This status is read-only: GET and HEAD.\n"};
  const auto mark = target.find('?');
  const auto path = target.substr(0, mark);
  const auto query = mark == std::string_view::npos ? "" : target.substr(mark + 1);
  if (path == "/healthz") return {.body = "ok\n"};
  if (path == "/status.json") return json_answer(make_report);
  if (path != "/")
    return {.status = 404, .body = "Nothing here; try /, /status.json or /healthz.\n"};
  if (wants_json(query)) return json_answer(make_report);
  return {.body = to_plain_text(make_report())};
}

}  // namespace jkproxy::status
