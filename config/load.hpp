#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/parsed.hpp"
#include "config/settings.hpp"

namespace jkproxy::config {

// One thing that is wrong, where it is, and what would be right.
struct Error {
  std::string file;
  int line = 0;    // from 1; 0: the whole file
  int column = 0;  // from 1; 0: unknown
  std::string message;
};

// `file:line:column: message`.
std::string to_text(const Error& error);

// Either everything, with defaults filled in, or all errors in one go, in the file's order.
using Result = std::variant<Settings, std::vector<Error>>;

// Value of an environment variable, or nothing where it is not set.
using Environment = std::function<std::optional<std::string>(std::string_view name)>;

// What is in a file that the configuration names, or why it cannot be had.
using FileReader = std::function<Parsed<std::string>(const std::string& path)>;

// What works but is probably not meant, such as a worker in no balancer. Added to when there are
// no errors; null: nobody wants to know.
using Warnings = std::vector<Error>*;

// Parses, fills in defaults and validates. `file` is used in messages only. Without `files` those
// that are named are not read.
Result parse(std::string_view yaml, std::string_view file, const Environment& environment,
             Warnings warnings = nullptr, const FileReader& files = nullptr);

// Reads the file (the only place that touches the disk), then parses.
Result load_file(const std::string& path, Warnings warnings = nullptr);

// The configuration of `--listen ADDRESS --worker NAME=URL ...`, without a file.
Result from_command_line(const std::vector<std::string>& listeners,
                         const std::vector<std::string>& workers, Warnings warnings = nullptr);

// YAML with every default written out; passes `parse` again with an equal result.
std::string to_yaml(const Settings& settings);

}  // namespace jkproxy::config
