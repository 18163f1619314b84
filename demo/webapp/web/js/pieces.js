// Small pieces of page.

export const byId = id => document.getElementById(id);

export function element(name, className, ...content) {
  const made = document.createElement(name);
  made.className = className;
  made.append(...content);
  return made;
}

export function setText(id, text) {
  const place = byId(id);
  if (place && place.textContent !== String(text)) place.textContent = text;
}

export const clock = time => new Date(time).toTimeString().slice(0, 8);

export function duration(ms) {
  const s = Math.round(ms / 1000);
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min`;
  return `${Math.floor(s / 3600)} h`;
}
