/* Comfort on top of complete pages: every form here also works without this module.
   One listener a kind of event on the document, so that parts swapped in later need no wiring. Other modules do not
   import this one, so that one that fails takes no other with it; they speak by events of the document:
   "spoeq:say" {detail: words} asks for an announcement of what can be seen anyhow, "spoeq:show" for one that is seen, "spoeq:fresh" {detail: element} tells that a part is new,
   "spoeq:header" {detail: document} brings a newer cart badge. */
const root = document.documentElement;
const status = document.querySelector("[data-status]");
const waiting = new Map();

root.classList.add("js");

/* The live region is told after the swap, or a screen reader hears the page and the message at once. */
function say(text, seen = true) {
  if (!status) return;
  status.classList.toggle("toast--quiet", !seen);
  status.textContent = "";
  setTimeout(() => { status.textContent = text; }, 50);
  setTimeout(() => { if (status.textContent === text) status.textContent = ""; }, 5000);
}

/* Shows what only a module can serve, hides what only its absence needs. */
function dress(scope) {
  for (const step of scope.querySelectorAll("[data-step], [data-reveal]")) step.hidden = false;
  for (const form of scope.querySelectorAll("form[data-auto]")) {
    for (const part of form.querySelectorAll("[data-auto-hide]")) part.hidden = true;
  }
}

/* The cart's badge of an answer, unless somebody is in the midst of it. */
function renewHeader(page) {
  const old = document.querySelector(".header__actions");
  const fresh = page.querySelector(".header__actions");
  if (old && fresh && !old.contains(document.activeElement)) old.replaceWith(fresh);
}

/* What was typed or chosen while the answer was on its way wins over the answer's. */
function keepTyping(form, after, sent) {
  for (const old of form.querySelectorAll("input[id], select[id], textarea[id]")) {
    const now = after.querySelector(`#${CSS.escape(old.id)}`);
    if (!now || old.type === "checkbox" || sent.get(old.name) === old.value) continue;
    if (old.type === "radio") now.checked = now.checked || old.checked;
    else if (sent.has(old.name)) now.value = old.value;
  }
}

/* Focus stays on the same control: the one of its id, or of its kind and words; where that is gone, it goes to the
   heading of its region. */
function refocus(region, was) {
  if (!was) return;
  const alike = (one) => one.tagName === was.tagName && one.textContent === was.textContent;
  const again = was.id ? document.getElementById(was.id) : [...region.querySelectorAll("button, a, summary")].find(alike);
  const target = again || region.querySelector("h1, h2") || region;
  if (!again) target.tabIndex = -1;
  target.focus({ preventScroll: true });
  if (again && typeof was.selectionStart === "number") again.setSelectionRange(was.selectionStart, was.selectionEnd);
}

/* The summary of what is wrong stands above every region; an answer without one takes it away. */
function renewMessages(page) {
  const old = document.getElementById("messages");
  const fresh = page.getElementById("messages");
  if (old && fresh) old.replaceWith(fresh);
}

function place(page, form, sent) {
  const before = document.getElementById(form.dataset.swap);
  const after = page.getElementById(form.dataset.swap);
  if (!before || !after) return false;
  for (const part of after.querySelectorAll("noscript")) part.remove();
  keepTyping(form, after, sent);
  for (const old of before.querySelectorAll("[data-keep]")) {
    const now = after.querySelector(`#${CSS.escape(old.id)}`);
    if (now) now.value = old.value;
  }
  const open = [...before.querySelectorAll("details")].map((part) => part.open);
  after.querySelectorAll("details").forEach((part, at) => { if (open[at]) part.open = true; });
  const focused = before.contains(document.activeElement) ? document.activeElement : null;
  before.replaceWith(after);
  dress(after);
  renewHeader(page);
  renewMessages(page);
  document.title = page.title;
  document.dispatchEvent(new CustomEvent("spoeq:fresh", { detail: after }));
  refocus(after, focused);
  return true;
}

/* By attribute: a field named "action" or "method" hides the form's own property. */
const isPost = (form) => form.getAttribute("method") === "post";

/* One request a region. A newer question cancels the older, so that a late answer never wins; a change is never
   cancelled, since the shop may have made it already: the next one waits for it. */
async function swap(form, { button = null, control = null } = {}) {
  const name = form.dataset.swap;
  const region = document.getElementById(name);
  const post = isPost(form);
  const under = waiting.get(name);
  if (under && post) {
    if (control) under.next = control.id;
    else { under.update = { id: form.id, name: button?.name, value: button?.value }; say(document.body.dataset.wait); }
    return;
  }
  under?.stop.abort();
  for (const [inner, one] of waiting) {
    const part = document.getElementById(inner);
    if (!post && part && part !== region && region.contains(part)) one.stop.abort();
  }
  const mine = { stop: new AbortController(), next: null, update: null, press: under?.press ?? null };
  waiting.set(name, mine);
  const late = setTimeout(() => region.setAttribute("aria-busy", "true"), 300);
  try {
    await exchange(form, post, button, mine.stop.signal);
  } catch (fault) {
    if (fault.name === "AbortError" || !form.isConnected) return;
    form.removeAttribute("data-swap");
    form.requestSubmit(button);
  } finally {
    clearTimeout(late);
    if (waiting.get(name) === mine) { waiting.delete(name); region.removeAttribute("aria-busy"); }
  }
  if (mine.stop.signal.aborted) return;
  const update = mine.update && buttonOf(mine.update);
  const next = mine.next && document.getElementById(mine.next);
  if (update) update.form.requestSubmit(update);
  else if (next) next.dispatchEvent(new Event("change", { bubbles: true }));
  const after = waiting.get(name);
  if (after) after.press = mine.press;
  else if (mine.press) pressAgain(mine.press);
}

