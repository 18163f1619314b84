#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "routing/choose_worker.hpp"

namespace jkproxy::routing {

// True when no member that is not stopped can serve.
bool all_in_error(const Balancer& balancer);

// The members of a balancer as fallbacks for one request's session, best first:
//   1. those that hold no old copy of it, before those that may;
//   2. usable since before the worker that it leaves went away, before those that came back later;
//   3. that worker's `redirect`, then the same `domain`, then the rest;
//   4. by rank.
// Lives for one choice, in one thread.
class TakeoverCandidates : public TakeoverWorkers {
 public:
  TakeoverCandidates(const Request& request, std::optional<std::size_t> own, std::string_view stem,
                     TimePoint now)
      : request_{request}, own_{own}, stem_{stem}, now_{now} {}

  Choice choose(std::span<const Displaced> from, WorkerId leaving) const override;
  bool lost(WorkerId to, TimePoint dispatched, std::uint64_t generation) const override;
  TimePoint usable_since(WorkerId worker) const override;
  TimePoint last_byte(WorkerId worker) const override;
  bool lives(WorkerId worker, TimePoint dispatched) const override;
  std::uint32_t process(WorkerId worker) const override;
  void consult(WorkerId worker, TimePoint until) const override;

  std::optional<std::size_t> member_of(WorkerId worker) const;
  // What `choose` last said; `moves` when it was not asked.
  Kind last_kind() const { return last_kind_; }

 private:
  struct Place;
  const WorkerRuntime& runtime(std::size_t member) const;
  bool was_tried(std::size_t member) const;
  bool takes_sessions(std::size_t member) const;
  bool may_hold_old_copy(std::size_t member, std::span<const Displaced> from) const;
  std::uint8_t nearness(std::size_t member, std::optional<std::size_t> leaving) const;
  TimePoint gone_since(std::optional<std::size_t> leaving) const;
  Choice choose_for(std::span<const Displaced> from, WorkerId leaving) const;
  std::optional<Choice> best(std::span<const Displaced> from, std::optional<std::size_t> leaving,
                             bool in_service) const;

  const Request& request_;
  std::optional<std::size_t> own_;
  std::string_view stem_;
  TimePoint now_;
  mutable Kind last_kind_ = Kind::moves;
};

}  // namespace jkproxy::routing
