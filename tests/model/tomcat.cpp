#include "tests/model/tomcat.hpp"

#include <algorithm>

#include "tests/model/world.hpp"

namespace jkproxy::model {

namespace {

constexpr Duration remembers_a_miss{500'000};
constexpr Duration silent_while_stopping{1'000'000};
constexpr Duration unload_delay{2'000'000};

Duration look_up_time(Random& random) {
  if (random.percent(5)) return random.between(Duration{5'000}, Duration{60'000});
  return random.between(Duration{200}, Duration{3'000});
}

}  // namespace

Tomcat::Connect Tomcat::connect() {
  if (refuses_ && life_ != Life::dead) last_refused_ = world_.time.now();
  if (life_ == Life::dead || refuses_) return Connect::refused;
  if (life_ == Life::stopping && world_.time.now() - last_ill_ >= silent_while_stopping)
    return Connect::refused;
  return black_hole_ ? Connect::silence : Connect::accepted;
}

TimePoint Tomcat::last_ill() const {
  return healthy() ? last_ill_ : world_.time.now();
}

bool Tomcat::holds(std::uint32_t stem) const {
  return std::any_of(copies_.begin(), copies_.end(),
                     [&](const auto& copy) { return copy != nullptr && copy->id.stem == stem; });
}

void Tomcat::fell_ill() {
  last_ill_ = world_.time.now();
}

void Tomcat::receive(VisitId id) {
  auto& visit = world_.visits[id];
  visit.arrived = world_.time.now();
  if (!is(visit.process)) return hang_up(visit);
  if (life_ == Life::stopping) {
    if (visit.kept_alive) return hang_up(visit);
    silent_.push_back(id);
    return;
  }
  visits_.push_back(id);
  const bool waits = world_.trouble == Trouble::no_threads && world_.random.percent(25);
  const auto for_a_thread =
      waits ? world_.random.between(Duration{0}, longest_wait_for_a_thread) : Duration{0};
  world_.time.in(world_.hop() + for_a_thread, os_, [this, id] { enter(id); });
}

void Tomcat::hang_up(Visit& visit) {
  visit.over = true;
  world_.proxies[static_cast<std::size_t>(visit.proxy)].lose_connection(visit.request,
                                                                        visit.ticket);
}

// msm's valves.
void Tomcat::enter(VisitId id) {
  auto& visit = world_.visits[id];
  if (!serves(visit)) return;
  const auto& request = world_.requests[visit.request];
  const auto& cookie = request.cookie;
  const bool own = cookie.node == node_;
  if (request.kind == Kind::static_file) return run(id);
  if (request.kind == Kind::redirect && !own) return run(id);
  if (cookie.empty() || find_here(visit, cookie)) return run(id);
  const auto remembered = std::find_if(missing_.begin(), missing_.end(), [&](const auto& missing) {
    return missing.key == cookie && missing.until > world_.time.now();
  });
  if (remembered == missing_.end()) return look_up(id);
  visit.missed = true;
  // It came by another way, perhaps, than the one that missed first.
  const auto own_cause = world_.invariants.cause_of_miss(cookie, visit);
  visit.miss = own_cause != Cause::none ? own_cause : remembered->cause;
  run(id);
}

// A copy here counts under the session's new id as well: no look-up.
bool Tomcat::find_here(Visit& visit, const SessionId& cookie) {
  const auto& copy = place_of(cookie.stem);
  if (copy == nullptr || !copy->valid) return false;
  visit.copy = copy;
  if (cookie.node != node_) visit.answer.set_cookie = copy->id;
  return true;
}

void Tomcat::look_up(VisitId id) {
  auto& visit = world_.visits[id];
  const auto cookie = world_.requests[visit.request].cookie;
  const auto* entry = world_.store.is_up() ? world_.store.find_present(cookie) : nullptr;
  if (entry == nullptr) {
    miss(visit, cookie);
    world_.time.in(look_up_time(world_.random), os_, [this, id] { run(id); });
    return;
  }
  auto found = std::make_shared<Copy>(Copy{.id = {cookie.stem, node_},
                                           .content = entry->content,
                                           .deficit = entry->deficit,
                                           .node = node_,
                                           .process = process_,
                                           .loaded_by_proxy = visit.proxy,
                                           .loaded_by = visit.id});
  const auto& session = world_.sessions[entry->content.session];
  const auto lacking = session.written & ~entry->content.writes;
  if (entry->came_back) {
    found->deficit = {Cause::old_key_came_back, lacking};
    found->came_back = true;
  }
  if ((entry->unsaved.lacks & ~entry->content.writes) != 0)
    found->deficit = {entry->unsaved.cause, found->deficit.lacks | entry->unsaved.lacks};
  found->changed = cookie.node != node_;  // the new id is stored in any case
  visit.copy = std::move(found);
  world_.time.in(look_up_time(world_.random), os_, [this, id] { load(id); });
}

// The session was read: it goes over whatever copy is here, and its old key is deleted.
void Tomcat::load(VisitId id) {
  auto& visit = world_.visits[id];
  if (!serves(visit)) return;
  const auto cookie = world_.requests[visit.request].cookie;
  world_.note("  #", visit.request, " loads ", to_text(cookie), " at ", name_of(node_),
              place_of(cookie.stem) != nullptr && place_of(cookie.stem)->id.stem == cookie.stem
                  ? " over another copy"
                  : "");
  place_of(cookie.stem) = visit.copy;
  if (cookie.node != node_) {
    visit.answer.set_cookie = visit.copy->id;
    world_.store.remove(cookie, {.by = Removal::By::takeover,
                                 .node = node_,
                                 .process = process_,
                                 .proxy = visit.proxy,
                                 .after_freeze = visit.held,
                                 .when = world_.time.now()});
  }
  supersede(visit);
  run(id);
}

// A request that waited in a frozen process, or was slow in one that seemed dead, takes the key of
// a session that is elsewhere by now. Its answer is not delivered.
bool Tomcat::is_robbed(const Visit& visit, const Copy& former) const {
  const auto& owner = world_.tomcats[static_cast<std::size_t>(former.node)];
  const auto& proxy = world_.proxies[static_cast<std::size_t>(visit.proxy)];
  const bool seemed_dead = visit.held || visit.stopping || refused_while_alive_;
  return seemed_dead && former.node != node_ && owner.is(former.process) &&
         proxy.has_left(visit.request, node_);
}

// Nobody waits for it any more, or its answer will not be delivered.
bool Tomcat::is_given_up(const Visit& visit) const {
  const auto& proxy = world_.proxies[static_cast<std::size_t>(visit.proxy)];
  return world_.requests[visit.request].is_over() || proxy.has_left(visit.request, node_);
}

// The copy that was the session until now is an old one, or is overwritten.
void Tomcat::supersede(const Visit& visit) {
  auto& session = world_.sessions[visit.copy->content.session];
  session.loaded = true;
  const auto former = std::exchange(session.current, visit.copy);
  if (former == nullptr) return;
  const auto& owner = world_.tomcats[static_cast<std::size_t>(former->node)];
  if (visit.copy->came_back && owner.is(former->process)) session.split = Cause::old_key_came_back;
  session.left_by_newest &= ~(std::uint64_t{1} << node_);
  const bool old_one_beside = visit.copy->came_back && owner.is(former->process);
  if (old_one_beside || is_robbed(visit, *former)) {
    visit.copy->left = true;
    visit.copy->left_by_proxy = visit.proxy;
    session.current = former;
  } else if (former->node == node_ && former->process == process_) {
    const bool checked = world_.proxies.front().settings().health_check.has_value();
    const bool reloaded = world_.requests[visit.request].cookie.node == node_;
    if (former->loaded_by_proxy != visit.proxy) session.split = Cause::pins_not_shared;
    const auto& proxy = world_.proxies[static_cast<std::size_t>(visit.proxy)];
    const bool unseen = !checked || proxy.was_paused_at(ended_);
    if (reloaded && unseen) session.split = Cause::restart_unseen;
    const bool given_up = is_given_up(visit) || is_given_up(world_.visits[former->loaded_by]);
    if (visit.held && given_up) session.split = Cause::frozen_took_the_key;
    // Both were the first in a process that seemed to be another one.
    const auto earlier = std::min(visit.arrived, world_.visits[former->loaded_by].arrived);
    if (last_refused_ >= earlier) session.split = Cause::refused_while_alive;
  } else {
    former->left = true;
    former->left_by_proxy = visit.proxy;
    // What it read before it was frozen, and before the session was elsewhere, is the session now.
    const auto since = former->content.writes & ~visit.copy->content.writes;
    if (visit.held && is_given_up(visit) && since != 0)
      visit.copy->deficit = {Cause::frozen_took_the_key, visit.copy->deficit.lacks | since};
    // It went on serving while it looked dead: what it stored after the key was read is lost.
    const auto later = former->content.writes & ~visit.copy->content.writes;
    if (later != 0 && world_.tomcats[static_cast<std::size_t>(former->node)].refused_while_alive())
      visit.copy->deficit = {Cause::refused_while_alive, visit.copy->deficit.lacks | later};
  }
}

void Tomcat::miss(Visit& visit, const SessionId& key) {
  visit.missed = true;
  visit.miss = world_.invariants.cause_of_miss(key, visit);
  missing_.push_back({key, world_.time.now() + remembers_a_miss, visit.miss});
}

void Tomcat::run(VisitId id) {
  auto& visit = world_.visits[id];
  if (!serves(visit)) return;
  auto& request = world_.requests[visit.request];
  visit.executing = true;
  ++request.executions;
  request.nodes |= std::uint64_t{1} << node_;
  if (visit.copy && !visit.copy->valid) {
    visit.copy = nullptr;
    visit.missed = true;
    visit.miss = Cause::id_rotated_away;
  }
  const bool looks = request.kind != Kind::static_file && request.kind != Kind::redirect;
  if (!visit.copy && looks) create_session(visit);
  if (visit.copy && !visit.copy->left) {
    const auto by = std::uint64_t{1} << visit.proxy;
    visit.unknown_copy = visit.copy->known_to != 0 && (visit.copy->known_to & by) == 0;
    visit.copy->known_to |= by;
  }
  world_.invariants.on_execution(visit);
  world_.time.in(request.service, os_, [this, id] { finish(id); });
}

void Tomcat::create_session(Visit& visit) {
  // Its head opens the gate for those with the newest cookie, which only another jkproxy knows.
  const auto& request = world_.requests[visit.request];
  const auto* key = world_.store.find(request.cookie);
  const bool taken = key != nullptr && key->removal.by == Removal::By::takeover;
  if (visit.first && taken && key->removal.proxy != visit.proxy)
    world_.sessions[request.session].split = Cause::pins_not_shared;
  const SessionId id{world_.new_stem(), node_};
  const auto session = static_cast<std::uint32_t>(world_.sessions.size());
  visit.copy = std::make_shared<Copy>(Copy{.id = id,
                                           .content = {.session = session, .writes = 1},
                                           .deficit = {},
                                           .node = node_,
                                           .process = process_});
  world_.sessions.push_back({.written = 1, .current = visit.copy});
  place_of(id.stem) = visit.copy;
  visit.answer.set_cookie = id;
}

// The servlet ends: msm stores what it changed, then the answer goes out.
void Tomcat::finish(VisitId id) {
  auto& visit = world_.visits[id];
  if (!serves(visit)) return;
  visit.over = true;
  visits_.erase(std::remove(visits_.begin(), visits_.end(), id), visits_.end());
  const auto& request = world_.requests[visit.request];
  visit.answer.static_file = request.kind == Kind::static_file;
  const bool looks = !visit.answer.static_file && request.kind != Kind::redirect;
  if (looks && visit.copy->valid) {
    if (is_write(request.kind)) write(visit, request);
    if (request.kind == Kind::login) log_in(visit);
    if (request.kind == Kind::logout) log_out(visit);
    if (request.kind != Kind::logout) back_up(visit);
    visit.answer.seen = visit.copy->content;
    visit.from_old_copy = visit.copy->left;
  }
  world_.proxies[static_cast<std::size_t>(visit.proxy)].send_answer(id);
}

void Tomcat::write(Visit& visit, const BrowserRequest& request) {
  auto& copy = *visit.copy;
  copy.content.writes |= request.write;
  copy.changed = true;
  auto& session = world_.sessions[copy.content.session];
  session.written |= request.write;
  if (request.cookie.stem != copy.id.stem) session.under_former_ids |= request.write;
}

// A new stem, the same session: the old id is gone at once.
void Tomcat::log_in(Visit& visit) {
  auto& copy = *visit.copy;
  world_.store.remove(copy.id, {.by = Removal::By::log_in_or_out, .when = world_.time.now()});
  place_of(copy.id.stem) = nullptr;
  if (world_.store.has_another(copy.id))
    world_.sessions[copy.content.session].split = Cause::id_rotated_away;
  copy.id.stem = world_.new_stem();
  place_of(copy.id.stem) = visit.copy;
  visit.answer.set_cookie = copy.id;
}

void Tomcat::log_out(Visit& visit) {
  auto& copy = *visit.copy;
  copy.valid = false;
  auto& session = world_.sessions[copy.content.session];
  // It ended a copy; the session is found again under another key.
  if (copy.came_back) session.split = Cause::old_key_came_back;
  if (world_.store.has_another(copy.id)) session.split = Cause::id_rotated_away;
  world_.store.remove(copy.id, {.by = Removal::By::log_in_or_out, .when = world_.time.now()});
  place_of(copy.id.stem) = nullptr;
}

void Tomcat::back_up(Visit& visit) {
  auto& copy = *visit.copy;
  if (!copy.changed) return;
  if (visit.stopping && world_.random.percent(80)) {
    world_.store.fail_to_set(copy.id, copy.content, Cause::stopped_in_a_write);
    return;
  }
  world_.store.set(copy.id, copy.content, copy.deficit);
  copy.changed = !world_.store.is_up();
}

std::shared_ptr<Copy>& Tomcat::place_of(std::uint32_t stem) {
  for (auto& copy : copies_)
    if (copy != nullptr && copy->id.stem == stem) return copy;
  for (auto& copy : copies_)
    if (copy == nullptr) return copy;
  return copies_.emplace_back();
}

void Tomcat::end_process() {
  life_ = Life::dead;
  ended_ = world_.time.now();
  for (const auto id : visits_) world_.visits[id].over = true;
  visits_.clear();
  silent_.clear();
  copies_.clear();
  missing_.clear();
  os_ = {};
  fell_ill();
  for (auto& proxy : world_.proxies) proxy.lose_process(node_, process_);
}

void Tomcat::kill() {
  if (life_ != Life::dead) end_process();
}

void Tomcat::freeze() {
  if (life_ != Life::running || os_.stopped) return;
  os_.stopped = true;
  for (const auto id : visits_) world_.visits[id].held = true;
  fell_ill();
}

void Tomcat::thaw() {
  if (!os_.stopped) return;
  for (const auto id : visits_) world_.visits[id].held = true;
  world_.time.resume(os_);
  fell_ill();
}

void Tomcat::restart() {
  if (life_ != Life::dead) return;
  ++process_;
  life_ = Life::running;
  refused_while_alive_ = false;
  fell_ill();
}

void Tomcat::stop() {
  if (life_ != Life::running || os_.stopped) return;
  life_ = Life::stopping;
  fell_ill();
  for (const auto id : visits_) world_.visits[id].stopping = true;
  const auto process = process_;
  world_.time.in(silent_while_stopping, [this, process] {
    if (!is(process)) return;
    for (const auto id : std::exchange(silent_, {})) hang_up(world_.visits[id]);
    if (visits_.empty()) end_process();
  });
  world_.time.in(unload_delay, [this, process] {
    if (is(process)) end_process();
  });
}

void Tomcat::cut_off(bool refuses) {
  (refuses ? refuses_ : black_hole_) = true;
  if (refuses && life_ != Life::dead) refused_while_alive_ = true;
  fell_ill();
}

void Tomcat::reconnect() {
  if (!refuses_ && !black_hole_) return;
  fell_ill();
  refuses_ = black_hole_ = false;
}

}  // namespace jkproxy::model
