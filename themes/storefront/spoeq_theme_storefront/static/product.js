/* The product page: thumbnails that show where one is, a buy bar on phones, adding without leaving, the known PIN code. */
const title = document.title;
const tell = (name, detail) => document.dispatchEvent(new CustomEvent(`spoeq:${name}`, { detail }));

/* Scrolls the strip only: the page stays where it is, and the address as it was. */
function gallery(root) {
  const strip = root.querySelector(".gallery__strip");
  const thumbs = [...root.querySelectorAll(".gallery__thumb")];
  if (!strip || !thumbs.length) return;
  const photos = [...strip.children];
  const show = (at) => thumbs.forEach((thumb, one) => {
    if (one === at) thumb.setAttribute("aria-current", "true"); else thumb.removeAttribute("aria-current");
  });
  root.addEventListener("click", (event) => {
    const at = thumbs.indexOf(event.target.closest(".gallery__thumb"));
    if (at < 0) return;
    event.preventDefault();
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    strip.scrollTo({ left: photos[at].offsetLeft - strip.firstElementChild.offsetLeft, behavior: calm ? "auto" : "smooth" });
    show(at);
  });
  if (!("IntersectionObserver" in window)) return;
  const watch = new IntersectionObserver((seen) => {
    for (const one of seen) if (one.isIntersecting) show(photos.indexOf(one.target));
  }, { root: strip, threshold: 0.6 });
  photos.forEach((photo) => watch.observe(photo));
}

/* The bar with the price follows on phones once the button itself has left the screen. */
function buyBar(scope) {
  const bar = scope.querySelector("[data-buybar]");
  const buy = scope.querySelector("#buy");
  if (!bar || !buy || !("IntersectionObserver" in window)) return;
  new IntersectionObserver(([seen]) => {
    bar.hidden = seen.isIntersecting || seen.boundingClientRect.top > 0;
    document.documentElement.classList.toggle("has-buybar", !bar.hidden);
  }).observe(buy);
}

/* Who asked for a PIN code before need not type it again. */
function knownPin(scope) {
  const form = scope.querySelector("#delivery form");
  const input = form?.elements.pin;
  const known = /(?:^|; )spoeq_pin=([1-9][0-9]{5})/.exec(document.cookie);
  if (!input || input.value || !known) return;
  input.value = known[1];
  form.requestSubmit();
}

function minicart(content) {
  document.getElementById("minicart")?.remove();
  const dialog = document.createElement("dialog");
  dialog.id = "minicart";
  dialog.className = "dialog minicart";
  dialog.setAttribute("aria-labelledby", "minicart-title");
  dialog.append(document.importNode(content, true));
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  document.body.append(dialog);
  dialog.showModal();
}

/* Characters as people count them, and as the shop does. */
const lengthOf = (field) => [...field.value.trim()].length;

function count(field) {
  const most = Number(field.dataset.most);
  const note = document.getElementById(`${field.id}-count`);
  note.textContent = `${lengthOf(field)} / ${most}`;
  note.classList.toggle("field__count--over", lengthOf(field) > most);
}

/* How much was written, below the field; what was wrong and is right now says so no more. */
function counter(field) {
  const note = document.createElement("p");
  note.id = `${field.id}-count`;
  note.className = "field__count";
  note.setAttribute("aria-hidden", "true");
  field.after(note);
  count(field);
  field.addEventListener("input", () => {
    count(field);
    if (field.matches("[aria-invalid]") && field.validity.valid && lengthOf(field) <= Number(field.dataset.most)) right(field);
  });
}

function right(field) {
  field.removeAttribute("aria-invalid");
  const box = field.closest(".field");
  box.classList.remove("field--error");
  box.querySelector(".field__error")?.remove();
}

/* The same page with what is wrong: its fields and its summary come in here, and focus goes to the first of them. */
function again(page, fields) {
  fields.replaceWith(page.getElementById("line-fields"));
  document.getElementById("messages").replaceWith(page.getElementById("messages"));
  document.title = page.title;
  const fresh = document.getElementById("line-fields");
  tell("fresh", fresh);
  (fresh.querySelector("[aria-invalid]") ?? document.querySelector("[data-error-summary]"))?.focus();
}

/* The answer is the cart, with what came in; or a page that says why nothing did. */
async function add(form) {
  const answer = await fetch(form.getAttribute("action"), { method: "POST", body: new URLSearchParams(new FormData(form)) });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  tell("header", page);
  const fields = document.getElementById("line-fields");
  if (!answer.ok && fields && page.getElementById("line-fields")) { again(page, fields); return; }
  const added = page.getElementById("added");
  const fresh = page.getElementById("messages");
  if (added && "showModal" in HTMLDialogElement.prototype) {
    document.title = title;
    document.querySelector("[data-error-summary]")?.remove();
    form.querySelectorAll("[aria-invalid]").forEach(right);
    minicart(added.content);
    return;
  }
  if (added || !answer.ok || !fresh) { location.assign("/cart"); return; }
  document.getElementById("messages").replaceWith(fresh);
  fresh.scrollIntoView({ block: "center" });
  tell("say", fresh.textContent.trim().replace(/\s+/g, " "));
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-add]") || event.defaultPrevented || event.submitter?.name === "next" || !window.HTMLDialogElement) return;
  event.preventDefault();
  const button = event.submitter;
  try {
    await add(form);
  } catch {
    tell("show", form.dataset.failed);
  } finally {
    delete form.dataset.sent;
    setTimeout(() => button?.removeAttribute("aria-busy"), 300);
    button?.removeAttribute("aria-busy");
  }
});

function dress(scope) {
  scope.querySelectorAll("[data-gallery]").forEach(gallery);
  scope.querySelectorAll("[data-most]").forEach(counter);
  buyBar(scope);
  knownPin(scope);
}

document.addEventListener("spoeq:fresh", (event) => dress(event.detail));
dress(document);
