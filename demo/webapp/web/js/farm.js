// Asks once a second who serves this session and how the farm is, and shows what happens on the panel of every page.
import { happened, noteMoves, remember, remembered, showEvents } from "./happenings.js";
import { byId, duration, element, setText } from "./pieces.js";

const body = document.body;
const panel = byId("farm");
let address = panel.dataset.url;
let last = null;
let leaving = false;

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
