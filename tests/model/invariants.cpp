#include "tests/model/invariants.hpp"

#include <algorithm>
#include <bit>

#include "tests/model/world.hpp"

namespace jkproxy::model {

namespace {

// Beyond the servlet's own time: a few messages, a connect, a look-up of msm.
constexpr Duration undisturbed{150'000};
constexpr Duration first_after_kill{1'000'000};

std::string names_of(std::uint64_t writes) {
  std::string names;
  for (int i = 0; i < 64; ++i)
    if ((writes >> i & 1) != 0) names += ' ' + std::to_string(i);
  return names;
}

}  // namespace

std::string_view to_text(Cause cause) {
  switch (cause) {
    case Cause::none: return "none";
    case Cause::store_lost_it: return "the store lost it";
    case Cause::stopped_in_a_write: return "a stopping Tomcat did not store a write";
    case Cause::killed_in_takeover: return "the fallback ended inside its take-over";
    case Cause::second_owner_gone: return "only an old cookie, and the second owner is gone";
    case Cause::frozen_took_the_key: return "a frozen fallback took the key when it thawed";
    case Cause::old_key_came_back: return "a displaced worker stored its old key again";
    case Cause::only_an_old_copy: return "only a worker with an old copy was left";
    case Cause::pins_not_shared: return "two jkproxy that do not share their pins";
    case Cause::refused_while_alive: return "a living process refused connections";
    case Cause::silent_while_alive: return "a check began while a living worker was out of reach";
    case Cause::restart_unseen: return "a quick restart that jkproxy could not see";
    case Cause::id_rotated_away: return "a log-in or log-out ended the id";
  }
  return "?";
}

std::string_view to_text(Kind kind) {
  switch (kind) {
    case Kind::read: return "GET";
    case Kind::post: return "POST";
    case Kind::put: return "PUT";
    case Kind::login: return "log-in";
    case Kind::logout: return "log-out";
    case Kind::static_file: return "static file";
    case Kind::redirect: return "redirect";
  }
  return "?";
}

Cause Invariants::cause_of_miss(const SessionId& key, const Visit& visit) const {
  if (!world_.store.is_up()) return Cause::store_lost_it;
  const auto* entry = world_.store.find(key);
  if (entry == nullptr) return Cause::none;
  switch (entry->removal.by) {
    case Removal::By::nobody: return entry->unsaved.cause;
    case Removal::By::log_in_or_out: return Cause::id_rotated_away;
    case Removal::By::end_of_store: return Cause::store_lost_it;
    case Removal::By::takeover: break;
  }
  return cause_of_takeover_elsewhere(key, visit);
}

// Another worker has deleted the key. Why does the request not go there?
Cause Invariants::cause_of_takeover_elsewhere(const SessionId& key, const Visit& visit) const {
  const auto& removal = world_.store.find(key)->removal;
  const auto& owner = world_.tomcats[static_cast<std::size_t>(removal.node)];
  const auto* moved = world_.store.find({key.stem, removal.node});
  const bool moved_on = moved != nullptr && !moved->present && moved->removal.when > removal.when;
  if (moved_on && removal.proxy != visit.proxy) return Cause::pins_not_shared;
  if (moved_on) return cause_of_miss(moved->key, visit);
  const bool stored = moved != nullptr && moved->present;
  if (!owner.is(removal.process)) {
    if (stored) return Cause::second_owner_gone;
    const bool not_saved = moved != nullptr && moved->unsaved.cause != Cause::none;
    return not_saved ? moved->unsaved.cause : Cause::killed_in_takeover;
  }
  if (removal.after_freeze) return Cause::frozen_took_the_key;
  if (owner.last_ill() >= removal.when) return Cause::second_owner_gone;
  if (removal.proxy != visit.proxy) return Cause::pins_not_shared;
  const bool stopped =
      world_.proxies[static_cast<std::size_t>(visit.proxy)].is_stopped(removal.node);
  if (stopped && !world_.requests[visit.request].displaces) return Cause::second_owner_gone;
  const auto& session = world_.sessions[world_.store.find(key)->content.session];
  if ((session.left_by_newest >> removal.node & 1) != 0) return Cause::second_owner_gone;
  return session.split;
}

void Invariants::on_choice(RequestId id, const routing::Decision& decision) {
  auto& request = world_.requests[id];
  using Verdict = routing::Decision::Verdict;
  request.waited |= decision.verdict != Verdict::go;
  request.displaces |= decision.displaced_now;
  if (decision.displaced_now) on_move(request);
  if (decision.displaced_now)
    world_.sessions[request.session].left_by_newest |= std::uint64_t{1} << request.cookie.node;
  if (decision.may_hold_old_copy && !there_is_a_better_one(request.cookie.stem))
    world_.sessions[request.session].old_copies |= std::uint64_t{1} << decision.member;
  constexpr const char* verdicts[] = {"goes to ", "waits for ", "leaves ", "finds nobody "};
  world_.note("  #", id, ' ', verdicts[static_cast<int>(decision.verdict)],
              name_of(static_cast<int>(decision.member)), " (", routing::to_text(decision.reason),
              decision.first ? ", first" : "", ", generation ", decision.generation, ')');
}

void Invariants::on_move(const BrowserRequest& request) {
  auto& session = world_.sessions[request.session];
  const auto by = std::uint64_t{1} << request.proxy;
  if (session.current && session.current->node == request.cookie.node) {
    auto& copy = *session.current;
    const auto& proxy = world_.proxies[static_cast<std::size_t>(request.proxy)];
    const bool another_one_ended =
        (copy.known_to & by) == 0 && copy.known_to != 0 && proxy.saw_process_end(copy.node);
    (another_one_ended ? copy.mistaken_by : copy.known_to) |= by;
  }
  const auto* key = world_.store.find(request.cookie);
  if (key != nullptr && !key->present && key->removal.by == Removal::By::takeover &&
      key->removal.proxy != request.proxy)
    session.moved_by_unknown = true;
}

void Invariants::on_state(int proxy, int node, const health::Transition& transition,
                          TimePoint check_began) {
  const bool was_ill = world_.tomcats[static_cast<std::size_t>(node)].last_ill() >= check_began;
  if (transition.silent && was_ill) found_silent_[{proxy, node}] = world_.time.now();
  world_.note("proxy ", proxy, ": worker ", name_of(node), ": ", routing::to_text(transition.to),
              ", ", transition.cause);
}

void Invariants::on_execution(const Visit& visit) {
  const auto& request = world_.requests[visit.request];
  world_.note("  #", visit.request, " runs at ", name_of(visit.node), " with session ",
              visit.copy ? visit.copy->content.session : 0U,
              visit.copy ? names_of(visit.copy->content.writes) : "");
  if (request.executions > 1 && !is_idempotent(request.kind))
    violated("unsafe request #" + std::to_string(visit.request) + " runs twice");
  if (!request.cookie.empty() && std::popcount(request.nodes) > 2)
    violated("request #" + std::to_string(visit.request) + " runs at a third worker");
  if (visit.copy) forbid_two_workers_at_once(visit);
}

bool Invariants::fell_ill_since_it_came(const Visit& visit) const {
  return world_.tomcats[static_cast<std::size_t>(visit.node)].last_ill() >= visit.arrived;
}

// Or was made by another one, and this one never knew of it.
bool Invariants::left_by_another_proxy(const Visit& visit) {
  const bool known = (visit.copy->known_to >> visit.proxy & 1) != 0;
  const bool mistaken = (visit.copy->mistaken_by >> visit.proxy & 1) != 0;
  return visit.copy->left && (mistaken || visit.copy->left_by_proxy != visit.proxy ||
                              (visit.copy->known_to != 0 && !known));
}

// Writes of this jar that went to another jkproxy than the one that moved the session.
std::uint64_t Invariants::written_by_another_proxy(const BrowserRequest& reader, int proxy) const {
  std::uint64_t writes = 0;
  for (const auto& request : world_.requests)
    if (request.jar == reader.jar && request.era == reader.era && request.proxy != proxy)
      writes |= request.write;
  return writes;
}

// For a reason that no proxy can do anything about.
bool Invariants::runs_in_old_copy(const Visit& visit) const {
  return (visit.copy->left || visit.copy->came_back) && cause_of_old_copy(visit) != Cause::none;
}

// Unless one of them fell ill with the request under way: then the session has left it.
void Invariants::forbid_two_workers_at_once(const Visit& visit) {
  std::erase_if(executing_, [&](VisitId id) { return world_.visits[id].over; });
  for (const auto id : executing_) {
    const auto& other = world_.visits[id];
    const bool same_session =
        other.copy && other.copy->content.session == visit.copy->content.session;
    if (!same_session || other.node == visit.node || other.proxy != visit.proxy) continue;
    if (fell_ill_since_it_came(other) || fell_ill_since_it_came(visit)) continue;
    const auto silent = found_silent_.find({other.proxy, other.node});
    if (silent != found_silent_.end() && silent->second >= other.arrived) {
      ++excused_[static_cast<std::size_t>(Cause::silent_while_alive)];
      continue;
    }
    const bool given_up =
        world_.requests[other.request].is_over() || world_.requests[visit.request].is_over();
    if (given_up) continue;  // nobody can know that it still runs, or is still to run
    if (runs_in_old_copy(other) || runs_in_old_copy(visit)) continue;
    const auto& load = world_.visits[visit.copy->loaded_by];
    const bool moved_by_another_proxy =
        load.proxy != other.proxy && load.copy == visit.copy && load.arrived >= other.arrived;
    const bool pins_differ = other.unknown_copy || visit.unknown_copy || moved_by_another_proxy ||
                             world_.sessions[visit.copy->content.session].moved_by_unknown;
    if (pins_differ) {
      ++excused_[static_cast<std::size_t>(Cause::pins_not_shared)];
      continue;
    }
    const bool under_a_former_id =
        world_.requests[other.request].cookie.stem != other.copy->id.stem;
    if (under_a_former_id) continue;
    violated("requests #" + std::to_string(other.request) + " and #" +
             std::to_string(visit.request) + " of one session run at two workers at once");
  }
  executing_.push_back(visit.id);
}

// A worker that has been well for long, and holds no copy of the session, would have been better.
bool Invariants::there_is_a_better_one(std::uint32_t stem) const {
  constexpr std::chrono::seconds long_enough{12};
  return std::any_of(world_.tomcats.begin(), world_.tomcats.end(), [&](const Tomcat& tomcat) {
    const bool well =
        tomcat.last_ill() == TimePoint{} || world_.time.now() - tomcat.last_ill() > long_enough;
    return well && !world_.activations_changed && !tomcat.holds(stem);
  });
}

Cause Invariants::cause_of_old_copy(const Visit& visit) const {
  const auto& session = world_.sessions[visit.copy->content.session];
  if ((session.old_copies >> visit.node & 1) != 0) return Cause::only_an_old_copy;
  if (world_.requests[visit.request].cookie.stem != visit.copy->id.stem)
    return Cause::id_rotated_away;
  if (visit.copy->came_back) return Cause::old_key_came_back;
  if (left_by_another_proxy(visit)) return Cause::pins_not_shared;
  const auto& tomcat = world_.tomcats[static_cast<std::size_t>(visit.node)];
  return tomcat.refused_while_alive() ? Cause::refused_while_alive : Cause::none;
}

// `harm` stays empty when all is well.
Cause Invariants::cause_of_harm(const BrowserRequest& request, const Visit& visit,
                                std::string& harm) const {
  const auto& seen = visit.answer.seen;
  if (seen.session == 0 || request.session == 0) return Cause::none;
  if (seen.session != request.session) {
    if (request.logged_out) return Cause::none;
    harm = "is answered by another session";
    return visit.missed ? visit.miss : Cause::none;
  }
  const auto& deficit = visit.copy->deficit;
  if (request.logged_out) {
    harm = "finds a session that was logged out";
    if (visit.from_old_copy) return cause_of_old_copy(visit);
    return deficit.cause != Cause::none ? deficit.cause : world_.sessions[seen.session].split;
  }
  if (visit.from_old_copy) {
    harm = "is answered from an old copy";
    return cause_of_old_copy(visit);
  }
  const auto missing = request.must_see & ~seen.writes;
  if (missing == 0) return Cause::none;
  harm = "does not see" + names_of(missing);
  if ((missing & ~deficit.lacks) == 0) return deficit.cause;
  if ((missing & ~world_.sessions[seen.session].under_former_ids) == 0)
    return Cause::id_rotated_away;
  const auto others = written_by_another_proxy(request, visit.copy->loaded_by_proxy);
  if ((missing & ~others) == 0) return Cause::pins_not_shared;
  return world_.sessions[seen.session].split;
}

Cause Invariants::judge_answer(const BrowserRequest& request, const Visit& visit) {
  std::string harm;
  const auto cause = cause_of_harm(request, visit, harm);
  if (harm.empty()) return Cause::none;
  world_.note("  #", request.id, ' ', harm, ": ", to_text(cause));
  if (cause == Cause::none) violated("request #" + std::to_string(request.id) + ' ' + harm);
  ++excused_[static_cast<std::size_t>(cause)];
  return cause;
}

void Invariants::on_end(const BrowserRequest& request) {
  bound(request);
  if (request.status == 0 || world_.proxies_were_disturbed) return;
  const auto took = std::chrono::duration_cast<Duration>(request.finished - request.sent);
  const auto beyond = took - request.service;
  if (request.cookie.empty()) return;
  const auto& own = world_.tomcats[static_cast<std::size_t>(request.cookie.node)];
  const bool settled = request.session != 0 && !world_.sessions[request.session].loaded;
  const bool waits = world_.trouble == Trouble::no_threads;
  const auto delay = undisturbed + (waits ? longest_wait_for_a_thread : Duration{0});
  if (own.last_ill() == TimePoint{} && settled && beyond > delay)
    violated("request #" + std::to_string(request.id) + " was delayed, and its worker is well");
  const bool after_kill =
      world_.faults == 1 && world_.first_fault_is_a_kill && request.faults_before == 1;
  if (after_kill && !request.waited && beyond > first_after_kill + delay - undisturbed)
    violated("request #" + std::to_string(request.id) + " waited long after a kill");
}

// Gate, own worker, the same once more, its check, fallback.
void Invariants::bound(const BrowserRequest& request) {
  const auto& proxy = world_.proxies[static_cast<std::size_t>(request.proxy)];
  const auto& settings = proxy.settings();
  const auto limit = 3 * settings.response_timeout + 4 * settings.connect_timeout +
                     2 * settings.takeover.wait + proxy.paused_for() - request.paused_before;
  if (request.finished - request.sent > limit)
    violated("request #" + std::to_string(request.id) + " took longer than its bounds");
}

void Invariants::violated(const std::string& what) {
  world_.note("VIOLATION: ", what);
  violations_.push_back(what);
}

}  // namespace jkproxy::model
