// error_pages: pages of the operator's own, read when the configuration is.

#include <algorithm>
#include <array>

#include "config/number.hpp"
#include "config/schema.hpp"

namespace jkproxy::config {

namespace {

// What jkproxy answers itself.
constexpr std::array<int, 15> own_statuses{400, 404, 405, 408, 413, 414, 417, 421,
                                           431, 500, 501, 502, 503, 504, 505};

constexpr std::array<std::pair<std::string_view, std::string_view>, 5> content_types{
    {{".html", "text/html; charset=utf-8"},
     {".htm", "text/html; charset=utf-8"},
     {".txt", "text/plain; charset=utf-8"},
     {".json", "application/json"},
     {".xml", "application/xml"}}};

Parsed<int> parse_status(std::string_view text) {
  const auto status = parse_number(text, 100, 599);
  const auto* number = std::get_if<int>(&status);
  if (number != nullptr &&
      std::find(own_statuses.begin(), own_statuses.end(), *number) != own_statuses.end())
    return *number;
  return Wrong{
      quoted(text) +
      " is no status that jkproxy answers itself: use one of 400, 404, 405, 408, 413, 414, "
      "417, 421, 431, 500 to 505"};
}

Parsed<std::string> content_type_of(std::string_view file) {
  for (const auto& [ending, type] : content_types)
    if (file.ends_with(ending)) return std::string{type};
  return Wrong{quoted(file) + " must end in .html, .htm, .txt, .json or .xml"};
}

Parsed<ErrorPageSettings> read_page(int status, const std::string& file, const FileReader& files) {
  if (!file.starts_with('/')) return Wrong{quoted(file) + " must be a whole path, from / on"};
  auto type = content_type_of(file);
  if (const auto* wrong = std::get_if<Wrong>(&type)) return *wrong;
  ErrorPageSettings page{.status = status,
                         .file = file,
                         .content_type = std::get<std::string>(std::move(type)),
                         .text = {}};
  if (!files) return page;
  auto text = files(file);
  if (const auto* wrong = std::get_if<Wrong>(&text))
    return Wrong{quoted(file) + " " + wrong->why +
                 ": mend that, or leave the status out for the page that jkproxy brings"};
  page.text = std::get<std::string>(std::move(text));
  return page;
}

}  // namespace

void read_error_pages(Section& root, Settings& settings, const FileReader& files) {
  root.named("error_pages", [&](const Node::Entry& entry) {
    const auto add = [&](Place place, const std::string& why) {
      root.errors().add(place, "error_pages." + entry.key + ": " + why);
    };
    const auto status = parse_status(entry.key);
    if (const auto* wrong = std::get_if<Wrong>(&status)) return add(entry.place, wrong->why);
    if (entry.is_duplicate || entry.value.kind == Node::Kind::broken) return;
    if (entry.value.kind != Node::Kind::scalar)
      return add(entry.value.place,
                 "must be a file's path, not " + std::string{to_text(entry.value.kind)});
    auto page = read_page(std::get<int>(status), entry.value.text, files);
    if (const auto* wrong = std::get_if<Wrong>(&page)) return add(entry.value.place, wrong->why);
    settings.error_pages.push_back(std::get<ErrorPageSettings>(std::move(page)));
  });
}

}  // namespace jkproxy::config
