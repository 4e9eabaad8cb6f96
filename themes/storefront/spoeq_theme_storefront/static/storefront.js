/* Comfort on top of complete pages: every form here also works without this module.
   One listener a kind of event on the document, so that parts swapped in later need no wiring. */
const root = document.documentElement;
const status = document.querySelector("[data-status]");
const waiting = new Map();

root.classList.add("js");

/* The live region is told after the swap, or a screen reader hears the page and the message at once. */
function say(text) {
  if (!status) return;
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
  watchBuyBar(scope);
}

/* The bar with the price follows on phones once the button itself has left the screen. */
function watchBuyBar(scope) {
  const bar = scope.querySelector("[data-buybar]");
  const buy = scope.querySelector("#buy");
  if (!bar || !buy || !("IntersectionObserver" in window)) return;
  new IntersectionObserver(([seen]) => {
    bar.hidden = seen.isIntersecting || seen.boundingClientRect.top > 0;
  }).observe(buy);
}

/* Values typed while the answer was on its way win over the answer's. */
function keepTyping(form, after, sent) {
  for (const old of form.querySelectorAll("input[id], select[id], textarea[id]")) {
    if (["radio", "checkbox"].includes(old.type) || !sent.has(old.name) || sent.get(old.name) === old.value) continue;
    const now = after.querySelector(`#${CSS.escape(old.id)}`);
    if (now) now.value = old.value;
  }
}

function refocus(region, id) {
  const again = id && document.getElementById(id);
  const heading = region.querySelector("h1, h2");
  const target = again && region.contains(again) ? again : heading;
  if (!target || (target === heading && document.activeElement !== document.body)) return;
  if (target === heading) target.tabIndex = -1;
  target.focus({ preventScroll: true });
}

function place(page, form, sent, focusId) {
  const before = document.getElementById(form.dataset.swap);
  const after = page.getElementById(form.dataset.swap);
  if (!before || !after) return false;
  keepTyping(form, after, sent);
  const open = [...before.querySelectorAll("details")].map((part) => part.open);
  after.querySelectorAll("details").forEach((part, at) => { if (open[at]) part.open = true; });
  before.replaceWith(after);
  dress(after);
  const count = document.querySelector(".header__actions");
  const fresh = page.querySelector(".header__actions");
  if (count && fresh) count.replaceWith(fresh);
  document.title = page.title;
  refocus(after, focusId);
  return true;
}

/* One request a region: a newer one cancels the older, so that a late answer never wins. */
async function swap(form, submitter) {
  const name = form.dataset.swap;
  const region = document.getElementById(name);
  const data = new FormData(form, submitter || undefined);
  if (!submitter && form.dataset.autoAction) data.set("action", form.dataset.autoAction);
  const focusId = document.activeElement && document.activeElement.id;
  const post = form.method === "post";
  const address = new URL(form.action, location.href);
  if (!post) address.search = new URLSearchParams(data).toString();
  waiting.get(name)?.abort();
  const stop = new AbortController();
  waiting.set(name, stop);
  const late = setTimeout(() => region.setAttribute("aria-busy", "true"), 300);
  try {
    const answer = await fetch(address, { method: post ? "POST" : "GET", body: post ? new URLSearchParams(data) : null, signal: stop.signal });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!place(page, form, data, focusId)) { location.assign(post ? location.href : address); return; }
    if (!post) history.replaceState(null, "", address);
    const told = page.querySelector("[data-error-summary] li, .banner__body, #result-count");
    say(told ? told.textContent.trim() : form.dataset.said || "");
  } catch (fault) {
    if (fault.name === "AbortError") return;
    form.removeAttribute("data-swap");
    form.requestSubmit(submitter || undefined);
  } finally {
    clearTimeout(late);
    if (waiting.get(name) === stop) { waiting.delete(name); region.removeAttribute("aria-busy"); }
  }
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
  if (!ready(control)) return;
  if (form.dataset.swap) swap(form, names ? null : form.querySelector("[data-auto-hide] button"));
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
  if (form.dataset.swap && (form.method === "get" || !("guard" in form.dataset) || button?.value === "update")) {
    event.preventDefault();
    swap(form, button);
    return;
  }
  const region = form.closest("[data-region]");
  if (region && waiting.has(region.id)) { event.preventDefault(); say(document.body.dataset.wait); return; }
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

dress(document);
