#include "config/load.hpp"

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <system_error>

#include "config/endpoint.hpp"
#include "config/page_file.hpp"
#include "config/schema.hpp"

namespace jkproxy::config {

namespace {

constexpr std::size_t most_read = 4UL * 1024 * 1024 + 1;  // one more than is allowed

std::optional<std::string> from_process_environment(std::string_view name) {
  const char* value = std::getenv(std::string{name}.c_str());
  if (value == nullptr) return std::nullopt;
  return value;
}

Result finish(Settings settings, const Places& places, ErrorList errors, std::string_view file,
              Warnings warnings) {
  fill_in(settings, places);
  check_listeners(settings, places, errors);
  check_farm(settings, places, errors);
  if (!errors.empty()) return std::move(errors).take(file);
  if (warnings == nullptr) return settings;
  ErrorList oddities;
  find_oddities(settings, places, oddities);
  for (auto& oddity : std::move(oddities).take(file)) warnings->push_back(std::move(oddity));
  return settings;
}

Places::Whole whole(const Section& root, std::string_view key, Node::Kind kind) {
  Places::Whole section;
  if (const auto* entry = root.entry(key)) {
    section.is_there = true;
    section.place = entry->place;
    section.is_known = entry->value.kind == kind && !root.is_duplicate(key);
    return section;
  }
  section.is_known = !root.is_misspelt(key);
  return section;
}

// Of `--worker NAME=URL`; adds nothing where it is wrong.
void read_worker_option(const std::string& text, Settings& settings, Places& places,
                        ErrorList& errors) {
  const auto add = [&](const std::string& why) { errors.add({}, "--worker: " + why); };
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals == 0)
    return add(quoted(text) +
               " has no name: write NAME=http://HOST:PORT, NAME being the Tomcat's jvmRoute");
  WorkerSettings worker;
  worker.name = worker.route = text.substr(0, equals);
  worker.url = text.substr(equals + 1);
  for (const auto& earlier : settings.workers)
    if (earlier.name == worker.name) return add(quoted(worker.name) + " is named twice");
  const auto name = parse_name(worker.name);
  const auto route = parse_route(worker.name);
  const auto* wrong = std::get_if<Wrong>(&name);
  if (wrong == nullptr) wrong = std::get_if<Wrong>(&route);
  if (wrong != nullptr) add(wrong->why);
  auto address = parse_worker_url(worker.url);
  if (const auto* no_address = std::get_if<Wrong>(&address))
    add(no_address->why);
  else
    worker.address = std::get<Endpoint>(std::move(address));
  settings.workers.push_back(std::move(worker));
  places.workers.push_back({.name = {}, .route = Place{}, .address = Place{}, .redirect = {}});
}

}  // namespace

Result parse(std::string_view yaml, std::string_view file, const Environment& environment,
             Warnings warnings, const FileReader& files) {
  ErrorList errors;
  if (yaml.starts_with("\xEF\xBB\xBF")) yaml.remove_prefix(3);
  const auto document = parse_document(yaml, environment, errors);
  if (!document) return std::move(errors).take(file);
  Settings settings;
  Places places;
  Section root{*document, "", errors};
  read_workers(root, settings, places);
  read_balancers(root, settings, places);
  read_service(root, settings, places);
  read_error_pages(root, settings, files);
  root.done();
  if (document->kind != Node::Kind::map) return std::move(errors).take(file);
  places.file = document->place;
  places.workers_section = whole(root, "workers", Node::Kind::map);
  places.balancers_section = whole(root, "balancers", Node::Kind::map);
  places.mounts_section = whole(root, "mounts", Node::Kind::list);
  places.listeners_section = whole(root, "listeners", Node::Kind::list);
  return finish(std::move(settings), places, std::move(errors), file, warnings);
}

Result load_file(const std::string& path, Warnings warnings) {
  const auto unreadable = [&](int error) {
    return std::vector<Error>{
        {path, 0, 0, "cannot be read: " + std::generic_category().message(error)}};
  };
  errno = 0;
  std::ifstream input{path, std::ios::binary};
  if (!input) return unreadable(errno == 0 ? ENOENT : errno);
  std::string yaml(most_read, '\0');
  input.read(yaml.data(), static_cast<std::streamsize>(yaml.size()));
  if (input.bad() || (input.gcount() == 0 && errno != 0))
    return unreadable(errno == 0 ? EIO : errno);
  yaml.resize(static_cast<std::size_t>(input.gcount()));
  return parse(yaml, path, from_process_environment, warnings, read_page_file);
}

Result from_command_line(const std::vector<std::string>& listeners,
                         const std::vector<std::string>& workers, Warnings warnings) {
  ErrorList errors;
  Settings settings;
  Places places;
  settings.access_log.file = "stdout";
  for (const auto& text : listeners) {
    auto bind = parse_bind(text);
    const auto* wrong = std::get_if<Wrong>(&bind);
    if (wrong != nullptr) errors.add({}, "--listen: " + wrong->why);
    places.listeners.push_back(wrong == nullptr ? Spot{Place{}} : Spot{});
    settings.listeners.push_back(
        {.bind = wrong == nullptr ? std::get<Endpoint>(bind) : Endpoint{}});
  }
  for (const auto& text : workers) read_worker_option(text, settings, places, errors);
  places.workers_section = {.place = {}, .is_there = true, .is_known = errors.empty()};
  return finish(std::move(settings), places, std::move(errors), "command line", warnings);
}

}  // namespace jkproxy::config
