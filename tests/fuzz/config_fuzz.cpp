#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <utility>
#include <vector>

#include "config/load.hpp"

namespace {

bool is_safe_on_a_terminal(std::string_view text) {
  for (const char c : text)
    if ((c >= 0 && c < ' ') || c == 0x7f) return false;
  return true;
}

// Errors are in the file's order; only how many more there are stands behind them without a place.
void check(const std::vector<jkproxy::config::Error>& errors) {
  if (errors.empty()) std::abort();
  std::pair<int, int> before{};
  for (const auto& error : errors) {
    if (error.message.empty() || !is_safe_on_a_terminal(error.message)) std::abort();
    const std::pair<int, int> place{error.line, error.column};
    if (place < before && error.line != 0) std::abort();
    before = place;
  }
}

}  // namespace

// Any bytes end in settings or in errors that can be shown, and settings that are printed are read
// again as the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  namespace config = jkproxy::config;
  const auto environment = [](std::string_view name) -> std::optional<std::string> {
    if (name == "A") return "a";
    return std::nullopt;
  };
  const std::string_view yaml{reinterpret_cast<const char*>(bytes), size};
  const auto result = config::parse(yaml, "fuzz", environment);
  const auto* settings = std::get_if<config::Settings>(&result);
  if (settings == nullptr) {
    check(std::get<1>(result));
    return 0;
  }
  const auto again = config::parse(config::to_yaml(*settings), "again", environment);
  if (!std::holds_alternative<config::Settings>(again)) std::abort();
  if (std::get<config::Settings>(again) != *settings) std::abort();
  return 0;
}
