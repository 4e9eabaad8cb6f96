/* Copies a code where the browser lets pages do that; elsewhere the button stays away and the code can be selected. */
if (navigator.clipboard) {
  for (const button of document.querySelectorAll("[data-copy]")) button.hidden = false;
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      document.dispatchEvent(new CustomEvent("spoeq:show", { detail: button.dataset.copied }));
    } catch {
      getSelection().selectAllChildren(button.parentElement.querySelector("code"));
    }
  });
}
