#include "config/page_file.hpp"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace jkproxy::config {

Parsed<std::string> read_page_file(const std::string& path) {
  constexpr std::size_t largest_page = 256UL * 1024;
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (status.type() == std::filesystem::file_type::not_found) return Wrong{"does not exist"};
  if (error) return Wrong{"cannot be read: " + error.message()};
  if (!std::filesystem::is_regular_file(status)) return Wrong{"is no file"};
  errno = 0;
  std::ifstream input{path, std::ios::binary};
  std::string text(largest_page + 1, '\0');
  if (!input || !input.read(text.data(), static_cast<std::streamsize>(text.size())).eof())
    return Wrong{input ? "is larger than 256 KiB"
                       : "cannot be read: " + std::generic_category().message(errno)};
  text.resize(static_cast<std::size_t>(input.gcount()));
  return text;
}

}  // namespace jkproxy::config
