// Asks once a second who serves this session and how the farm is, and shows what happens on the panel of every page.
"use strict";

const body = document.body;
const byId = id => document.getElementById(id);
const panel = byId("farm");
const KEPT_EVENTS = 6;
const STRIP_MS = 20_000;
const NEWS_MS = 120_000; // a move that is older than this is none for a new tab
let address = panel.dataset.url;
let last = null;
let leaving = false;
let hideStrip;

// --- what is remembered from page to page, for this tab ---

const remembered = JSON.parse(sessionStorage.getItem("farm") ?? "null") ?? { states: {}, events: [] };

function remember() {
  sessionStorage.setItem("farm", JSON.stringify(remembered));
}

// Within one second a death comes before the move that it caused; the clocks are not that exact.
function byTime(a, b) {
  const seconds = Math.floor(a.time / 1000) - Math.floor(b.time / 1000);
  return seconds || (a.kind === "moved") - (b.kind === "moved") || a.time - b.time;
}

function happened(kind, text, time = Date.now()) {
  if (remembered.events.some(event => event.text === text && Math.abs(event.time - time) < 1500)) return;
  remembered.events = [...remembered.events, { kind, text, time }].sort(byTime).slice(-KEPT_EVENTS);
  remember();
  showEvents();
}

// --- small pieces of page ---

function element(name, className, ...content) {
  const made = document.createElement(name);
  made.className = className;
  made.append(...content);
  return made;
}

function setText(id, text) {
  const place = byId(id);
  if (place && place.textContent !== String(text)) place.textContent = text;
}

const clock = time => new Date(time).toTimeString().slice(0, 8);

