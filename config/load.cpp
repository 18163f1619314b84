#include "config/load.hpp"

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <system_error>

#include "config/endpoint.hpp"
#include "config/schema.hpp"

namespace jkproxy::config {

namespace {

constexpr std::size_t most_read = 4UL * 1024 * 1024 + 1;  // one more than is allowed

std::optional<std::string> from_process_environment(std::string_view name) {
  const char* value = std::getenv(std::string{name}.c_str());
  if (value == nullptr) return std::nullopt;
  return value;
}

Result finish(Settings settings, const Places& places, ErrorList errors, std::string_view file) {
  fill_in(settings, places);
  if (errors.empty()) validate(settings, places, errors);
  if (errors.empty()) return settings;
  return std::move(errors).take(file);
}

}  // namespace

Result parse(std::string_view yaml, std::string_view file, const Environment& environment) {
  ErrorList errors;
  if (yaml.starts_with("\xEF\xBB\xBF")) yaml.remove_prefix(3);
  const auto document = parse_document(yaml, environment, errors);
  if (!document) return std::move(errors).take(file);
  Settings settings;
  Places places;
  Section root{*document, "", errors};
  read_workers(root, settings, places, errors);
  read_balancers(root, settings, places, errors);
  read_service(root, settings, places);
  root.done();
  return finish(std::move(settings), places, std::move(errors), file);
}

Result load_file(const std::string& path) {
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
  return parse(yaml, path, from_process_environment);
}

Result from_command_line(const std::vector<std::string>& listeners,
                         const std::vector<std::string>& workers) {
  ErrorList errors;
  Settings settings;
  settings.access_log.file = "stdout";
  for (const auto& text : listeners) {
    auto bind = parse_bind(text);
    if (const auto* wrong = std::get_if<Wrong>(&bind))
      errors.add({}, "--listen: " + wrong->why);
    else
      settings.listeners.push_back({.bind = std::get<Endpoint>(std::move(bind))});
  }
  for (const auto& text : workers) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      errors.add({}, "--worker: " + quoted(text) +
                         " has no name: write NAME=http://HOST:PORT, NAME "
                         "being the Tomcat's jvmRoute");
      continue;
    }
    WorkerSettings worker;
    worker.name = worker.route = text.substr(0, equals);
    worker.url = text.substr(equals + 1);
    for (const auto& name : {parse_name(worker.name), parse_route(worker.name)})
      if (const auto* wrong = std::get_if<Wrong>(&name)) errors.add({}, "--worker: " + wrong->why);
    auto address = parse_worker_url(worker.url);
    if (const auto* wrong = std::get_if<Wrong>(&address))
      errors.add({}, "--worker: " + wrong->why);
    else
      worker.address = std::get<Endpoint>(std::move(address));
    settings.workers.push_back(std::move(worker));
  }
  return finish(std::move(settings), {}, std::move(errors), "command line");
}

}  // namespace jkproxy::config
