#include "app/farm_summary.hpp"

namespace jkproxy::app {

namespace {

std::string list(std::string_view what, const std::string& names) {
  return names.empty() ? std::string{} : "; " + std::string{what} + ": " + names;
}

void append(std::string& names, const std::string& name) {
  names += (names.empty() ? "" : ", ") + name;
}

}  // namespace

std::string farm_summary(const routing::Snapshot& snapshot) {
  std::size_t usable = 0;
  std::string broken;
  std::string stopped;
  for (const auto& worker : snapshot.workers) {
    const auto& name = worker->settings.name;
    if (worker->runtime->activation.load() == routing::Activation::stopped)
      append(stopped, name);
    else if (!worker->runtime->in_service())
      append(broken, name);
    else
      ++usable;
  }
  return std::to_string(usable) + " of " + std::to_string(snapshot.workers.size()) +
         " workers usable" + list("error", broken) + list("stopped", stopped);
}

}  // namespace jkproxy::app
