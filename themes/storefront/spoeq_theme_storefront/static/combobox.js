/* A text field with a list below it: a combobox after the ARIA pattern. There are two: the search field with what the
   shop suggests, and a choice among very many values. Without this module the one only searches, the other is a select. */
const PAUSE = 150;
const LEAST = 2;

/* pick(option): it was chosen. fill(): a list is wanted and there is none yet. shut(): the list was left without a choice.
   here(options): where to begin in a list that opens; -1 is the field itself. edges: Home and End go through the list. */
function combobox(input, list, { pick, fill, shut = () => {}, here = () => -1, edges = false }) {
  let at = -1;
  const options = () => [...list.querySelectorAll("[role=option]:not([hidden])")];

  function close() {
    list.hidden = true;
    at = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function point(to) {
    const all = options();
    at = (to + all.length + 1) % (all.length + 1);
    if (at === all.length) at = -1;
    all.forEach((one, place) => one.setAttribute("aria-selected", String(place === at)));
    if (at < 0) { input.removeAttribute("aria-activedescendant"); return; }
    input.setAttribute("aria-activedescendant", all[at].id);
    all[at].scrollIntoView({ block: "nearest" });
  }

  function open() {
    if (!options().length) { close(); return; }
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    point(here(options()));
  }

  function keys(event) {
    if (event.isComposing) return;
    const all = options();
    if (event.key === "Escape" && !list.hidden) { event.preventDefault(); close(); shut(); return; }
    if (event.key === "Enter" && at >= 0) { event.preventDefault(); pick(all[at]); return; }
    if (edges && !list.hidden && ["Home", "End"].includes(event.key)) {
      event.preventDefault();
      point(event.key === "Home" ? 0 : all.length - 1);
      return;
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || event.altKey) return;
    event.preventDefault();
    if (list.hidden) { if (all.length) open(); else fill(); return; }
    point(at < 0 && step < 0 ? all.length - 1 : at + step);
  }

  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-controls": list.id,
    "aria-expanded": "false" })) input.setAttribute(name, value);
  input.addEventListener("keydown", keys);
  input.addEventListener("blur", () => { close(); shut(); });
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const chosen = event.target.closest("[role=option]");
    if (chosen) pick(chosen);
  });
  return { open, close };
}

/* Suggestions while somebody types. A newer question cancels the older one, so that a late answer never shows. */
function suggestions(input, list) {
  let timer = 0;
  let stop = null;

  async function ask() {
    stop?.abort();
    const words = input.value.trim();
    if (words.length < LEAST) { list.replaceChildren(); box.close(); return; }
    stop = new AbortController();
    try {
      const answer = await fetch(`${input.dataset.suggest}?${new URLSearchParams({ q: words })}`, { signal: stop.signal });
      if (!answer.ok) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("[data-suggestions]");
      list.replaceChildren(...(fresh ? fresh.children : []));
      if (document.activeElement !== input) { box.close(); return; }
      box.open();
      document.dispatchEvent(new CustomEvent("spoeq:say", { detail: fresh?.dataset.said ?? "" }));
    } catch (fault) {
      if (fault.name !== "AbortError") { list.replaceChildren(); box.close(); }
    }
  }

  const box = combobox(input, list, {
    pick: (option) => location.assign(option.dataset.url),
    fill: ask,
    shut: () => { clearTimeout(timer); stop?.abort(); },
  });
  input.addEventListener("input", () => { stop?.abort(); clearTimeout(timer); timer = setTimeout(ask, PAUSE); });
  input.addEventListener("focus", () => { if (input.value.trim().length >= LEAST) box.open(); });
}

/* A select of very many values: what is typed narrows the list; the select stays, hidden, and is what the form sends. */
function choice(select) {
  const label = select.labels[0];
  const input = document.createElement("input");
  const list = document.createElement("ul");
  const shown = () => (select.value ? select.selectedOptions[0].text : "");
  Object.assign(input, { id: `${select.id}-find`, className: "input", type: "text", autocomplete: "off", spellcheck: false,
    placeholder: select.options[0].value ? "" : select.options[0].text, value: shown(), required: select.required });
  Object.assign(list, { id: `${select.id}-list`, className: "suggest", role: "listbox", hidden: true });
  list.setAttribute("aria-label", label.textContent);
  list.append(...[...select.options].filter((one) => one.value).map((one, place) => {
    const option = document.createElement("li");
    Object.assign(option, { id: `${list.id}-${place}`, className: "suggest__option", role: "option", textContent: one.text });
    option.dataset.value = one.value;
    return option;
  }));

  /* All of them where nothing was typed yet. */
  function narrow(words) {
    const wanted = words.trim().toLocaleLowerCase();
    for (const one of list.children) one.hidden = !one.textContent.toLocaleLowerCase().includes(wanted);
  }

  const box = combobox(input, list, {
    edges: true,
    fill: () => { narrow(""); box.open(); },
    here: (all) => all.findIndex((one) => one.dataset.value === select.value),
    shut: () => { input.value = shown(); narrow(""); },
    pick: (option) => {
      box.close();
      const changed = select.value !== option.dataset.value;
      select.value = option.dataset.value;
      input.value = shown();
      narrow("");
      if (changed) select.dispatchEvent(new Event("change", { bubbles: true }));
    },
  });
  input.addEventListener("input", (event) => {
    event.stopPropagation();
    narrow(input.value);
    box.open();
    const many = list.querySelectorAll("li:not([hidden])").length;
    document.dispatchEvent(new CustomEvent("spoeq:say", { detail: many ? "" : select.dataset.none }));
  });
  input.addEventListener("change", (event) => event.stopPropagation());
  input.addEventListener("click", () => { if (list.hidden) box.open(); });
  input.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
  Object.assign(select, { hidden: true, required: false });
  label.htmlFor = input.id;
  select.after(input, list);
}

const search = document.querySelector("[data-suggest]");
const offered = document.getElementById("suggestions");
const dress = (scope) => { for (const select of scope.querySelectorAll("select[data-combobox]")) choice(select); };

if (search && offered) suggestions(search, offered);
document.addEventListener("spoeq:fresh", (event) => dress(event.detail));
dress(document);
