#include "config/settings.hpp"

namespace jkproxy::config {

std::string_view to_text(Activation activation) {
  switch (activation) {
    case Activation::active: return "active";
    case Activation::disabled: return "disabled";
    case Activation::stopped: return "stopped";
  }
  return "";
}

std::string_view to_text(LbMethod method) {
  switch (method) {
    case LbMethod::by_requests: return "by_requests";
  }
  return "";
}

std::string_view to_text(SendProxy version) {
  switch (version) {
    case SendProxy::none: return "none";
    case SendProxy::v1: return "v1";
    case SendProxy::v2: return "v2";
  }
  return "";
}

std::string_view to_text(AccessLogFormat format) {
  switch (format) {
    case AccessLogFormat::combined: return "combined";
  }
  return "";
}

std::string_view to_text(LogLevel level) {
  switch (level) {
    case LogLevel::debug: return "debug";
    case LogLevel::info: return "info";
    case LogLevel::warning: return "warning";
    case LogLevel::error: return "error";
  }
  return "";
}

}  // namespace jkproxy::config
