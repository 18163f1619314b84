#pragma once

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

#include "config/load.hpp"

namespace jkproxy::config {

inline std::optional<std::string> environment(std::string_view name) {
  if (name == "PORT") return "8081";
  if (name == "EMPTY") return "";
  if (name == "BELL") return "\a";
  return std::nullopt;
}

inline Result read(std::string_view yaml, Warnings warnings = nullptr) {
  return parse(yaml, "f", environment, warnings);
}

inline std::vector<std::string> texts_of(const std::vector<Error>& errors) {
  std::vector<std::string> texts;
  for (const auto& error : errors) texts.push_back(to_text(error));
  return texts;
}

inline std::vector<std::string> errors_of(const Result& result) {
  const auto* errors = std::get_if<1>(&result);
  return errors == nullptr ? std::vector<std::string>{} : texts_of(*errors);
}

// The settings, or a failure that names the errors.
inline Settings good(std::string_view yaml) {
  auto result = read(yaml);
  if (auto* settings = std::get_if<Settings>(&result)) return *settings;
  for (const auto& error : std::get<1>(result)) ADD_FAILURE() << to_text(error);
  return {};
}

inline std::string all_errors(const Result& result) {
  std::string text;
  for (const auto& error : errors_of(result)) text += error + "\n";
  return text;
}

// Two lines, so that what is appended begins in line 3.
inline const std::string smallest = R"(listeners: [{ bind: ":8080" }]
workers: { node1: { url: "http://10.0.0.11" } }
)";

// A file, or a piece of one, and what is said about it.
struct Case {
  std::string yaml;
  std::string error;
};

inline std::ostream& operator<<(std::ostream& out, const Case& one) {
  return out << one.yaml;
}

}  // namespace jkproxy::config
