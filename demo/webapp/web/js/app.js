// Asks once a second who serves this session, and shows on the page when it moves. Everything works without it, too.
"use strict";

const body = document.body;
const byId = id => document.getElementById(id);
const showsSession = body.dataset.page === "home";
let whoami = body.dataset.whoami;
let silentSince = null;

function toast(text, kind) {
  const note = document.createElement("p");
  note.className = kind;
  note.textContent = text;
  byId("toasts").append(note);
  setTimeout(() => note.remove(), 9000);
}

function setText(id, text) {
  const place = byId(id);
  if (place && place.textContent !== String(text)) place.textContent = text;
}

function showJourney(nodes) {
  const list = byId("journey");
  if (!list || list.children.length === nodes.length) return;
  list.replaceChildren(...nodes.map(node => {
    const hop = document.createElement("li");
    hop.className = "hop";
    hop.dataset.node = node;
    hop.textContent = node;
    return hop;
  }));
}

function showMove(before, now) {
  body.dataset.node = now.node;
  document.querySelectorAll(".js-node").forEach(place => { place.textContent = now.node; });
  document.querySelectorAll(".js-node-killed").forEach(place => { place.textContent = before; });
  setText("story", `Your session came here from ${before}. Same user, same cart.`);
  toast(`${before} → ${now.node}: still logged in as ${now.user}`, "moved");
}

function show(now) {
  if (now.user !== body.dataset.user) {
    toast("This session is not logged in any more.", "lost");
    return false;
  }
  if (now.node !== body.dataset.node) showMove(body.dataset.node, now);
  if (showsSession) {
    setText("visits", now.visits);
    setText("stem", now.stem);
    setText("memcached", now.memcached);
    setText("route", now.route);
    showJourney(now.journey);
  }
  return true;
}

// One question at a time; a slow answer is waited for. An error is shown once, until an answer comes again.
async function ask() {
  let goOn = true;
  try {
    const answer = await fetch(whoami, { cache: "no-store" });
    if (!answer.ok) throw new Error(String(answer.status));
    const now = await answer.json();
    silentSince = null;
    body.classList.remove("silent");
    if (now.from === "url") whoami = now.self + "?create=false";
    goOn = show(now);
  } catch (error) {
    silentSince ??= Date.now();
    body.classList.add("silent");
  }
  if (goOn) setTimeout(ask, 1000);
}

document.querySelectorAll(".users button").forEach(button => button.addEventListener("click", () => {
  byId("user").value = button.dataset.user;
  byId("password").value = button.dataset.password;
  byId("login").focus();
}));
document.querySelector(`nav a[data-for="${body.dataset.page}"]`)?.setAttribute("aria-current", "page");
if (body.dataset.user) setTimeout(ask, 1000);
