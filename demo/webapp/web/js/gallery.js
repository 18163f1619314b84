// Asks for all captions at once. `?ms=N` in the address of the page makes each answer take that long.
"use strict";

const pictures = document.getElementById("pictures");
const wait = new URLSearchParams(location.search).get("ms") ?? "0";

async function caption(figure) {
  const answer = await fetch(`${pictures.dataset.url}?number=${figure.dataset.number}&ms=${wait}`, { cache: "no-store" });
  const place = figure.querySelector("figcaption");
  if (!answer.ok) {
    figure.dataset.state = "failed";
    place.firstElementChild.textContent = `failed: ${answer.status}`;
    return;
  }
  const { garden, country, node } = await answer.json();
  place.firstElementChild.textContent = garden;
  place.lastElementChild.textContent = `${country} · ${node}`;
  figure.dataset.node = node;
  figure.dataset.state = "told";
}

Promise.allSettled([...pictures.children].map(caption)).then(() => { pictures.dataset.state = "complete"; });