/* A button pressed while its region was being renewed counts, unless the total that it showed is another one now. */
function pressAgain(press) {
  const button = buttonOf(press);
  if (!button) return;
  if (totalOf(button.form) === press.total) button.form.requestSubmit(button);
  else say(document.body.dataset.changed);
}

const buttonOf = ({ id, name, value }) => [...document.getElementById(id)?.elements ?? []].find(
  (one) => one.type === "submit" && one.name === name && one.value === value);
const totalOf = (form) => form.querySelector("[name=expected_total]")?.value;

async function exchange(form, post, button, signal) {
  const data = new FormData(form, button);
  if (!button && form.dataset.autoAction) data.set("action", form.dataset.autoAction);
  const address = new URL(form.getAttribute("action"), location.href);
  const sent = new URLSearchParams(data);
  if (!post) address.search = sent.toString();
  const answer = await fetch(address, { method: post ? "POST" : "GET", body: post ? sent : null, signal });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!place(page, form, sent)) { location.assign(post ? location.href : address); return; }
  if (!post) history[form.dataset.history === "push" ? "pushState" : "replaceState"](null, "", address);
  shown = location.pathname + location.search;
  const region = document.getElementById(form.dataset.swap);
  const told = document.querySelector("[data-error-summary] li, .notices .banner__body") ?? region?.querySelector("[data-say]");
  const words = button?.dataset.said || form.dataset.said;
  say(words || (told ? told.textContent.trim().replace(/\s+/g, " ") : ""), Boolean(words));
}

/* What is complete enough to be asked about: a PIN code with six digits, a number, a choice. */
function ready(control) {
  if ("pin" in control.dataset) return /^[1-9][0-9]{5}$/.test(control.value.trim());
  return control.value !== "" && control.checkValidity();
}

document.addEventListener("change", (event) => {
  const control = event.target;
  const form = control.form;
  if (!form || !("auto" in form.dataset) || !control.name) return;
  const names = form.dataset.auto;
  if (names && !names.split(" ").includes(control.name)) return;
  if ("wide" in form.dataset ? !matchMedia("(min-width: 64em)").matches : !ready(control)) return;
  if (form.dataset.swap) swap(form, { button: names ? null : form.querySelector("[data-auto-hide] button"), control });
  else form.requestSubmit();
});

document.addEventListener("click", (event) => {
  const step = event.target.closest("[data-step]");
  if (step) {
    const input = step.closest("[data-quantity]").querySelector("input");
    const was = input.value;
    if (Number(step.dataset.step) > 0) input.stepUp(); else input.stepDown();
    if (input.value !== was) input.dispatchEvent(new Event("change", { bubbles: true }));
    return;
  }
  const reveal = event.target.closest("[data-reveal]");
  if (!reveal) return;
  const secret = document.getElementById(reveal.dataset.reveal);
  const shown = secret.type === "text";
  secret.type = shown ? "password" : "text";
  const label = reveal.textContent;
  reveal.textContent = reveal.dataset.hide;
  reveal.dataset.hide = label;
});

/* A form is sent once; a second press while the first is on its way does nothing. */
document.addEventListener("submit", (event) => {
  const form = event.target;
  const button = event.submitter;
  if (form.dataset.swap && (!isPost(form) || !("guard" in form.dataset) || button?.value === "update")) {
    event.preventDefault();
    swap(form, { button });
    return;
  }
  const region = form.closest("[data-region]");
  const under = region && waiting.get(region.id);
  if (under) {
    event.preventDefault();
    under.press = { id: form.id, name: button?.name, value: button?.value, total: totalOf(form) };
    say(document.body.dataset.wait);
    return;
  }
  if (form.dataset.sent) { event.preventDefault(); return; }
  if (!("guard" in form.dataset)) return;
  form.dataset.sent = "1";
  setTimeout(() => { if (button && form.dataset.sent) button.setAttribute("aria-busy", "true"); }, 300);
});

/* Coming back by the browser's memory must not find a form that thinks it was sent. */
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
  }
});

document.addEventListener("spoeq:say", (event) => say(event.detail, false));
document.addEventListener("spoeq:show", (event) => say(event.detail));
document.addEventListener("spoeq:header", (event) => renewHeader(event.detail));
/* Back over a page that was swapped in place: the address is older than what is shown. */
let shown = location.pathname + location.search;
/* Not reload(), which would put the choices of the page that was left back into the forms, and so apply them again. */
addEventListener("popstate", () => { if (location.pathname + location.search !== shown) location.replace(location.href); });

dress(document);
