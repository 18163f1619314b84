#include "proxy/exchange_record.hpp"

namespace jkproxy::proxy {

std::string_view to_text(SessionVerdict verdict) {
  switch (verdict) {
    case SessionVerdict::none: return "none";
    case SessionVerdict::created: return "new";
    case SessionVerdict::kept: return "kept";
    case SessionVerdict::moved: return "moved";
    case SessionVerdict::renewed: return "renewed";
    case SessionVerdict::lost: return "lost";
  }
  return "none";
}

}  // namespace jkproxy::proxy
