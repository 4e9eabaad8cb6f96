/* Suggestions while typing: a combobox after the ARIA pattern. Without this module the form searches all the same. */
const input = document.querySelector("[data-suggest]");
const list = document.getElementById("suggestions");
const PAUSE = 150;
const LEAST = 2;
let timer = 0;
let stop = null;
let at = -1;

const options = () => [...list.querySelectorAll("[role=option]")];

function close() {
  list.hidden = true;
  at = -1;
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
}

function open() {
  if (!options().length) { close(); return; }
  list.hidden = false;
  input.setAttribute("aria-expanded", "true");
}

function point(to) {
  const all = options();
  at = (to + all.length + 1) % (all.length + 1);
  all.forEach((one, here) => one.setAttribute("aria-selected", String(here === at)));
  if (at === all.length) { at = -1; input.removeAttribute("aria-activedescendant"); return; }
  input.setAttribute("aria-activedescendant", all[at].id);
  all[at].scrollIntoView({ block: "nearest" });
}

/* A newer question cancels the older one, so that a late answer never shows. */
async function ask() {
  stop?.abort();
  const words = input.value.trim();
  if (words.length < LEAST) { list.replaceChildren(); close(); return; }
  stop = new AbortController();
  try {
    const answer = await fetch(`${input.dataset.suggest}?${new URLSearchParams({ q: words })}`, { signal: stop.signal });
    if (!answer.ok) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-suggestions]");
    list.replaceChildren(...(fresh ? fresh.children : []));
    at = -1;
    if (document.activeElement !== input) { close(); return; }
    open();
    document.dispatchEvent(new CustomEvent("spoeq:say", { detail: fresh?.dataset.said ?? "" }));
  } catch (fault) {
    if (fault.name !== "AbortError") { list.replaceChildren(); close(); }
  }
}

function later() {
  stop?.abort();
  clearTimeout(timer);
  timer = setTimeout(ask, PAUSE);
}

function keys(event) {
  if (event.isComposing) return;
  if (event.key === "Escape" && !list.hidden) { event.preventDefault(); close(); return; }
  if (event.key === "Enter" && at >= 0) { event.preventDefault(); location.assign(options()[at].dataset.url); return; }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || event.altKey) return;
  event.preventDefault();
  if (list.hidden) { if (options().length) open(); else ask(); return; }
  point(at < 0 && step < 0 ? options().length - 1 : at + step);
}

if (input && list) {
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");
  input.addEventListener("input", later);
  input.addEventListener("keydown", keys);
  input.addEventListener("focus", () => { if (input.value.trim().length >= LEAST) open(); });
  input.addEventListener("blur", () => { clearTimeout(timer); stop?.abort(); close(); });
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const chosen = event.target.closest("[role=option]");
    if (chosen) location.assign(chosen.dataset.url);
  });
}
