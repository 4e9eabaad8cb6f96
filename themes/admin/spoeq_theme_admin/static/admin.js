/* Comfort on top of complete pages: every form here also works without this module. */
document.documentElement.classList.add("js");

const all = (query, root = document) => [...root.querySelectorAll(query)];

for (const part of all("[data-step], [data-reveal]")) part.hidden = false;

/* Unsaved changes: what the form would send now, against what it would have sent at the start. */
function sent(form) {
  return new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, String(value.name ?? value)])).toString();
}

const watched = new Map(all("form[data-dirty]").map((form) => [form, sent(form)]));
const bar = document.querySelector("[data-save-bar]");
const isDirty = () => [...watched].some(([form, start]) => !form.dataset.sent && sent(form) !== start);

function showDirty() {
  if (!bar) return;
  const dirty = isDirty() || "always" in bar.dataset;
  const text = bar.querySelector("[data-dirty]");
  bar.classList.toggle("save-bar--dirty", dirty);
  if ((text.textContent !== "") !== dirty) text.textContent = dirty ? text.dataset.dirty : "";
}

addEventListener("beforeunload", (event) => { if (isDirty()) event.preventDefault(); });

/* How many rows are chosen, in words that a screen reader hears too. */
const everything = document.querySelector("[data-bulk-all]");

function showCount() {
  const count = document.querySelector("[data-bulk-count]");
  if (!count) return;
  const chosen = all("[data-row]:checked").length;
  const shown = everything?.checked ? everything.dataset.total : chosen;
  if (count.textContent !== String(shown)) count.textContent = shown;
  count.closest("[data-bulk]").classList.toggle("bulk--on", shown > 0);
}

/* What stays in sight of a picture: a press on it fills in the two numbers; the mark follows them. */
function showFocal(part) {
  const mark = part.querySelector("[data-focal-mark]");
  for (const input of part.querySelectorAll("input")) mark.setAttribute(input.name.at(-1), `${input.valueAsNumber || 0}%`);
}

document.addEventListener("click", (event) => {
  const stage = event.target.closest("[data-focal-stage]");
  if (!stage) return;
  const part = stage.closest("[data-focal]");
  const box = stage.getBoundingClientRect();
  const [x, y] = part.querySelectorAll("input");
  x.value = Math.round(((event.clientX - box.left) / box.width) * 100);
  y.value = Math.round(((event.clientY - box.top) / box.height) * 100);
  showFocal(part);
});

/* A file that is too large is said before it is sent. */
document.addEventListener("change", (event) => {
  const { most, tooLarge } = event.target.dataset;
  if (most) event.target.setCustomValidity([...event.target.files].some((file) => file.size > Number(most)) ? tooLarge : "");
});

document.addEventListener("input", (event) => {
  if (everything && event.target === everything) for (const row of all("[data-row]")) row.checked = everything.checked;
  else if (everything && event.target.matches("[data-row]")) everything.checked = false;
  const part = event.target.closest("[data-focal]");
  if (part) showFocal(part);
  showDirty();
  showCount();
});

document.addEventListener("click", (event) => {
  const step = event.target.closest("[data-step]");
  const reveal = event.target.closest("[data-reveal]");
  if (step) {
    const input = step.closest("[data-quantity]").querySelector("input");
    if (Number(step.dataset.step) > 0) input.stepUp(); else input.stepDown();
    input.dispatchEvent(new Event("input", { bubbles: true }));
  } else if (reveal) {
    const secret = document.getElementById(reveal.dataset.reveal);
    const label = reveal.textContent;
    secret.type = secret.type === "text" ? "password" : "text";
    reveal.textContent = reveal.dataset.hide;
    reveal.dataset.hide = label;
  }
  for (const drawer of all("details[data-drawer][open]")) {
    if (!drawer.contains(event.target)) drawer.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s" && watched.size) {
    event.preventDefault();
    [...watched.keys()][0].requestSubmit();
  } else if (event.key === "Escape") {
    for (const drawer of all("details[data-drawer][open]")) {
      drawer.open = false;
      drawer.querySelector("summary").focus();
    }
  }
});

/* A form is sent once; a second press while the first is on its way does nothing. */
document.addEventListener("submit", (event) => {
  const form = event.target;
  const button = event.submitter;
  if (form.dataset.sent) { event.preventDefault(); return; }
  if (!("guard" in form.dataset)) return;
  form.dataset.sent = "1";
  setTimeout(() => { if (button && form.dataset.sent) button.setAttribute("aria-busy", "true"); }, 300);
});

/* Coming back by the browser's memory must not find a form that thinks it was sent, nor a selection nobody sees. */
addEventListener("pageshow", (event) => {
  showCount();
  if (!event.persisted) return;
  for (const form of all("form[data-sent]")) {
    delete form.dataset.sent;
    for (const button of all("[aria-busy]", form)) button.removeAttribute("aria-busy");
  }
  showDirty();
});

/* What went well is a toast for ten seconds, longer while it is pointed at; what went wrong stays a banner. */
for (const note of all('[data-note="ok"]')) {
  note.classList.add("note--toast");
  const text = note.querySelector(".banner__body").textContent.trim();
  const live = document.querySelector("[data-status]");
  let timer;
  const wait = () => { timer = setTimeout(() => note.remove(), 10_000); };
  const stay = () => clearTimeout(timer);
  for (const name of ["pointerenter", "focusin"]) note.addEventListener(name, stay);
  for (const name of ["pointerleave", "focusout"]) note.addEventListener(name, wait);
  setTimeout(() => { live.classList.add("visually-hidden"); live.textContent = text; }, 100);
  wait();
}

/* Progress that follows the work: the page is asked again, and only its live part is replaced. */
async function follow(part) {
  const answer = await fetch(location.href, { headers: { "X-Partial": part.id } }).catch(() => null);
  if (answer?.ok) {
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(part.id);
    if (fresh && fresh.innerHTML !== part.innerHTML && !part.contains(document.activeElement)) {
      part.replaceWith(fresh);
      part = fresh;
    } else if (fresh) {
      part.dataset.live = fresh.dataset.live;
      for (const one of ["[role=status]", ".badge"]) {
        const [old, now] = [part.querySelector(one), fresh.querySelector(one)];
        if (old && now && old.textContent !== now.textContent) old.textContent = now.textContent;
      }
      const meter = part.querySelector("progress");
      if (meter) meter.value = fresh.querySelector("progress").value;
    }
  }
  if (part.dataset.live === "on") setTimeout(follow, 1500, part);
}
for (const part of all('[data-live="on"]')) setTimeout(follow, 1000, part);

/* Settings and other long forms: the fields whose words hold what is typed. */
const sieve = document.querySelector("[data-sieve]");
sieve?.addEventListener("input", () => {
  const wanted = sieve.value.trim().toLowerCase();
  for (const field of all("[data-sifted] > .field, [data-sifted] > div")) {
    field.hidden = wanted !== "" && !field.textContent.toLowerCase().includes(wanted);
  }
  for (const group of all("[data-sifted]")) group.closest("section").hidden = !group.querySelector(":scope > :not([hidden])");
});

showDirty();
