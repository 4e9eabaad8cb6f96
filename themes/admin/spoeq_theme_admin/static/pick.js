/* Goods by name: a field of slugs becomes what is chosen, each with a way out, and a search for more; a combobox after the
   ARIA pattern. Without this module the slugs are typed. What was typed and not chosen is sent as it stands, and answered. */
const PAUSE = 150;

function make(tag, attributes, ...parts) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...parts);
  return element;
}

function dress(box) {
  const field = box.querySelector("input");
  const { pick: address, remove, none, search: placeholder, typed } = box.dataset;
  const most = Number(box.dataset.most) || Infinity;
  const labels = new Map();
  const chosen = make("ul", { class: "pick__chosen" });
  const list = make("ul", { class: "pick__list", role: "listbox", id: `${field.id}-list`, hidden: "" });
  const heard = make("p", { class: "visually-hidden", role: "status" });
  const input = make("input", { class: "input", id: field.id, type: "text", placeholder, autocomplete: "off",
    spellcheck: "false", role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id });
  for (const name of ["aria-describedby", "aria-invalid"]) {
    if (field.hasAttribute(name)) input.setAttribute(name, field.getAttribute(name));
  }
  const hint = box.querySelector(".field__hint");
  if (hint) hint.textContent = hint.textContent.replace(typed, "").trim();
  list.setAttribute("aria-label", box.querySelector("label").textContent.trim());
  field.removeAttribute("id");
  field.type = "hidden";
  field.after(chosen, make("div", { class: "pick__search" }, input, list), heard);

  let at = -1;
  let timer;
  let asking;
  const split = (text) => text.split(/[\s,]+/).filter(Boolean);
  const names = () => split(field.value);
  const options = () => [...list.children];

  async function ask(query) {
    asking?.abort();
    asking = new AbortController();
    try {
      const answer = await fetch(`${address}?${new URLSearchParams(query)}`, { signal: asking.signal });
      if (!answer.ok || answer.redirected) return [];
      const { items } = await answer.json();
      for (const item of items) labels.set(item.name, item.label);
      return items;
    } catch { return null; /* a newer question, or no network: slugs may still be typed */ }
  }

  function show() {
    chosen.replaceChildren(...names().map((name) => {
      const label = labels.get(name) ?? name;
      const button = make("button", { class: "pick__remove", type: "button", "aria-label": remove.replace("{}", label) }, "×");
      button.addEventListener("click", () => { set(names().filter((other) => other !== name)); input.focus(); });
      return make("li", { class: "pick__one" }, label, button);
    }));
  }

  function set(all) {
    field.value = [...new Set(all)].slice(-most).join(", ");
    field.dispatchEvent(new Event("input", { bubbles: true }));
    show();
  }

  function close() {
    list.hidden = true;
    list.replaceChildren();
    at = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function take(option) {
    set([...names(), option.dataset.name]);
    input.value = "";
    asking?.abort();
    clearTimeout(timer);
    close();
  }

  function point(to) {
    const all = options();
    at = (to + all.length) % all.length;
    all.forEach((one, place) => one.setAttribute("aria-selected", String(place === at)));
    input.setAttribute("aria-activedescendant", all[at].id);
    all[at].scrollIntoView({ block: "nearest" });
  }

  async function offer() {
    const items = await ask({ q: input.value.trim() });
    if (!items || document.activeElement !== input) return;
    const left = items.filter((item) => !names().includes(item.name));
    list.replaceChildren(...left.map((item, place) => {
      const option = make("li", { class: "pick__option", role: "option", id: `${list.id}-${place}`, "aria-selected": "false",
        "data-name": item.name }, make("span", {}, item.label), make("span", { class: "pick__more" }, item.more));
      option.addEventListener("click", () => take(option));
      return option;
    }));
    heard.textContent = left.length ? String(left.length) : none;
    at = -1;
    list.hidden = !left.length;
    input.setAttribute("aria-expanded", String(left.length > 0));
    input.removeAttribute("aria-activedescendant");
  }

  input.addEventListener("input", (event) => {
    event.stopPropagation();
    field.dispatchEvent(new Event("input", { bubbles: true }));
    clearTimeout(timer);
    timer = setTimeout(offer, PAUSE);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const open = !list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (open) point(at + (event.key === "ArrowDown" ? 1 : at < 0 ? 0 : -1));
      else offer();
    } else if (event.key === "Enter" && (open || input.value.trim())) {
      event.preventDefault();
      if (open) take(options()[Math.max(at, 0)]);
    } else if (event.key === "Escape" && open) {
      event.stopPropagation(); /* the second leaves the field */
      event.preventDefault();
      close();
    } else if (event.key === "Backspace" && !input.value && names().length) {
      set(names().slice(0, -1));
    }
  });
  input.addEventListener("blur", close);
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  field.form?.addEventListener("formdata", ({ formData }) => {
    if (input.value.trim()) formData.set(field.name, [...names(), ...split(input.value)].join(", "));
  });

  show();
  if (names().length) ask({ names: names().join(",") }).then(show);
}

for (const box of document.querySelectorAll("[data-pick]")) dress(box);