function duration(ms) {
  const s = Math.round(ms / 1000);
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min`;
  return `${Math.floor(s / 3600)} h`;
}

// --- the nodes ---

const WORDS = { "OK": "up", "OK/BUSY": "up, busy", "ERR": "down", "ERR/REC": "down", "ERR/PRB": "being tried" };
const isUp = worker => worker.state.startsWith("OK") && worker.activation !== "STP";

function wordOf(worker) {
  if (worker.activation === "STP") return "stopped";
  return (WORDS[worker.state] ?? worker.state) + (worker.activation === "DIS" ? ", disabled" : "");
}

function noteStates(workers) {
  for (const worker of workers) {
    const before = remembered.states[worker.name];
    const now = isUp(worker);
    if (before === undefined || before === now) {
      remembered.states[worker.name] = now;
      continue;
    }
    remembered.states[worker.name] = now;
    const why = worker.cause ? `: ${worker.cause}` : "";
    happened(now ? "up" : "down", now ? `${worker.name} is up again` : `${worker.name} is down${why}`, Date.now() - worker.since_ms);
  }
  remember();
}

function rowOf(worker, session) {
  const state = isUp(worker) ? "up" : worker.state === "ERR/PRB" ? "tried" : "down";
  const here = session.route && worker.route === session.route;
  const been = session.trail.some(station => station.route === worker.route);
  const row = element("li", `tomcat${here ? " here" : ""}`,
    element("i", "lamp-dot"),
    element("b", "name", worker.name, element("span", "tag", here ? "your session" : been ? "was here" : "")),
    element("span", "state", wordOf(worker)),
    element("small", "facts-line", `${worker.answered} answered · ${duration(worker.since_ms)}`));
  Object.assign(row.dataset, { name: worker.name, node: worker.route, state });
  if (worker.cause) row.title = worker.cause;
  return row;
}

// The token slides from row to row.
function placeToken() {
  const here = byId("tomcats").querySelector(".here");
  const token = byId("you");
  token.hidden = !here;
  if (!here) return;
  token.dataset.node = here.dataset.node;
  token.textContent = (body.dataset.user || "•").slice(0, 1).toUpperCase();
  requestAnimationFrame(() => token.classList.add("settled")); // the first time it is just there
  token.style.transform = `translateY(${here.offsetTop + here.offsetHeight / 2}px)`;
}

function showNodes(farm, session) {
  noteStates(farm.workers);
  byId("tomcats").replaceChildren(...farm.workers.map(worker => rowOf(worker, session)));
  setText("proxy-facts", `${farm.threads.requests} requests · ${farm.takeovers.confirmed} moved · up ${duration(farm.uptime_ms)}`);
  placeToken();
}

function hideNodes() {
  byId("tomcats").replaceChildren();
  placeToken();
}

// --- the cookie ---

function part(kind, text, changed, note) {
  return element("span", `piece ${kind}${changed ? " changed" : ""}`, element("code", "", text), element("small", "", note));
}

function cookieRow(kind, station, other) {
  const memcachedChanged = Boolean(other) && other.memcached !== station.memcached;
  const routeChanged = Boolean(other) && other.route !== station.route;
  const now = kind === "now";
  const note = changed => other && now ? (changed ? "changed" : "kept") : "";
  const row = element("div", `cookie ${kind}`,
    element("span", "when", now ? "now" : "before"),
    part("stem", station.stem, false, now && other ? "kept" : now ? "you" : ""),
    part("store", `-${station.memcached}`, memcachedChanged, now && !other ? "memcached" : note(memcachedChanged)),
    part("route", `.${station.route}`, routeChanged, now && !other ? "Tomcat" : note(routeChanged)));
  row.dataset.node = station.route;
  return row;
}

function showIds(trail) {
  if (trail.length === 0) return;
  const now = trail.at(-1);
  const before = trail.at(-2);
  const rows = before ? [cookieRow("before", before, now), cookieRow("now", now, before)] : [cookieRow("now", now, null)];
  byId("ids").replaceChildren(...rows);
}

// --- what happened ---

function showEvents() {
  if (remembered.events.length === 0) return;
  byId("events").replaceChildren(...remembered.events.toReversed().map(({ kind, text, time }) => {
    const line = element("li", "", element("time", "", clock(time)), element("span", "", text));
    line.dataset.kind = kind;
    return line;
  }));
}

// How much longer this tab shows the move: some seconds after it first heard of it.
function timeLeft(move) {
  if (remembered.move !== move.since) {
    Object.assign(remembered, { move: move.since, heard: Date.now() });
    remember();
  }
  return remembered.heard - move.since < NEWS_MS ? remembered.heard + STRIP_MS - Date.now() : 0;
}

function showStrip(before, now, user) {
  const strip = byId("strip");
  const left = timeLeft(now);
  if (left <= 0 || strip.dataset.move === String(now.since)) return;
  strip.replaceChildren(element("b", "", `Your session moved from ${before.route} to ${now.route}.`),
    element("span", "", user ? ` Still logged in as ${user}, nothing lost.` : " Nothing lost."));
  Object.assign(strip.dataset, { node: now.route, move: now.since });
  strip.hidden = false;
  clearTimeout(hideStrip);
  hideStrip = setTimeout(() => { strip.hidden = true; }, left);
}

function noteMoves(trail, user) {
  trail.slice(1).forEach((now, i) => {
    const before = trail[i];
    if (before.route !== now.route) {
      happened("moved", `Your session moved from ${before.route} to ${now.route}`, now.since);
    } else if (before.memcached !== now.memcached) {
      happened("stored", `Your session is now kept in ${now.memcached}, not ${before.memcached}`, now.since);
    }
  });
  const [before, now] = trail.slice(-2);
  if (now && before.route !== now.route) showStrip(before, now, user);
}

// --- the page around the panel ---

function showJourney(nodes) {
  const list = byId("journey");
  if (!list || list.children.length === nodes.length) return;
  list.replaceChildren(...nodes.map(node => {
    const hop = element("li", "hop", node);
    hop.dataset.node = node;
    return hop;
  }));
}

function showPage(now) {
  if (body.dataset.node !== now.node) {
    const before = body.dataset.node;
    body.dataset.node = now.node;
    document.querySelectorAll(".js-node").forEach(place => { place.textContent = now.node; });
    document.querySelectorAll(".js-node-killed").forEach(place => { place.textContent = before; });
    setText("story", `Your session came here from ${before}. Same user, same cart.`);
  }
  if (body.dataset.page !== "home") return;
  for (const name of ["visits", "stem", "memcached", "route"]) setText(name, now[name]);
  showJourney(now.journey);
}

function showTrouble(text) {
  byId("trouble").hidden = !text;
  setText("trouble", text);
}

function show(now) {
  if (now.user && now.from === "url") address = now.self;
  const lost = body.dataset.user && now.user !== body.dataset.user;
  if (lost) happened("down", "This session is not logged in any more");
  if (!lost && (body.dataset.user || now.stem)) showPage(now);
  showIds(now.trail);
  noteMoves(now.trail, now.user);
  if (now.farm) showNodes(now.farm, now);
  else hideNodes();
  showTrouble(now.farm ? "" : `jkproxy's status cannot be reached: ${now.farm_error}`);
}

function showSilence(why) {
  if (leaving) return;
  setText("live", "no answer");
  panel.dataset.live = "no";
  showTrouble(`The farm does not answer (${why}). Asking again every second.`);
  document.querySelectorAll(".tomcat").forEach(row => { row.dataset.state = "unknown"; });
  if (last !== "silent") happened("down", `No answer: ${why}`);
  last = "silent";
}

async function question() {
  const answer = await fetch(address, { cache: "no-store" });
  if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`.trim());
  return answer.json();
}

function showAnswer(now) {
  if (last === "silent") happened("up", "The farm answers again");
  last = "answered";
  setText("live", "live");
  panel.dataset.live = "yes";
  show(now);
}

// One question at a time; a slow answer is waited for.
function ask() {
  question().then(showAnswer, error => showSilence(error.message)).finally(() => setTimeout(ask, 1000));
}

window.addEventListener("pagehide", () => { leaving = true; });
window.addEventListener("pageshow", () => { leaving = false; });
showEvents();
ask();
