// Photos open over the page, and a vote stays on it. Without this, photos are links and a vote leads to the review's page.

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-photo]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const dialog = document.createElement("dialog");
  dialog.className = "dialog review-photo";
  dialog.setAttribute("aria-label", link.dataset.alt);
  const picture = document.createElement("img");
  picture.src = link.href;
  picture.alt = link.dataset.alt;
  const form = document.createElement("form");
  form.method = "dialog";
  const close = document.createElement("button");
  close.className = "button";
  close.textContent = link.dataset.close;
  form.append(close);
  dialog.append(picture, form);
  dialog.addEventListener("close", () => { dialog.remove(); link.focus(); });
  dialog.addEventListener("click", (inside) => { if (inside.target === dialog) dialog.close(); });
  document.body.append(dialog);
  dialog.showModal();
});

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("[data-helpful]");
  if (!form) return;
  event.preventDefault();
  if (form.dataset.busy) return;
  form.dataset.busy = "1";
  try {
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const said = await answer.json();
    form.elements.value.value = said.value;
    form.querySelector("[data-helpful-button]").textContent = said.button;
    form.parentElement.querySelector("[data-helpful-count]").textContent = said.votes ? said.count : "";
    const status = document.querySelector("[data-status]");
    if (status) status.textContent = said.said;
  } catch {
    form.submit();
  } finally {
    delete form.dataset.busy;
  }
});
