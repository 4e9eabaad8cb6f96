/* Comfort on top of complete pages: every form here also works without this module. */
document.documentElement.classList.add("js");

for (const part of document.querySelectorAll("[data-step], [data-reveal]")) part.hidden = false;

/* Unsaved changes: what the form would send now, against what it would have sent at the start. */
function sent(form) {
  return new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, String(value.name ?? value)])).toString();
}

const watched = new Map([...document.querySelectorAll("form[data-dirty]")].map((form) => [form, sent(form)]));
const isDirty = () => [...watched].some(([form, start]) => !form.dataset.sent && sent(form) !== start);

function showDirty() {
  const bar = document.querySelector("[data-save-bar]");
  if (!bar) return;
  const dirty = isDirty();
  const text = bar.querySelector("[data-dirty]");
  bar.classList.toggle("save-bar--dirty", dirty);
  if ((text.textContent !== "") !== dirty) text.textContent = dirty ? text.dataset.dirty : "";
}

/* How many rows are chosen, in words that a screen reader hears too. */
function showCount() {
  const count = document.querySelector("[data-bulk-count]");
  if (count) count.textContent = document.querySelectorAll("[data-row]:checked").length;
}

document.addEventListener("input", () => { showDirty(); showCount(); });

addEventListener("beforeunload", (event) => { if (isDirty()) event.preventDefault(); });

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
  for (const drawer of document.querySelectorAll("details[data-drawer][open]")) {
    if (!drawer.contains(event.target)) drawer.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  const save = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s";
  if (save && watched.size) {
    event.preventDefault();
    [...watched.keys()][0].requestSubmit();
    return;
  }
  if (event.key !== "Escape") return;
  for (const drawer of document.querySelectorAll("details[data-drawer][open]")) {
    drawer.open = false;
    drawer.querySelector("summary").focus();
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

/* Coming back by the browser's memory must not find a form that thinks it was sent. */
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
  }
  showDirty();
});

showCount();
