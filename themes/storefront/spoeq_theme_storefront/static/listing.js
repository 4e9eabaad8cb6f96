/* Lists: "Show more" puts the next page below this one, and a sheet of filters that was applied shows what it found. */
const tell = (name, detail) => document.dispatchEvent(new CustomEvent(`spoeq:${name}`, { detail }));
const wide = matchMedia("(min-width: 64em)");
let stop = null;

/* The link still leads to the next page for whoever opens it elsewhere, and when this fails. */
async function more(link) {
  stop?.abort();
  stop = new AbortController();
  link.setAttribute("aria-busy", "true");
  const answer = await fetch(link.href, { signal: stop.signal });
  if (!answer.ok) throw new Error(String(answer.status));
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const grid = document.querySelector("#results .grid");
  const fresh = [...page.querySelectorAll("#results .grid > li")];
  const pager = page.getElementById("pager");
  grid.append(...fresh);
  pager.querySelector("[rel=prev]")?.remove();
  const total = pager.querySelector("[data-shown]");
  if (total.dataset.of) total.textContent = total.dataset.of.replace("#", String(grid.children.length));
  document.getElementById("pager").replaceWith(pager);
  fresh[0]?.querySelector("a")?.focus({ preventScroll: true });
  tell("say", total.textContent.trim());
}

document.addEventListener("click", async (event) => {
  const link = event.target.closest("[data-more]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  try {
    await more(link);
  } catch (fault) {
    if (fault.name !== "AbortError") location.assign(link.href);
  }
});

/* On phones the filters lay over the list. */
document.addEventListener("spoeq:fresh", (event) => {
  if (event.detail.id === "listing" && !wide.matches) event.detail.scrollIntoView();
});
