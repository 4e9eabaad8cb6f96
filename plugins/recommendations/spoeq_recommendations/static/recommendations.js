// What a visitor looked at before: asked for apart from the page, which is the same for everybody.

for (const place of document.querySelectorAll("[data-viewed]")) show(place);

async function show(place) {
  try {
    const answer = await fetch(place.dataset.viewed, { method: "POST", body: new URLSearchParams({ product: place.dataset.now }) });
    if (answer.status !== 200) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const rail = page.querySelector("section");
    if (!rail) return;
    place.replaceChildren(rail);
    place.hidden = false;
  } catch { /* the page is whole without it */ }
}

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("[data-viewed-forget]");
  if (!form) return;
  event.preventDefault();
  try {
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "manual" });
    if (answer.type !== "opaqueredirect" && !answer.ok) throw new Error(String(answer.status));
    form.closest("[data-viewed]").remove();
    document.dispatchEvent(new CustomEvent("spoeq:show", { detail: form.dataset.said }));
  } catch {
    form.submit();
  }
});
