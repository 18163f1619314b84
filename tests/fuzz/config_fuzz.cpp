#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "config/load.hpp"

// Any bytes end in settings or errors, and settings that are printed are read again as the same.
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
    if (std::get<1>(result).empty()) std::abort();
    return 0;
  }
  const auto again = config::parse(config::to_yaml(*settings), "again", environment);
  if (!std::holds_alternative<config::Settings>(again)) std::abort();
  if (std::get<config::Settings>(again) != *settings) std::abort();
  return 0;
}
