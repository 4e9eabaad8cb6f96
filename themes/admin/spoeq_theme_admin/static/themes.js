/* A preview that follows the form: what is typed is tried after a short pause, and the frame shows it. The button
   "Preview" does the same without this module. */
const form = document.querySelector("form[data-live]");
const frame = document.getElementById("theme-preview");
const state = document.getElementById("theme-preview-state");
const PAUSE = 400;

if (form && frame) {
  let waiting = 0;
  let sending = null;

  const show = async () => {
    sending?.abort();
    sending = new AbortController();
    const data = new FormData(form);
    for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
    data.set("live", "1");
    try {
      const answer = await fetch(form.dataset.live, { method: "POST", body: data, signal: sending.signal });
      const found = await answer.json();
      state.textContent = answer.ok ? "" : (found.problems ?? [found.detail]).join(" ");
      if (answer.ok) frame.contentWindow.location.reload();
    } catch (error) {
      if (error.name !== "AbortError") state.textContent = String(error.message);
    }
  };

  form.addEventListener("input", (event) => {
    if (event.target.type === "file") return;
    clearTimeout(waiting);
    waiting = setTimeout(show, PAUSE);
  });
}
