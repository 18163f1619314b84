// What happened, as this tab remembers it from page to page, and the line that tells of a move.
import { byId, clock, element } from "./pieces.js";

const KEPT_EVENTS = 6;
const STRIP_MS = 20_000;
const NEWS_MS = 120_000; // a move that is older than this is none for a new tab
let hideStrip;

export const remembered = JSON.parse(sessionStorage.getItem("farm") ?? "null") ?? { states: {}, events: [] };

export function remember() {
  sessionStorage.setItem("farm", JSON.stringify(remembered));
}

// Within one second a death comes before the move that it caused; the clocks are not that exact.
function byTime(a, b) {
  const seconds = Math.floor(a.time / 1000) - Math.floor(b.time / 1000);
  return seconds || (a.kind === "moved") - (b.kind === "moved") || a.time - b.time;
}

export function happened(kind, text, time = Date.now()) {
  if (remembered.events.some(event => event.text === text && Math.abs(event.time - time) < 1500)) return;
  remembered.events = [...remembered.events, { kind, text, time }].sort(byTime).slice(-KEPT_EVENTS);
  remember();
  showEvents();
}

export function showEvents() {
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

export function noteMoves(trail, user) {
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
